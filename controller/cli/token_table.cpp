#include "token_table.hpp"

#include <ostream>

#include "table.hpp"
#include "terminal.hpp"

namespace muster::cli {
namespace {

constexpr std::size_t kRoomForAll = 100;  // columns of a terminal
constexpr std::size_t kShortId = 8;
constexpr std::size_t kLeastTyped = 4;

/// "2026-01-02 03:04:05Z" as "01-02 03:04".
std::string without_year(const std::string& time) {
  return time.size() == 20 ? time.substr(5, 11) : time;
}

}  // namespace

void write_tokens(std::ostream& out, const std::vector<client::EnrollmentToken>& tokens,
                  std::size_t columns) {
  const bool narrow = columns > 0 && columns < kRoomForAll;
  Table table(out, {"ID", "USES LEFT", "EXPIRES", "LABELS"}, columns);
  table.keep(1, 9);
  table.keep(2, narrow ? 11 : 20);
  table.keep(3, 6);
  for (const std::size_t column : {1U, 3U}) table.may_spare(column);
  std::map<std::string, int> beginnings;
  for (const auto& token : tokens) ++beginnings[token.id.substr(0, kShortId)];
  for (const auto& token : tokens) {
    const auto start = token.id.substr(0, kShortId);
    const auto expires = short_time(token.expires);
    table.add({narrow && beginnings.at(start) == 1 ? start : token.id,
               std::to_string(token.uses_left) + " of " + std::to_string(token.uses),
               narrow ? without_year(expires) : expires, labels_text(token.labels)});
  }
  table.finish();
}

CliResult<std::string> whole_token_id(const std::vector<client::EnrollmentToken>& tokens,
                                      const std::string& typed) {
  auto beginning = typed;  // ids have hexadecimal digits, in lower case
  for (auto& digit : beginning) {
    if (digit >= 'A' && digit <= 'F') digit = static_cast<char>(digit - 'A' + 'a');
  }
  std::vector<std::string> found;
  for (const auto& token : tokens) {
    if (typed.size() >= kLeastTyped && token.id.starts_with(beginning)) found.push_back(token.id);
  }
  if (found.empty()) return typed;
  if (found.size() == 1) return found.front();
  std::string sentence = "the ids of several tokens begin with " + typed + ":";
  for (const auto& id : found) sentence += "\n  " + id;
  return failure(Exit::Usage, sentence);
}

}  // namespace muster::cli
