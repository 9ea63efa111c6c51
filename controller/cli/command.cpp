#include "command.hpp"

#include <muster/core/base/utf8.hpp>

#include "terminal.hpp"

namespace muster::cli {
namespace {

CliResult<void> expect_text(const std::string& word) {
  const auto stray = first_stray_byte(word);
  if (!stray) return {};
  return failure(Exit::Usage,
                 "'" + printable(word) + "' is no UTF-8 text at byte " + std::to_string(*stray));
}

/// Without the name of a file behind "@", which may be of any bytes.
std::string without_file(const std::string& word) {
  const auto at = word.find('@');
  const bool names_file = at == 0 || (at != std::string::npos && word[at - 1] == '=');
  return names_file ? word.substr(0, at) : word;
}

}  // namespace

CliResult<void> expect_words(const Arguments& arguments, std::size_t count,
                             const std::string& what) {
  const auto given = arguments.words.size() + arguments.after_dash.size();
  if (given == count && arguments.after_dash.empty()) return {};
  return failure(Exit::Usage,
                 "expected " + what + ", but got " + std::to_string(given) + " arguments");
}

CliResult<void> expect_no_words(const Arguments& arguments, const std::string& hint) {
  auto words = arguments.words;
  words.insert(words.end(), arguments.after_dash.begin(), arguments.after_dash.end());
  if (words.empty()) return {};
  return failure(Exit::Usage, "this command takes no '" + words.front() + "'" + hint);
}

CliResult<void> expect_text(const std::vector<Option>& options, const Arguments& arguments) {
  CliResult<void> right;
  const auto look_at = [&right](const std::string& word) {
    if (right) right = expect_text(word);
  };
  for (const auto& word : arguments.words) look_at(without_file(word));
  for (const auto& word : arguments.after_dash) look_at(word);
  for (const auto& option : options) {
    if (option.value == "FILE") continue;
    for (const auto& value : arguments.values(option.name)) look_at(without_file(value));
  }
  return right;
}

tl::unexpected<Failure> or_look(Failure why, const std::string& list) {
  if (why.exit == Exit::MatchedNothing) why.message += "\n`" + list + "` lists them";
  return tl::unexpected(std::move(why));
}

}  // namespace muster::cli
