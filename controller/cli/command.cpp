#include "command.hpp"

namespace muster::cli {

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

tl::unexpected<Failure> or_look(Failure why, const std::string& list) {
  if (why.exit == Exit::MatchedNothing) why.message += "\n`" + list + "` lists them";
  return tl::unexpected(std::move(why));
}

}  // namespace muster::cli
