#include <charconv>
#include <muster/core/crypto/digest.hpp>
#include <muster/core/crypto/random.hpp>
#include <nlohmann/json.hpp>

#include "api/job_filter.hpp"
#include "api/job_wait.hpp"
#include "api/members.hpp"
#include "api/path_ids.hpp"
#include "api/serve.hpp"
#include "jobs/job_view.hpp"
#include "jobs/selector_warnings.hpp"

namespace muster::controller::api {
namespace {

using nlohmann::json;

constexpr std::size_t kSeedBytes = 6;

OfflinePolicy policy_from(const std::string& name) {
  if (name == "queue") return OfflinePolicy::Queue;
  return name == "fail" ? OfflinePolicy::Fail : OfflinePolicy::Skip;
}

/// A seed for who gave none: the same for a repeat of the request.
std::string seed_for(const std::string& idempotency_key) {
  if (idempotency_key.empty()) return crypto::random_token(kSeedBytes);
  return to_hex(crypto::sha256(as_bytes("seed " + idempotency_key))).substr(0, 2 * kSeedBytes);
}

/// "5%" or "20", of which the document has seen that it is one.
std::optional<SampleSize> sample_member(const json& body, const char* name) {
  const auto found = body.find(name);
  if (found == body.end()) return std::nullopt;
  return parse_sample_size(found->get<std::string>());
}

/// How many nodes it is thought to be, and how it goes over them; what is not said stays.
void read_care(const json& body, JobRequest& request) {
  if (body.contains("expect")) request.expect = body.at("expect").get<std::uint64_t>();
  if (const auto at_once = sample_member(body, "at_once")) request.at_once = at_once;
  if (const auto most = sample_member(body, "max_failures")) request.max_failed = most;
}

JobRequest request_from(const Exchange& exchange) {
  const auto& body = exchange.body();
  JobRequest request;
  request.operation = body.at("operation");
  request.selector = body.at("selector");
  request.instance = body.at("instance");
  request.arguments = body.at("arguments");
  request.timeout = duration_member(body, "timeout");
  request.start_within = duration_member(body, "start_within");
  request.output_cap = size_member(body, "output_cap");
  request.offline = policy_from(body.at("offline"));
  request.check = body.at("check");
  request.requested_by = exchange.principal;
  request.idempotency_key = exchange.query("Idempotency-Key");
  request.drained = body.at("include_drained");
  request.unknown = body.at("include_unknown");
  request.stop_at_warnings = body.at("stop_at_warnings");
  request.limit = sample_member(body, "limit");
  read_care(body, request);
  request.seed = body.value("seed", "");
  if (request.limit && request.seed.empty()) request.seed = seed_for(request.idempotency_key);
  return request;
}

Problem problem_of(const JobRefusal& refusal) {
  return {refusal.error, refusal.reason, refusal.position, refusal.offset};
}

std::vector<std::string> warnings_about(const Fleet& fleet, const std::string& text,
                                        bool with_unknown) {
  const auto selector = fleet.parse(text);
  if (!selector) return {};
  const auto selection = fleet.select(*selector);
  const auto unknown = selection ? selection->unknown : Unknown();
  auto warnings = warnings_of_job(fleet, *selector, with_unknown ? Unknown() : unknown);
  if (with_unknown && !unknown.empty()) {
    const auto bounds = wrong_bounds(fleet, *selector, unknown);
    warnings.insert(warnings.end(), bounds.begin(), bounds.end());
    warnings.push_back(std::to_string(unknown.size()) +
                       (unknown.size() == 1
                            ? " node gets it that has not told what the selector asks for"
                            : " nodes get it that have not told what the selector asks for"));
  }
  return warnings;
}

/// Whoever asks for the job is to say something of its nodes, and should know of these before.
bool is_about_nodes(const JobRefusal& refusal) {
  return refusal.reason == "expect_needed" || refusal.reason == "not_as_expected" ||
         refusal.reason == "warned";
}

}  // namespace

void create_job(const Services& services, const ExchangePtr& exchange) {
  auto request = request_from(*exchange);
  const auto wait = wait_from(*exchange);
  if (!wait) return exchange->answer(wait.error());
  // Before it is there: `last(job)` would find its own tasks.
  auto warnings = warnings_about(services.fleet, request.selector, request.unknown);
  services.jobs.create(std::move(request),
                       [&services, exchange, wait = *wait, warnings = std::move(warnings)](
                           const tl::expected<JobId, JobRefusal>& created) {
                         if (!created) {
                           auto problem = problem_of(created.error());
                           if (is_about_nodes(created.error())) {
                             problem.warnings = warnings;
                           }
                           return exchange->answer(problem);
                         }
                         if (wait.count() > 0)
                           return wait_for_job(services, *created, wait, exchange);
                         json answer{{"job", created->text()}};
                         if (!warnings.empty()) answer["warnings"] = warnings;
                         exchange->answer(201, answer);
                       });
}

namespace {

/// `next` of a page, or a job's id. Errors: NotFound.
Result<std::uint64_t> place_from(const Services& services, const std::string& text) {
  std::uint64_t place = 0;
  const auto* const end = text.data() + text.size();
  const auto [rest, wrong] = std::from_chars(text.data(), end, place);
  if (wrong == std::errc{} && rest == end) return place;
  return job_id_from(text).and_then([&](JobId id) { return services.store.place_of(id); });
}

}  // namespace

void list_jobs(const Services& services, const ExchangePtr& exchange) {
  auto filter = job_filter_from(*exchange, services.loop.clock().unix_now());
  if (!filter) return exchange->answer(filter.error());
  JobQuery query{*exchange->number("limit"), std::nullopt, {}, std::move(*filter)};
  if (const auto before = exchange->query("before"); !before.empty()) {
    const auto place = place_from(services, before);
    if (!place) return exchange->answer(place.error());
    query.before = *place;
  }
  const auto page = services.jobs.list(query);
  if (!page) return exchange->answer(page.error());
  json views = json::array();
  for (const auto& job : page->jobs) views.push_back(job_summary_view(job));
  json answer{{"jobs", std::move(views)}};
  if (page->next) answer["next"] = std::to_string(*page->next);
  exchange->answer(200, answer);
}

void get_job(const Services& services, const ExchangePtr& exchange) {
  const auto job =
      job_id_from(exchange->path("id")).and_then([&](JobId id) { return services.jobs.find(id); });
  if (!job) return exchange->answer(job.error());
  exchange->answer(200, job_view(*job, services.jobs.away(job->job.id)));
}

void cancel_job(const Services& services, const ExchangePtr& exchange) {
  const auto id = job_id_from(exchange->path("id"));
  if (!id) return exchange->answer(id.error());
  const auto job = services.jobs.find(*id);
  const bool ended = job && job->job.ended != 0;
  services.jobs.cancel(*id, exchange->principal,
                       [exchange, id = *id, ended](const Result<void>& done) {
                         if (!done) return exchange->answer(done.error());
                         exchange->answer(202, {{"job", id.text()}, {"ended", ended}});
                       });
}

namespace {

/// The selector of the nodes whose task of this job ended so.
std::string nodes_of(const JobId& job, const json& states) {
  std::string list;
  for (const auto& state : states) list += (list.empty() ? "" : ", ") + state.get<std::string>();
  return "last(" + job.text() + ") in (" + list + ")";
}

/// Of a job whose arguments nobody knows any more.
Problem secrets_not_kept(const JobRecord& job, const std::string& selector) {
  return {
      Error{ErrorCode::FailedPrecondition,
            "some arguments of job " + job.id.text() + " are secret and were not kept; run " +
                job.operation + " anew with all of them, on the nodes that are meant: " + selector,
            "",
            false,
            {}},
      "secret_arguments", ""};
}

/// The same again, for those nodes.
JobRequest again(const JobRecord& job, std::string selector) {
  JobRequest request;
  request.operation = job.operation;
  request.selector = std::move(selector);
  request.arguments = json::parse(job.arguments, nullptr, false);
  request.instance = job.instance;
  request.timeout = std::chrono::milliseconds(job.timeout_ms);
  request.offline = job.offline;
  request.drained = job.drained;
  request.check = job.check;
  request.output_cap = job.output_cap;
  const auto window = std::chrono::milliseconds(job.not_after - job.created);
  if (window != kDefaultStartWindow && window != kDefaultQueueWindow) request.start_within = window;
  if (job.at_once > 0) request.at_once = SampleSize{job.at_once, false};
  if (job.max_failed > 0) request.max_failed = SampleSize{job.max_failed, false};
  return request;
}

/// Who retries a job has written no selector that could match nothing.
Problem problem_of_retry(const JobRefusal& refusal) {
  auto error = refusal.error;
  if (refusal.reason != "matched_nothing") return Problem{error, refusal.reason, refusal.position};
  error.message =
      "no task of the job ended in a state that is to be retried, on a node that is still there";
  return Problem{std::move(error), refusal.reason, ""};
}

}  // namespace

void retry_job(const Services& services, const ExchangePtr& exchange) {
  const auto job =
      job_id_from(exchange->path("id")).and_then([&](JobId id) { return services.jobs.find(id); });
  if (!job) return exchange->answer(job.error());
  const auto selector = nodes_of(job->job.id, exchange->body().at("states"));
  if (job->job.secrets) return exchange->answer(secrets_not_kept(job->job, selector));
  auto request = again(job->job, selector);
  read_care(exchange->body(), request);
  request.requested_by = exchange->principal;
  request.idempotency_key = exchange->query("Idempotency-Key");
  services.jobs.create(std::move(request),
                       [exchange](const tl::expected<JobId, JobRefusal>& created) {
                         if (created) return exchange->answer(201, {{"job", created->text()}});
                         exchange->answer(problem_of_retry(created.error()));
                       });
}

}  // namespace muster::controller::api
