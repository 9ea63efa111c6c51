#include "events/event_filter.hpp"

#include <map>
#include <muster/core/base/near_name.hpp>
#include <muster/core/selector/pattern.hpp>
#include <nlohmann/json.hpp>

namespace muster::controller {
namespace {

using nlohmann::json;

constexpr std::string_view kData = "data.";

/// The member of this name, or else of the member before the name's first dot.
const json* find_member(const json& data, std::string_view name) {
  if (!data.is_object()) return nullptr;
  if (const auto found = data.find(std::string(name)); found != data.end()) return &*found;
  const auto dot = name.find('.');
  if (dot == std::string_view::npos) return nullptr;
  const auto inner = data.find(std::string(name.substr(0, dot)));
  return inner == data.end() ? nullptr : find_member(*inner, name.substr(dot + 1));
}

/// Texts as they are, everything else as JSON.
std::string text_of(const json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

Status none_of(const std::string& what, const std::string& hint = {}) {
  return fail(ErrorCode::InvalidArgument,
              "an event has type, subject and data.NAME, and no " + what + hint);
}

Status check_term(selector::Subject subject, std::string_view name) {
  using selector::Subject;
  switch (subject) {
    case Subject::Label:
      if (name == "type" || name == "subject") return {};
      return none_of(std::string(name), did_you_mean(name, {"type", "subject"}));
    case Subject::Fact:
      if (name.starts_with(kData) && name.size() > kData.size()) return {};
      return none_of(std::string(name));
    case Subject::Node:
      return none_of("node");
    case Subject::Addresses:
      return none_of("cidr()");
    case Subject::Age:
      return none_of("age()");
    case Subject::Last:
      return none_of("last()");
  }
  return {};
}

void collect_types(const selector::Expression& expression, std::set<std::string>& types) {
  for (const auto& child : expression.children) collect_types(child, types);
  using selector::Test;
  const bool by_name = expression.test == Test::Equal || expression.test == Test::NotEqual ||
                       expression.test == Test::In || expression.test == Test::NotIn;
  if (expression.kind != selector::Kind::Term || expression.name != "type" || !by_name) return;
  for (const auto& value : expression.values) {
    const bool plain = value.upper.empty() && !selector::is_pattern(value.text);
    if (plain || value.literal) types.insert(value.text);
  }
}

}  // namespace

Result<EventFilter> EventFilter::parse(std::string_view text, selector::SyntaxError* where) {
  selector::Vocabulary words;
  words.term = check_term;
  auto parsed = selector::Selector::parse(text.empty() ? "all" : text, where, words);
  if (!parsed) return tl::unexpected(parsed.error());
  return EventFilter(std::move(*parsed));
}

std::vector<std::string> warnings_of(const WrongBounds& bounds) {
  constexpr std::size_t kMost = 3;
  std::vector<std::string> warnings;
  for (const auto& [which, event] : bounds) {
    if (warnings.size() == kMost) break;
    warnings.push_back(which.first + " in event " + std::to_string(event) +
                       " cannot be compared with " + selector::written_value(which.second));
  }
  return warnings;
}

std::set<std::string> EventFilter::types() const {
  std::set<std::string> types;
  collect_types(selector_.expression(), types);
  return types;
}

bool EventFilter::wants(const EventRecord& event, WrongBounds* wrong) const {
  std::optional<json> data;  // read when it is asked for
  std::map<std::string, std::string, std::less<>> texts;
  selector::NodeView view;
  view.label = [&event](std::string_view name) -> std::optional<std::string_view> {
    if (name == "type") return event.type;
    if (name == "subject") return event.subject;
    return std::nullopt;
  };
  view.fact = [&](std::string_view name) -> std::optional<selector::FactView> {
    if (!data) data = json::parse(event.data, nullptr, false);
    const auto* member = find_member(*data, name.substr(kData.size()));
    if (member == nullptr) return std::nullopt;
    return selector::FactView{texts[std::string(name)] = text_of(*member)};
  };
  std::vector<selector::Untold> untold;
  const auto match = selector_.evaluate(view, wrong == nullptr ? nullptr : &untold);
  if (match == selector::Match::Unknown) {
    for (const auto& one : untold) {
      if (one.why != selector::Untold::Why::BoundNotComparable) continue;
      wrong->try_emplace({one.name, one.bound}, event.id);
    }
  }
  return match == selector::Match::Yes;
}

}  // namespace muster::controller
