#include "jobs/job_targets.hpp"

#include <algorithm>
#include <iterator>
#include <muster/core/base/near_name.hpp>
#include <muster/core/selector/selector.hpp>

#include "jobs/selector_warnings.hpp"

namespace muster::controller {
namespace {

std::string why_nothing_matched(const Fleet& fleet, const selector::Selector& selector,
                                const Unknown& unknown) {
  if (const auto warnings = warnings_of(fleet, selector, {}); !warnings.empty()) {
    return warnings.front();
  }
  if (const auto bounds = wrong_bounds(fleet, selector, unknown); !bounds.empty()) {
    return bounds.front();
  }
  if (fleet.nodes().empty()) return "the fleet has no nodes yet; let one join with a token";
  std::string sentence = "no node matches " + selector.text();
  if (!unknown.empty()) {
    sentence += "; " + std::to_string(unknown.size()) + " have not told a fact that it asks for";
  }
  return sentence;
}

/// " a b c", each once; or where to look when they are many.
std::string listed(std::vector<std::string> operations) {
  constexpr std::size_t kFew = 8;
  std::sort(operations.begin(), operations.end());
  operations.erase(std::unique(operations.begin(), operations.end()), operations.end());
  if (operations.size() > kFew) {
    return " " + std::to_string(operations.size()) + " others (muster plugin show)";
  }
  std::string text;
  for (const auto& operation : operations) text += " " + operation;
  return text;
}

/// "ping" alone is that of the plugin that has one.
std::string hint_for_operation(const std::string& name, const std::vector<std::string>& all) {
  const auto found = std::find_if(all.begin(), all.end(), [&](const auto& operation) {
    return operation.ends_with("." + name);
  });
  return found == all.end() ? did_you_mean(name, all) : "; did you mean " + *found + "?";
}

}  // namespace

tl::unexpected<JobRefusal> refuse(std::string reason, ErrorCode code, std::string sentence,
                                  std::string field) {
  return tl::unexpected(
      JobRefusal{{code, std::move(sentence), std::move(field), false, {}}, std::move(reason), {}});
}

Planned<std::vector<const Node*>> choose_targets(const Fleet& fleet, const JobRequest& request,
                                                 std::string& canonical) {
  selector::SyntaxError where;
  const auto selector = fleet.parse(request.selector, &where);
  if (!selector) {
    // Too long or too deep is no better for being asked again, whatever the parser calls it.
    auto refusal = refuse("selector_syntax", ErrorCode::InvalidArgument, selector.error().message);
    if (!where.sentence.empty()) refusal.value().error.message = where.sentence;
    refusal.value().position = where.caret;
    if (!where.caret.empty()) refusal.value().offset = where.offset;
    return refusal;
  }
  canonical = selector->text();
  auto selection = fleet.select(*selector);
  if (!selection) {
    return refuse("selector_syntax", ErrorCode::InvalidArgument, selection.error().message);
  }
  if (request.unknown) {
    std::vector<const Node*> both;
    std::merge(
        selection->matched.begin(), selection->matched.end(), selection->unknown.begin(),
        selection->unknown.end(), std::back_inserter(both),
        [](const Node* one, const Node* other) { return one->record.name < other->record.name; });
    selection->matched = std::move(both);
  }
  if (selection->matched.empty()) {
    return refuse("matched_nothing", ErrorCode::NotFound,
                  why_nothing_matched(fleet, *selector, selection->unknown));
  }
  if (request.limit) keep_sample(selection->matched, *request.limit, request.seed);
  return std::move(selection->matched);
}

const config::Operation* operation_on(const Fleet& fleet, const Node& node,
                                      const std::string& name) {
  for (const auto& plugin : node.record.plugins) {
    if (!name.starts_with(plugin.id)) continue;
    const auto* manifest = fleet.manifest_of(node, plugin);
    // A manifest speaks for the plugin that it names, whatever the node calls it.
    if (manifest == nullptr || manifest->id != plugin.id) continue;
    if (const auto* operation = manifest->find_operation(name)) return operation;
  }
  return nullptr;
}

JobRefusal unknown_operation(const Fleet& fleet, const std::string& name) {
  const auto plugin_id = name.substr(0, name.rfind('.'));
  std::vector<std::string> all;
  std::vector<std::string> of_plugin;
  bool untold = false;
  bool elsewhere = false;
  std::string rejected;
  for (const auto& plugin : fleet.plugins()) {
    if (plugin.manifest == nullptr) {
      untold = untold || plugin.digest != Digest{};
      if (plugin.id == plugin_id && !plugin.reasons.empty()) {
        rejected = plugin.reasons.begin()->first;
      }
      continue;
    }
    if (plugin.manifest->id != plugin.id) continue;
    elsewhere = elsewhere || plugin.manifest->find_operation(name) != nullptr;
    for (const auto& operation : plugin.manifest->operations) {
      all.push_back(operation.name);
      if (plugin.id == plugin_id) of_plugin.push_back(operation.name);
    }
  }
  const auto hint = hint_for_operation(name, all);
  std::string sentence = elsewhere ? "none of the nodes that match has an operation " + name
                                   : "no node has an operation " + name + hint;
  if (!elsewhere && hint.empty() && !of_plugin.empty()) {
    sentence += "; the plugin " + plugin_id + " has" + listed(std::move(of_plugin));
  }
  if (!rejected.empty()) sentence += "; the file of plugin " + plugin_id + " is " + rejected;
  if (untold) sentence += "; some nodes have not told yet what their plugins can do";
  return refuse("unknown_operation", ErrorCode::InvalidArgument, sentence, "/operation").value();
}

}  // namespace muster::controller
