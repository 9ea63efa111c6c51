#include "node_list.hpp"

#include <muster/core/selector/selector.hpp>
#include <muster/core/wire/node_name.hpp>
#include <sstream>

#include "input.hpp"
#include "terminal.hpp"

namespace muster::cli {
namespace {

std::string trimmed(const std::string& line) {
  constexpr const char* kBlanks = " \t\r";
  const auto begin = line.find_first_not_of(kBlanks);
  if (begin == std::string::npos) return {};
  return line.substr(begin, line.find_last_not_of(kBlanks) + 1 - begin);
}

}  // namespace

CliResult<std::string> selector_from_names(const std::string& file) {
  constexpr std::size_t kMaxBytes = std::size_t{1} << 20U;
  const auto text = read_text_input(file, kMaxBytes);
  if (!text) return tl::unexpected(text.error());
  const auto source = input_name(file);
  std::string list;
  std::size_t count = 0;
  std::size_t number = 0;
  constexpr std::string_view kMark = "\xEF\xBB\xBF";  // with which some editors begin a file
  std::istringstream lines(text->starts_with(kMark) ? text->substr(kMark.size()) : *text);
  for (std::string line; std::getline(lines, line);) {
    ++number;
    const auto name = trimmed(line);
    if (name.empty()) continue;
    if (!wire::check_node_name(name)) {
      return failure(Exit::Usage, source + ", line " + std::to_string(number) + ": '" +
                                      printable(name) +
                                      "' is no name of a node; one stands on each line");
    }
    list += (list.empty() ? "\"" : ", \"") + name + "\"";
    ++count;
  }
  if (count == 0) return failure(Exit::Usage, source + " names no node");
  auto selector = "node in (" + list + ")";
  if (count <= selector::kMaxValues && selector.size() <= selector::kMaxTextBytes) return selector;
  return failure(Exit::Usage, source + " has " + std::to_string(count) +
                                  " names, more than one selector takes; label these nodes, a part "
                                  "at a time, and say --on LABEL");
}

}  // namespace muster::cli
