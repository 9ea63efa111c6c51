// What selectors mean in the words of this fleet.
#include <algorithm>
#include <muster/core/base/near_name.hpp>
#include <set>
#include <utility>

#include "fleet/fleet_state.hpp"

namespace muster::controller {
namespace {

using selector::Expression;

constexpr std::size_t kMaxLast = 8;  // each is read for the whole fleet
using selector::Vocabulary;

/// The tasks that the selector's `last(...)` ask for.
void collect_last(const Expression& expression, std::set<std::string>& tasks) {
  for (const auto& child : expression.children) collect_last(child, tasks);
  if (expression.kind == selector::Kind::Term && expression.subject == selector::Subject::Last) {
    tasks.insert(expression.name);
  }
}

bool names_group(const Expression& expression, std::string_view group) {
  if (expression.kind == selector::Kind::Group && expression.name == group) return true;
  return std::any_of(expression.children.begin(), expression.children.end(),
                     [&](const auto& child) { return names_group(child, group); });
}

Status check_state(std::string_view name) {
  std::vector<std::string> states;
  for (int number = 0; number < TaskCounts::kStates; ++number) {
    const auto state = wire::task_state_from(static_cast<std::uint64_t>(number));
    if (!state || !wire::is_final(*state)) continue;
    if (wire::to_string(*state) == name) return {};
    states.emplace_back(wire::to_string(*state));
  }
  std::string sentence = "no task ends as " + std::string(name);
  if (const auto hint = did_you_mean(name, states); !hint.empty()) {
    return fail(ErrorCode::InvalidArgument, sentence + hint);
  }
  sentence += "; there are";
  for (const auto& state : states) sentence += " " + state;
  return fail(ErrorCode::InvalidArgument, std::move(sentence));
}

Result<LastStates> read_last(Store& store, const std::string& of) {
  if (of == "job") return store.last_states(std::string());
  if (const auto job = JobId::parse(of)) return store.last_states(*job);
  return store.last_states(of);
}

}  // namespace

Status Fleet::State::check_last(std::string_view of) {
  if (of == "job") return {};
  if (const auto job = JobId::parse(of)) {
    if (parts.store.last_states(*job)) return {};
    return fail(ErrorCode::NotFound, "there is no job " + std::string(of));
  }
  std::vector<std::string> operations{"job"};
  for (const auto& plugin : inventory.summaries(nodes)) {
    if (plugin.manifest == nullptr) continue;
    for (const auto& operation : plugin.manifest->operations) {
      if (operation.name == of) return {};
      operations.push_back(operation.name);
    }
  }
  // An operation of before, which no plugin has any more.
  const auto before = parts.store.last_states(std::string(of));
  if (!before) return tl::unexpected(before.error());
  if (!before->empty()) return {};
  return fail(ErrorCode::NotFound, "nothing was ever run of " + std::string(of) +
                                       "; last() takes job, an operation or the id of a job" +
                                       did_you_mean(of, operations));
}

Vocabulary Fleet::State::vocabulary() {
  Vocabulary words;
  words.fact = [this](std::string_view name) { return nodes.check_fact(name); };
  words.state = check_state;
  words.last = [this](std::string_view of) { return check_last(of); };
  words.group = [this](std::string_view name) {
    return parts.groups.find(name).map([](const GroupRecord* group) { return group->selector; });
  };
  return words;
}

Result<NodeRegistry::LastTasks> Fleet::State::last_tasks(const Expression& expression) const {
  std::set<std::string> tasks;
  collect_last(expression, tasks);
  if (tasks.size() > kMaxLast) {
    return fail(ErrorCode::ResourceExhausted,
                "a selector may ask last() about " + std::to_string(kMaxLast) + " things");
  }
  NodeRegistry::LastTasks last;
  for (const auto& of : tasks) {
    auto states = read_last(parts.store, of);
    if (!states) return tl::unexpected(states.error());
    last.emplace(of, std::move(*states));
  }
  return last;
}

Result<selector::Selector> Fleet::parse(std::string_view text, selector::SyntaxError* where) const {
  return selector::Selector::parse(text, where, state_->vocabulary());
}

Result<selector::Selector> Fleet::parse_group(std::string_view name, std::string_view text,
                                              selector::SyntaxError* where) const {
  auto words = state_->vocabulary();
  words.group = [name, known = std::move(words.group)](std::string_view other) {
    if (other != name) return known(other);
    return Result<std::string>(fail(ErrorCode::InvalidArgument,
                                    "the group " + std::string(name) + " would be part of itself"));
  };
  return selector::Selector::parse(text, where, words);
}

std::vector<std::string> Fleet::groups_that_name(std::string_view group) const {
  std::vector<std::string> names;
  for (const auto& [name, record] : state_->parts.groups.all()) {
    if (name == group) continue;
    const auto parsed = parse(record.selector);
    if (parsed && names_group(parsed->expression(), group)) names.push_back(name);
  }
  return names;
}

Result<Selection> Fleet::select(const selector::Selector& selector) const {
  const auto until = state_->now() + kSelectWithin;
  const auto last = state_->last_tasks(selector.expression());
  if (!last) return tl::unexpected(last.error());
  return state_->nodes.select(selector, {state_->unix_now(), &*last},
                              [this, until] { return state_->now() < until; });
}

std::string Fleet::check_label(const std::string& label) const {
  return state_->nodes.check_label(label);
}

std::vector<std::vector<selector::Untold>> Fleet::untold(
    const selector::Selector& selector, const std::vector<const Node*>& nodes) const {
  const auto last = state_->last_tasks(selector.expression()).value_or(NodeRegistry::LastTasks{});
  std::vector<std::vector<selector::Untold>> reasons;
  for (const auto* node : nodes) {
    reasons.push_back(NodeRegistry::untold(selector, *node, {state_->unix_now(), &last}));
  }
  return reasons;
}

}  // namespace muster::controller
