#include "complete_names.hpp"

#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "api_client.hpp"

namespace muster::cli {
namespace {

using nlohmann::json;

std::string nodes_text(std::size_t count) {
  return std::to_string(count) + (count == 1 ? " node" : " nodes");
}

void add(std::vector<Candidate>& candidates, const std::string& prefix, Candidate candidate) {
  if (candidate.text.starts_with(prefix)) candidates.push_back(std::move(candidate));
}

}  // namespace

Names::Names(Ask ask, std::vector<std::string> contexts)
    : ask_(std::move(ask)), contexts_(std::move(contexts)) {}

std::vector<Candidate> Names::names(const std::string& kind, const std::string& of,
                                    const std::string& prefix) const {
  std::vector<Candidate> candidates;
  const auto answer = ask_("/v1/names" + query({{"kind", kind}, {"of", of}, {"prefix", prefix}}));
  if (!answer) return candidates;
  for (const auto& name : answer->at("names")) {
    add(candidates, prefix, {name.at("name"), nodes_text(name.at("nodes"))});
  }
  for (const auto& several : answer->at("prefixes")) {
    const std::size_t count = several.at("names");
    add(candidates, prefix, {several.at("prefix"), std::to_string(count) + " begin so", true});
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
  const auto answer = ask_("/v1/groups");
  if (!answer) return candidates;
  for (const auto& group : answer->at("groups")) {
    add(candidates, prefix, {group.value("name", ""), group.value("selector", "")});
  }
  return candidates;
}

std::vector<Candidate> Names::plugins(const std::string& prefix) const {
  return plugins(prefix, [](const json&) { return true; });
}

std::vector<Candidate> Names::plugins(const std::string& prefix,
                                      const std::function<bool(const json&)>& wanted) const {
  std::vector<Candidate> candidates;
  const auto answer = ask_("/v1/plugins");
  if (!answer) return candidates;
  for (const auto& plugin : answer->at("plugins")) {
    const auto id = plugin.value("id", "");
    const bool again = !candidates.empty() && candidates.back().text == id;  // another version
    if (!again && wanted(plugin)) add(candidates, prefix, {id, plugin.value("doc", "")});
  }
  return candidates;
}

std::vector<Candidate> Names::operations(const std::string& prefix) const {
  std::vector<Candidate> candidates;
  const auto dot = prefix.find('.');
  if (dot == std::string::npos) {
    candidates =
        plugins(prefix, [](const json& plugin) { return !plugin.at("operations").empty(); });
    for (auto& candidate : candidates) {
      candidate.text += '.';
      candidate.partial = true;
    }
    return candidates;
  }
  const auto plugin = ask_("/v1/plugins/" + sdk::percent_encode(prefix.substr(0, dot)));
  if (!plugin) return candidates;
  const auto operations = operations_in(plugin->at("manifest"));
  for (const auto& [name, about] : operations.items()) {
    add(candidates, prefix, {name, about.value("doc", "")});
  }
  return candidates;
}

std::vector<Candidate> Names::jobs(const std::string& prefix) const {
  std::vector<Candidate> candidates;
  const auto answer = ask_("/v1/jobs" + query({{"limit", "30"}}));
  if (!answer) return candidates;
  for (const auto& job : answer->at("jobs")) {
    add(candidates, prefix,
        {job.value("job", ""), job.value("operation", "") + " on " + job.value("selector", "") +
                                   ", " + job.value("state", "")});
  }
  return candidates;
}

std::vector<Candidate> Names::operators(const std::string& prefix) const {
  std::vector<Candidate> candidates;
  const auto answer = ask_("/v1/jobs" + query({{"limit", "100"}}));
  if (!answer) return candidates;
  std::set<std::string> names;
  for (const auto& job : answer->at("jobs")) names.insert(job.value("requested_by", ""));
  for (const auto& name : names) add(candidates, prefix, {name, {}, false});
  return candidates;
}

std::vector<Candidate> Names::enrollment_tokens(const std::string& prefix) const {
  std::vector<Candidate> candidates;
  const auto answer = ask_("/v1/enrollment-tokens");
  if (!answer) return candidates;
  for (const auto& token : answer->at("tokens")) {
    add(candidates, prefix,
        {token.value("id", ""), std::to_string(token.value("uses_left", 0)) + " uses left"});
  }
  return candidates;
}

std::vector<Candidate> Names::webhooks(const std::string& prefix) const {
  std::vector<Candidate> candidates;
  const auto answer = ask_("/v1/webhooks");
  if (!answer) return candidates;
  for (const auto& one : answer->at("webhooks")) {
    add(candidates, prefix,
        {one.at("webhook").value("name", ""), one.at("progress").value("state", "")});
  }
  return candidates;
}

std::vector<Candidate> Names::contexts(const std::string& prefix) const {
  std::vector<Candidate> candidates;
  for (const auto& name : contexts_) add(candidates, prefix, {name, {}, false});
  return candidates;
}

std::optional<Operation> Names::operation(const std::string& name) const {
  const auto plugin = ask_("/v1/plugins/" + sdk::percent_encode(name.substr(0, name.find('.'))));
  if (!plugin) return std::nullopt;
  const auto& manifest = plugin->at("manifest");
  if (!operations_in(manifest).contains(name)) return std::nullopt;
  return operation_in(manifest, name);
}

}  // namespace muster::cli
