#include "api/webhook_view.hpp"

#include "jobs/job_view.hpp"

namespace muster::controller::api {

using nlohmann::json;

const char* state_of(const WebhookProgress& progress) {
  if (progress.gone != 0) return "gone";
  return progress.failures > 0 ? "failing" : "ok";
}

json webhook_view(const WebhookRecord& webhook) {
  return {{"name", webhook.name},
          {"url", webhook.url},
          {"filter", webhook.filter},
          {"allow_private", webhook.allow_private},
          {"updated", time_view(webhook.updated)},
          {"updated_by", webhook.updated_by}};
}

Result<json> webhook_progress_view(const Services& services, const WebhookRecord& webhook) {
  const auto kept = services.store.count_dead_letters(webhook.name);
  if (!kept) return tl::unexpected(kept.error());
  const auto pending = services.webhooks.pending(webhook);
  if (!pending) return tl::unexpected(pending.error());
  const auto& progress = webhook.progress;
  return json{{"state", state_of(progress)},
              {"pending", *pending},
              {"delivered", progress.delivered},
              {"dead_letters", *kept},
              {"missed", progress.missed},
              {"failures", progress.failures},
              {"failing_since", time_view(progress.failing_since)},
              {"next_attempt", time_view(progress.next_attempt)},
              {"last_success", time_view(progress.last_success)},
              {"last_error", progress.last_error}};
}

std::optional<Problem> filter_problem(const std::string& filter) {
  selector::SyntaxError where;
  const auto parsed = EventFilter::parse(filter, &where);
  if (parsed) return std::nullopt;
  auto error = parsed.error();
  error.code = ErrorCode::InvalidArgument;
  if (!where.sentence.empty()) error.message = where.sentence;
  return Problem{std::move(error), "selector_syntax", where.caret};
}

}  // namespace muster::controller::api
