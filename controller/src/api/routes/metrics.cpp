#include <array>
#include <muster/core/metrics/registry.hpp>
#include <muster/core/wire/violation.hpp>

#include "api/request_limit.hpp"
#include "api/serve.hpp"

namespace muster::controller::api {
namespace {

// Everything is counted where it happens; a registry is filled anew for each answer.
using metrics::Registry;

void add_fleet(const Fleet& fleet, Registry& out) {
  const auto nodes = fleet.counts();
  constexpr auto kNodes = "muster_fleet_nodes";
  constexpr auto kNodesHelp = "Nodes of the fleet by presence.";
  out.gauge(kNodes, kNodesHelp, {{"presence", "online"}}).set(static_cast<double>(nodes.online));
  out.gauge(kNodes, kNodesHelp, {{"presence", "suspect"}}).set(static_cast<double>(nodes.suspect));
  out.gauge(kNodes, kNodesHelp, {{"presence", "offline"}}).set(static_cast<double>(nodes.offline));
  out.gauge("muster_fleet_sessions", "Live sessions with agents.")
      .set(static_cast<double>(fleet.sessions()));
  out.gauge("muster_fleet_manifests", "Manifests of plugins in memory.")
      .set(static_cast<double>(fleet.manifests()));
  for (std::size_t i = 0; i < wire::kViolations; ++i) {
    const auto reason = static_cast<wire::Violation>(i);
    out.counter("muster_wire_violations_total",
                "Messages of agents that broke the rules of the wire, by reason.",
                {{"reason", std::string(wire::to_string(reason))}})
        .add(fleet.violations(reason));
  }
}

void add_gateways(const Fleet& fleet, Registry& out) {
  struct Row {
    const char* counter;
    const char* name;
    const char* help;
  };
  constexpr std::array<Row, 5> kRows{{
      {"refused_keys", "muster_gateway_refused_keys_total",
       "Connections that a gateway refused because of their key."},
      {"violations", "muster_gateway_violations_total",
       "Messages that a gateway dropped because they broke the rules of the wire."},
      {"failed_handshakes", "muster_gateway_failed_handshakes_total",
       "Connections to a gateway that ended before the other side had proven a key."},
      {"dropped_frames", "muster_gateway_dropped_frames_total",
       "Frames for agents that a gateway dropped: the route was gone or took no more."},
      {"retries", "muster_gateway_retries_total", "Agents that a gateway told to come back later."},
  }};
  for (const auto& gateway : fleet.gateways()) {
    const metrics::Labels who{{"gateway", gateway.address}};
    out.gauge("muster_gateway_connected", "1 while the gateway's link to this controller is up.",
              who)
        .set(gateway.connected ? 1 : 0);
    for (const auto& row : kRows) {
      if (const auto told = gateway.counters.find(row.counter); told != gateway.counters.end()) {
        out.counter(row.name, row.help, who).add(told->second);
      }
    }
    if (const auto told = gateway.counters.find("routes"); told != gateway.counters.end()) {
      out.gauge("muster_gateway_routes", "Routes to agents that a gateway knows.", who)
          .set(static_cast<double>(told->second));
    }
  }
}

void add_jobs(const JobService& jobs, Registry& out) {
  out.gauge("muster_running_jobs", "Jobs that are not over, or about which late news come.")
      .set(static_cast<double>(jobs.open_jobs()));
  const auto counts = jobs.task_counts();
  for (int number = 1; number < TaskCounts::kStates; ++number) {
    const auto state = static_cast<TaskState>(number);
    if (!wire::task_state_from(static_cast<std::uint64_t>(number)) || wire::is_final(state)) {
      continue;
    }
    out.gauge("muster_open_tasks", "Tasks of running jobs without an end, by state.",
              {{"state", std::string(wire::to_string(state))}})
        .set(static_cast<double>(counts.of(state)));
  }
  out.counter("muster_job_broken_sums_total",
              "How often the states of a job's tasks did not add up to its targets: a bug.")
      .add(jobs.broken_sums());
  out.counter("muster_job_swept_tasks_total",
              "Tasks that were looked at because their job's latest start was over.")
      .add(jobs.tasks_swept());
}

void add_store(const Services& services, Registry& out) {
  const auto load = services.store.write_load();
  out.gauge("muster_store_queued_writes", "Writes that were asked for and are not durable yet.")
      .set(static_cast<double>(load.writes));
  out.gauge("muster_store_queued_bytes", "What those writes hold in memory, about.")
      .set(static_cast<double>(load.bytes));
  out.counter("muster_store_rejected_writes_total",
              "Writes that were not taken because too much waited.")
      .add(load.rejected);
  out.counter("muster_events_recorded_total", "Events that were stored.")
      .add(services.events.recorded());
  out.counter("muster_events_lost_total", "Events that could not be stored.")
      .add(services.events.lost());
}

void add_retention(const Services& services, Registry& out) {
  if (const auto kept = services.store.kept_jobs()) {
    out.gauge("muster_kept_jobs", "Jobs that are kept, open ones too.")
        .set(static_cast<double>(kept->jobs));
    out.gauge("muster_kept_job_bytes", "What they and their output hold, about.")
        .set(static_cast<double>(kept->bytes));
  }
  const auto& retention = services.retention;
  out.gauge("muster_kept_job_bytes_max", "Beyond that the oldest jobs go before their time.")
      .set(static_cast<double>(retention.limits().keep_bytes));
  out.gauge("muster_retention_doubts_clock",
            "1 while no job goes for its age, because the clock jumped ahead.")
      .set(retention.doubts_clock() ? 1 : 0);
  out.counter("muster_removed_jobs_total", "Old jobs that were removed.")
      .add(retention.removed_jobs());
  out.counter("muster_removed_job_bytes_total", "What they and their output held, about.")
      .add(retention.removed_bytes());
  out.counter("muster_removed_events_total", "Old events that were removed with them.")
      .add(retention.removed_events());
}

void add_webhooks(const Services& services, Registry& out) {
  for (const auto* webhook : services.webhooks.all()) {
    const metrics::Labels which{{"webhook", webhook->name}};
    const auto& progress = webhook->progress;
    out.gauge("muster_webhook_failing", "1 while the latest attempt failed or it is gone.", which)
        .set(progress.failures > 0 || progress.gone != 0 ? 1 : 0);
    if (const auto pending = services.webhooks.pending(*webhook)) {
      out.gauge("muster_webhook_pending_events", "Events that it did not come to yet.", which)
          .set(static_cast<double>(*pending));
    }
    out.gauge("muster_webhook_last_success_timestamp_seconds", "When something got through; or 0.",
              which)
        .set(static_cast<double>(progress.last_success) / 1000);
    out.counter("muster_webhook_delivered_total", "Events that its receiver has taken.", which)
        .add(progress.delivered);
    out.counter("muster_webhook_dead_letters_total", "Events that could not be delivered.", which)
        .add(progress.dead);
    out.counter("muster_webhook_missed_events_total",
                "Events that left the log before it came to them.", which)
        .add(progress.missed);
  }
}

}  // namespace

void get_metrics(const Services& services, const ExchangePtr& exchange) {
  Registry out;
  add_fleet(services.fleet, out);
  add_gateways(services.fleet, out);
  add_jobs(services.jobs, out);
  add_store(services, out);
  add_retention(services, out);
  add_webhooks(services, out);
  if (services.request_limit) {
    out.counter("muster_api_refused_requests_total",
                "Requests that were refused because their token made too many.")
        .add(services.request_limit->refused());
  }
  if (services.answers) {
    out.counter("muster_api_answer_breaches_total",
                "Answers that were not as the API's document says: each is a bug.")
        .add(services.answers->breaches());
  }
  exchange->answer_text(200, "text/plain; version=0.0.4; charset=utf-8", out.exposition());
}

}  // namespace muster::controller::api
