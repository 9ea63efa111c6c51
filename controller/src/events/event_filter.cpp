#include "events/event_filter.hpp"

#include <array>
#include <map>
#include <nlohmann/json.hpp>

#include "near_name.hpp"

namespace muster::controller {
namespace {

using nlohmann::json;

constexpr std::string_view kData = "data.";

Status check_member(std::string_view name) {
  if (name.starts_with(kData) && name.size() > kData.size()) return {};
  return fail(ErrorCode::InvalidArgument,
              "an event has type, subject, data.NAME, and no " + std::string(name));
}

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

/// The labels that are no part of an event.
void collect_wrong(const selector::Expression& expression, std::string& wrong) {
  using selector::Subject;
  for (const auto& child : expression.children) collect_wrong(child, wrong);
  if (expression.kind == selector::Kind::All || expression.kind != selector::Kind::Term) return;
  const bool known = expression.name == "type" || expression.name == "subject";
  if (expression.subject == Subject::Label && !known) wrong = expression.name;
  if (expression.subject == Subject::Node) wrong = "node:";
  if (expression.subject == Subject::Addresses) wrong = "cidr()";
  if (expression.subject == Subject::Age || expression.subject == Subject::Last)
    wrong = "age() and last()";
}

}  // namespace

Result<EventFilter> EventFilter::parse(std::string_view text, selector::SyntaxError* where) {
  selector::Vocabulary words;
  words.fact = check_member;
  auto parsed = selector::Selector::parse(text.empty() ? "all" : text, where, words);
  if (!parsed) return tl::unexpected(parsed.error());
  std::string wrong;
  collect_wrong(parsed->expression(), wrong);
  if (!wrong.empty()) {
    return fail(ErrorCode::InvalidArgument,
                "an event has type, subject and data.NAME, and no " + wrong);
  }
  return EventFilter(std::move(*parsed));
}

bool EventFilter::wants(const EventRecord& event) const {
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
  return selector_.evaluate(view) == selector::Match::Yes;
}

}  // namespace muster::controller
