#include <algorithm>
#include <muster/core/config/json.hpp>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

namespace muster::config {
namespace {

using nlohmann::json;

std::string place_of(std::string_view text, std::size_t bytes_read) {
  // The parser counts the byte that it did not like, and one past the end where text is missing.
  const auto at = std::min(bytes_read == 0 ? 0 : bytes_read - 1, text.size());
  const auto before = text.substr(0, at);
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const auto line_start = before.rfind('\n');
  const auto column = line_start == std::string_view::npos ? at + 1 : at - line_start;
  return "line " + std::to_string(line) + ", column " + std::to_string(column);
}

}  // namespace

Result<json> parse_json(std::string_view text) {
  bool too_deep = false;
  std::string twice;
  std::vector<std::set<std::string>> open;  // the members so far of each object around
  const auto look = [&](int depth, json::parse_event_t event, json& parsed) {
    if (event == json::parse_event_t::object_start) open.emplace_back();
    if (event == json::parse_event_t::object_end) open.pop_back();
    if (event == json::parse_event_t::key &&
        !open.back().insert(parsed.get<std::string>()).second) {
      twice = parsed.get<std::string>();
    }
    const bool opens =
        event == json::parse_event_t::object_start || event == json::parse_event_t::array_start;
    too_deep = too_deep || (opens && depth >= kMaxJsonDepth);
    return !too_deep;
  };
  json value;
  try {
    value = json::parse(text, look);
  } catch (const json::parse_error& error) {
    return fail(ErrorCode::InvalidArgument, "not JSON at " + place_of(text, error.byte));
  } catch (const json::exception&) {  // a number beyond any
    return fail(ErrorCode::InvalidArgument, "not JSON");
  }
  if (too_deep) return fail(ErrorCode::InvalidArgument, "nested more than 64 deep");
  if (!twice.empty()) {
    return fail(ErrorCode::InvalidArgument,
                "not clear: it has the member \"" + twice + "\" twice; leave out one");
  }
  return value;
}

}  // namespace muster::config
