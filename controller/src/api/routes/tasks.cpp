#include <charconv>
#include <nlohmann/json.hpp>

#include "api/job_filter.hpp"
#include "api/path_ids.hpp"
#include "api/serve.hpp"
#include "jobs/job_view.hpp"

namespace muster::controller::api {
namespace {

using nlohmann::json;

/// "NUMBER.NODE", as in `next`.
std::string text_of(const TaskPlace& place) { return std::to_string(place.job) + "." + place.node; }

Result<TaskPlace> place_from(const std::string& text) {
  TaskPlace place;
  const auto* const end = text.data() + text.size();
  const auto [rest, wrong] = std::from_chars(text.data(), end, place.job);
  if (wrong != std::errc{} || rest == end || *rest != '.') {
    return fail(ErrorCode::InvalidArgument, "after is not the next of a page of tasks", "/after");
  }
  place.node.assign(rest + 1, end);
  return place;
}

Result<TaskQuery> query_from(const Services& services, const Exchange& exchange) {
  TaskQuery query;
  auto filter = job_filter_from(exchange, services.loop.clock().unix_now());
  if (!filter) return tl::unexpected(filter.error());
  query.jobs = std::move(*filter);
  query.limit = *exchange.number("limit");
  if (const auto state = exchange.query("task_state"); !state.empty()) {
    query.state = wire::task_state_from(state);
  }
  if (const auto text = exchange.query("job"); !text.empty()) {
    const auto job = job_id_from(text).and_then([&](JobId id) {
      return services.store.place_of(id).map([id](std::uint64_t) { return id; });
    });
    if (!job) return tl::unexpected(job.error());
    query.jobs.job = *job;
  }
  if (const auto after = exchange.query("after"); !after.empty()) {
    const auto place = place_from(after);
    if (!place) return tl::unexpected(place.error());
    query.after = *place;
  }
  return query;
}

}  // namespace

void list_tasks(const Services& services, const ExchangePtr& exchange) {
  const auto query = query_from(services, *exchange);
  if (!query) return exchange->answer(query.error());
  const auto page = services.jobs.tasks(*query);
  if (!page) return exchange->answer(page.error());
  json views = json::array();
  for (const auto& task : page->tasks) views.push_back(listed_task_view(task));
  json answer{{"tasks", std::move(views)}};
  if (page->next) answer["next"] = text_of(*page->next);
  exchange->answer(200, answer);
}

}  // namespace muster::controller::api
