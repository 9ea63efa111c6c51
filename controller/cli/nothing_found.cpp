#include "nothing_found.hpp"

#include <algorithm>
#include <client/nodes.hpp>
#include <muster/core/base/near_name.hpp>
#include <set>

#include "operation.hpp"
#include "terminal.hpp"

namespace muster::cli {
namespace {

/// Whether there may be such a job; true also when one request cannot tell.
bool may_be_kept(client::ApiClient& api, client::JobFilter which) {
  const auto page = client::list_jobs(api, {.which = std::move(which), .limit = 1});
  return !page || !page->items.empty() || !page->next.empty();
}

/// Nothing for a node that is there or that a job tells of, as of one that was retired.
std::string about_node(client::ApiClient& api, const std::string& node) {
  const auto found = client::get_node(api, node);
  if (found) return {};
  const Failure why(found.error());
  return why.exit == Exit::MatchedNothing && !may_be_kept(api, {.node = node}) ? why.message : "";
}

/// Nothing for a pattern, and for what a plugin has or a job ran.
std::string about_operation(client::ApiClient& api, const std::string& operation) {
  if (operation.find_first_of("*?[") != std::string::npos) return {};
  const auto found = find_operation(api, operation);
  if (found || found.error().exit != Exit::MatchedNothing) return {};
  return may_be_kept(api, {.operation = operation}) ? "" : found.error().message;
}

/// Nothing where nobody who asked for one of the latest jobs has a name that is near.
std::string about_operator(client::ApiClient& api, const std::string& by) {
  constexpr std::uint64_t kLatest = 100;
  const auto latest = client::list_jobs(api, {.limit = kLatest});
  if (!latest) return {};
  std::set<std::string> names;
  for (const auto& job : latest->items) names.insert(job.requested_by);
  const auto hint = did_you_mean(by, {names.begin(), names.end()});
  if (names.contains(by) || hint.empty() || may_be_kept(api, {.by = by})) return {};
  return printable("nobody asked for a job as " + by + hint);
}

}  // namespace

Failure nothing_found(client::ApiClient& api, const client::JobFilter& filter,
                      const std::string& sentence) {
  std::string why;
  if (!filter.node.empty()) why = about_node(api, filter.node);
  if (why.empty() && !filter.operation.empty()) why = about_operation(api, filter.operation);
  if (why.empty() && !filter.by.empty()) why = about_operator(api, filter.by);
  return {Exit::MatchedNothing, sentence + (why.empty() ? "" : ": " + why)};
}

}  // namespace muster::cli
