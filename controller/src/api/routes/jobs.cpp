#include <nlohmann/json.hpp>

#include "api/job_wait.hpp"
#include "api/members.hpp"
#include "api/path_ids.hpp"
#include "api/serve.hpp"
#include "jobs/job_view.hpp"
#include "jobs/selector_warnings.hpp"

namespace muster::controller::api {
namespace {

using nlohmann::json;

constexpr std::uint64_t kDefaultPage = 50;
constexpr std::uint64_t kMaxPage = 500;
constexpr std::size_t kMaxIdempotencyKey = 256;

Result<OfflinePolicy> policy_from(const json& body) {
  const auto text = optional_text(body, "offline");
  if (!text) return tl::unexpected(text.error());
  const auto name = text->value_or("skip");
  if (name == "skip") return OfflinePolicy::Skip;
  if (name == "queue") return OfflinePolicy::Queue;
  if (name == "fail") return OfflinePolicy::Fail;
  return fail(ErrorCode::InvalidArgument, "offline must be skip, queue or fail, not '" + name + "'",
              "/offline");
}

/// The members that have a form of their own.
Status read_limits(const json& body, JobRequest& request) {
  const auto timeout = duration_member(body, "timeout");
  if (!timeout) return tl::unexpected(timeout.error());
  const auto output_cap = size_member(body, "output_cap");
  if (!output_cap) return tl::unexpected(output_cap.error());
  const auto policy = policy_from(body);
  if (!policy) return tl::unexpected(policy.error());
  const auto check = bool_member(body, "check", false);
  if (!check) return tl::unexpected(check.error());
  request.timeout = *timeout;
  request.output_cap = *output_cap;
  request.offline = *policy;
  request.check = *check;
  return {};
}

Result<JobRequest> request_from(const Exchange& exchange) {
  const auto body = exchange.body({"operation", "selector", "arguments", "timeout", "offline",
                                   "check", "output_cap", "instance"});
  if (!body) return tl::unexpected(body.error());
  JobRequest request;
  const auto operation = text_member(*body, "operation");
  if (!operation) return tl::unexpected(operation.error());
  const auto selector = text_member(*body, "selector");
  if (!selector) return tl::unexpected(selector.error());
  const auto instance = optional_text(*body, "instance");
  if (!instance) return tl::unexpected(instance.error());
  if (auto read = read_limits(*body, request); !read) return tl::unexpected(read.error());
  request.operation = *operation;
  request.selector = *selector;
  request.instance = instance->value_or("");
  request.arguments = body->value("arguments", json::object());
  if (!request.arguments.is_object()) {
    return fail(ErrorCode::InvalidArgument, "arguments must be an object", "/arguments");
  }
  request.requested_by = exchange.principal;
  request.idempotency_key = exchange.request().header("idempotency-key").value_or("");
  if (request.idempotency_key.size() > kMaxIdempotencyKey) {
    return fail(ErrorCode::InvalidArgument, "an Idempotency-Key has at most 256 bytes");
  }
  return request;
}

Result<std::chrono::milliseconds> wait_from(const Exchange& exchange) {
  const auto text = exchange.query("wait");
  if (text.empty()) return std::chrono::milliseconds(0);
  const auto wait = duration_member(json{{"wait", text}}, "wait");
  if (!wait) return tl::unexpected(wait.error());
  if (**wait > kMaxJobWait) {
    return fail(ErrorCode::InvalidArgument, "a request may wait for a job at most 60s", "/wait");
  }
  return **wait;
}

void add_warnings(const Fleet& fleet, const std::string& text, json& answer) {
  const auto selector = fleet.parse(text);
  if (!selector) return;
  const auto selection = fleet.select(*selector);
  auto warnings = warnings_of(fleet, *selector, selection ? selection->unknown.size() : 0);
  if (!warnings.empty()) answer["warnings"] = std::move(warnings);
}

}  // namespace

void create_job(const Services& services, const ExchangePtr& exchange) {
  auto request = request_from(*exchange);
  if (!request) return exchange->answer(request.error());
  const auto wait = wait_from(*exchange);
  if (!wait) return exchange->answer(wait.error());
  const auto selector = request->selector;
  services.jobs.create(std::move(*request), [&services, exchange, wait = *wait, selector](
                                                const tl::expected<JobId, JobRefusal>& created) {
    if (!created) {
      const auto& refusal = created.error();
      return exchange->answer(Problem{refusal.error, refusal.reason, refusal.position});
    }
    if (wait.count() > 0) return wait_for_job(services, *created, wait, exchange);
    json answer{{"job", created->text()}};
    add_warnings(services.fleet, selector, answer);
    exchange->answer(201, answer);
  });
}

void list_jobs(const Services& services, const ExchangePtr& exchange) {
  const auto limit = count_parameter(exchange->query("limit"), "limit", kDefaultPage, kMaxPage);
  if (!limit) return exchange->answer(limit.error());
  JobQuery query{*limit, std::nullopt};
  if (const auto before = exchange->query("before"); !before.empty()) {
    const auto id = job_id_from(before);
    if (!id) return exchange->answer(id.error());
    query.before = *id;
  }
  const auto page = services.jobs.list(query);
  if (!page) return exchange->answer(page.error());
  json views = json::array();
  for (const auto& job : page->jobs) views.push_back(job_summary_view(job));
  json answer{{"jobs", std::move(views)}};
  if (page->next) answer["next"] = page->next->text();
  exchange->answer(200, answer);
}

void get_job(const Services& services, const ExchangePtr& exchange) {
  const auto job =
      job_id_from(exchange->path("id")).and_then([&](JobId id) { return services.jobs.find(id); });
  if (!job) return exchange->answer(job.error());
  exchange->answer(200, job_view(*job));
}

void cancel_job(const Services& services, const ExchangePtr& exchange) {
  const auto id = job_id_from(exchange->path("id"));
  if (!id) return exchange->answer(id.error());
  const auto job = services.jobs.find(*id);
  const bool ended = job && job->job.ended != 0;
  services.jobs.cancel(*id, [exchange, id = *id, ended](const Result<void>& done) {
    if (!done) return exchange->answer(done.error());
    exchange->answer(202, {{"job", id.text()}, {"ended", ended}});
  });
}

}  // namespace muster::controller::api
