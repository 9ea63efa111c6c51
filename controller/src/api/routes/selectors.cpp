#include <algorithm>
#include <map>
#include <muster/core/selector/selector.hpp>
#include <nlohmann/json.hpp>
#include <set>

#include "api/router.hpp"
#include "api/serve.hpp"
#include "jobs/selector_warnings.hpp"

namespace muster::controller::api {
namespace {

using nlohmann::json;
using selector::Untold;

constexpr std::size_t kMaxNamed = 100;
constexpr std::size_t kMaxReasons = 20;  // why nodes are left out

/// In whole days, so that nodes of one outage have one reason.
std::string days_of(std::chrono::milliseconds age) {
  const auto days = age / std::chrono::hours(24);
  return days < 2 ? "a day" : std::to_string(days) + " days";
}

std::string sentence_of(const Untold& untold) {
  if (untold.subject == selector::Subject::Last) {
    return untold.name == "job"
               ? "has ended no task yet, or its last is not over"
               : "has ended no task of " + untold.name + ", or its last is not over";
  }
  switch (untold.why) {
    case Untold::Why::Missing:
      return "has not told the fact " + untold.name;
    case Untold::Why::Stale:
      return "has not told the fact " + untold.name + " for " + days_of(untold.age);
    case Untold::Why::NotComparable:
      return "its " + untold.name + " is no number";
    case Untold::Why::BoundNotComparable:
      return "its " + untold.name + " cannot be compared with " +
             selector::written_value(untold.bound);
  }
  return {};
}

json names_of(const std::vector<const Node*>& nodes) {
  json names = json::array();
  for (const auto* node : nodes) {
    if (names.size() == kMaxNamed) break;
    names.push_back(node->record.name);
  }
  return names;
}

/// The nodes that the selector cannot decide about, by reason.
json unknown_view(const Fleet& fleet, const selector::Selector& selector,
                  const std::vector<const Node*>& unknown) {
  std::map<std::string, std::vector<const Node*>> by_reason;
  const auto untold = fleet.untold(selector, unknown);
  for (std::size_t i = 0; i < unknown.size(); ++i) {
    std::set<std::string> sentences;
    for (const auto& one : untold[i]) sentences.insert(sentence_of(one));
    for (const auto& sentence : sentences) by_reason[sentence].push_back(unknown[i]);
  }
  json reasons = json::array();
  for (const auto& [sentence, nodes] : by_reason) {
    reasons.push_back({{"why", sentence}, {"count", nodes.size()}, {"nodes", names_of(nodes)}});
  }
  return {{"count", unknown.size()}, {"reasons", std::move(reasons)}};
}

json left_out_view(const JobForecast& forecast) {
  std::map<std::pair<TaskState, std::string>, std::vector<const Node*>> by_reason;
  for (const auto& [node, end] : forecast.left_out) {
    by_reason[{end.state, end.why}].push_back(node);
  }
  json reasons = json::array();
  for (const auto& [reason, nodes] : by_reason) {
    reasons.push_back({{"state", wire::to_string(reason.first)},
                       {"why", reason.second},
                       {"count", nodes.size()},
                       {"nodes", names_of(nodes)}});
  }
  std::stable_sort(reasons.begin(), reasons.end(), [](const json& one, const json& other) {
    return one.at("count") > other.at("count");
  });
  if (reasons.size() > kMaxReasons) reasons.erase(reasons.begin() + kMaxReasons, reasons.end());
  return {{"count", forecast.left_out.size()}, {"reasons", std::move(reasons)}};
}

/// What would become of a job of the operation, if whoever asks made it now.
json job_view_of(const Services& services, const Principal& who, JobRequest request) {
  json refusals = json::array();
  const auto refuse = [&refusals](const Problem& problem) {
    const auto view = to_json(problem);
    refusals.push_back({{"reason", view.at("reason")}, {"detail", view.at("detail")}});
  };
  if (auto may = services.access.authorize(who, Action::RunJob); !may) {
    refuse({may.error(), {}, {}});
  }
  const auto forecast = services.jobs.forecast(request);
  if (forecast.refusal) refuse({forecast.refusal->error, forecast.refusal->reason, {}});
  return {{"operation", std::move(request.operation)},
          {"refusals", std::move(refusals)},
          {"runs", {{"count", forecast.runs.size()}, {"nodes", names_of(forecast.runs)}}},
          {"left_out", left_out_view(forecast)}};
}

}  // namespace

std::optional<Problem> selector_problem(const Result<selector::Selector>& parsed,
                                        const selector::SyntaxError& where) {
  if (parsed) return std::nullopt;
  auto error = parsed.error();
  error.code = ErrorCode::InvalidArgument;  // of a limit, too: no use in asking again
  if (!where.sentence.empty()) error.message = where.sentence;
  if (where.caret.empty()) return Problem{std::move(error), "selector_syntax", {}};
  return Problem{std::move(error), "selector_syntax", where.caret, where.offset};
}

void explain_selector(const Services& services, const ExchangePtr& exchange) {
  selector::SyntaxError where;
  const auto selector = services.fleet.parse(exchange->query("selector"), &where);
  if (const auto problem = selector_problem(selector, where)) return exchange->answer(*problem);
  const auto selection = services.fleet.select(*selector);
  if (!selection) return exchange->answer(selection.error());
  json answer{
      {"selector", selector->text()},
      {"total", services.fleet.nodes().size()},
      {"matched", {{"count", selection->matched.size()}, {"nodes", names_of(selection->matched)}}},
      {"unknown", unknown_view(services.fleet, *selector, selection->unknown)}};
  if (auto warnings = warnings_of_job(services.fleet, *selector, {}); !warnings.empty()) {
    answer["warnings"] = std::move(warnings);
  }
  if (const auto operation = exchange->query("operation"); !operation.empty()) {
    const auto who = who_asks(services.access, exchange->request());
    if (!who) return exchange->answer(who.error(), unauthenticated_headers());
    JobRequest request;
    request.operation = operation;
    request.selector = exchange->query("selector");
    answer["job"] = job_view_of(services, *who, std::move(request));
  }
  exchange->answer(200, answer);
}

}  // namespace muster::controller::api
