#include "complete_names.hpp"

#include <client/enrollment.hpp>
#include <client/groups.hpp>
#include <client/jobs.hpp>
#include <client/selectors.hpp>
#include <client/webhooks.hpp>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

namespace muster::cli {
namespace {

std::string nodes_text(std::size_t count) {
  return std::to_string(count) + (count == 1 ? " node" : " nodes");
}

void add(std::vector<Candidate>& candidates, const std::string& prefix, Candidate candidate) {
  if (candidate.text.starts_with(prefix)) candidates.push_back(std::move(candidate));
}

/// What the fleet answers to `list`; an empty answer when it does not.
template <class T, class... Query>
T asked(const Names::Fleet& fleet, client::Result<T> (*list)(client::ApiClient&, const Query&...),
        const std::type_identity_t<Query>&... query) {
  auto* api = fleet();
  if (api == nullptr) return {};
  return list(*api, query...).value_or(T());
}

}  // namespace

Names::Names(Fleet fleet, std::vector<std::string> contexts)
    : fleet_(std::move(fleet)), contexts_(std::move(contexts)) {}

std::vector<Candidate> Names::names(const std::string& kind, const std::string& of,
                                    const std::string& prefix) const {
  std::vector<Candidate> candidates;
  const auto found = asked(fleet_, client::list_names, {kind, of, prefix});
  for (const auto& name : found.names) add(candidates, prefix, {name.name, nodes_text(name.nodes)});
  for (const auto& several : found.prefixes) {
    add(candidates, prefix, {several.prefix, std::to_string(several.names) + " begin so", true});
  }
  return candidates;
}

std::vector<Candidate> Names::nodes(const std::string& prefix) const {
  auto candidates = names("node", "", prefix);
  for (auto& candidate : candidates) {
    if (!candidate.partial) candidate.about.clear();  // it is one node
  }
  return candidates;
}

std::vector<Candidate> Names::labels(const std::string& prefix) const {
  return names("label", "", prefix);
}

std::vector<Candidate> Names::labelled(const std::string& prefix) const {
  const auto equals = prefix.find('=');
  if (equals == std::string::npos) {
    auto candidates = labels(prefix);
    for (auto& label : candidates) {
      if (!std::exchange(label.partial, true)) label.text += '=';
    }
    return candidates;
  }
  auto candidates = names("label", prefix.substr(0, equals), prefix.substr(equals + 1));
  for (auto& value : candidates) value.text.insert(0, prefix.substr(0, equals + 1));
  return candidates;
}

std::vector<Candidate> Names::facts(const std::string& prefix) const {
  return names("fact", "", prefix);
}

std::vector<Candidate> Names::values(const std::string& of, const std::string& prefix) const {
  return names(of.find('.') == std::string::npos ? "label" : "fact", of, prefix);
}

std::vector<Candidate> Names::groups(const std::string& prefix) const {
  std::vector<Candidate> candidates;
  for (const auto& group : asked(fleet_, client::list_groups).groups) {
    add(candidates, prefix, {group.name, group.selector});
  }
  return candidates;
}

std::vector<Candidate> Names::plugins(const std::string& prefix) const {
  return plugins(prefix, [](const client::Plugin&) { return true; });
}

std::vector<Candidate> Names::plugins(
    const std::string& prefix, const std::function<bool(const client::Plugin&)>& wanted) const {
  std::vector<Candidate> candidates;
  for (const auto& plugin : asked(fleet_, client::list_plugins).plugins) {
    const bool again = !candidates.empty() && candidates.back().text == plugin.id;  // of a version
    if (!again && wanted(plugin)) add(candidates, prefix, {plugin.id, plugin.doc});
  }
  return candidates;
}

std::vector<Candidate> Names::operations(const std::string& prefix) const {
  std::vector<Candidate> candidates;
  const auto dot = prefix.find('.');
  if (dot == std::string::npos) {
    candidates = plugins(prefix, [](const auto& plugin) { return !plugin.operations.empty(); });
    for (auto& candidate : candidates) {
      candidate.text += '.';
      candidate.partial = true;
    }
    return candidates;
  }
  const auto plugin = asked(fleet_, client::get_plugin, prefix.substr(0, dot));
  if (!plugin.manifest) return candidates;
  const auto operations = operations_in(*plugin.manifest);
  for (const auto& [name, about] : operations.items()) {
    add(candidates, prefix, {name, about.value("doc", "")});
  }
  return candidates;
}

std::vector<Candidate> Names::jobs(const std::string& prefix) const {
  constexpr std::uint64_t kLatest = 30;
  std::vector<Candidate> candidates;
  for (const auto& job : asked(fleet_, client::list_jobs, {.limit = kLatest}).items) {
    add(candidates, prefix, {job.id, job.operation + " on " + job.selector + ", " + job.state});
  }
  return candidates;
}

std::vector<Candidate> Names::operators(const std::string& prefix) const {
  constexpr std::uint64_t kLatest = 100;
  std::set<std::string> names;
  for (const auto& job : asked(fleet_, client::list_jobs, {.limit = kLatest}).items) {
    names.insert(job.requested_by);
  }
  std::vector<Candidate> candidates;
  for (const auto& name : names) add(candidates, prefix, {name, {}, false});
  return candidates;
}

std::vector<Candidate> Names::enrollment_tokens(const std::string& prefix) const {
  std::vector<Candidate> candidates;
  for (const auto& token : asked(fleet_, client::list_enrollment_tokens).tokens) {
    add(candidates, prefix, {token.id, std::to_string(token.uses_left) + " uses left"});
  }
  return candidates;
}

std::vector<Candidate> Names::webhooks(const std::string& prefix) const {
  std::vector<Candidate> candidates;
  for (const auto& one : asked(fleet_, client::list_webhooks).webhooks) {
    add(candidates, prefix, {one.webhook.name, one.progress.state});
  }
  return candidates;
}

std::vector<Candidate> Names::contexts(const std::string& prefix) const {
  std::vector<Candidate> candidates;
  for (const auto& name : contexts_) add(candidates, prefix, {name, {}, false});
  return candidates;
}

std::optional<Operation> Names::operation(const std::string& name) const {
  const auto plugin = asked(fleet_, client::get_plugin, name.substr(0, name.find('.')));
  if (!plugin.manifest || !operations_in(*plugin.manifest).contains(name)) return std::nullopt;
  return operation_in(*plugin.manifest, name);
}

}  // namespace muster::cli
