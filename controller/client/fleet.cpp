#include "client/fleet.hpp"

#include "client/answer_place.hpp"

namespace muster::client {
namespace {

struct RunningJobs {
  std::uint64_t running = 0;
};

}  // namespace

static void read(const Place& place, NodesByPresence& nodes) {
  place.must("total", nodes.total);
  place.must("online", nodes.online);
  place.must("suspect", nodes.suspect);
  place.must("offline", nodes.offline);
  place.must("drained", nodes.drained);
}

static void read(const Place& place, RunningJobs& jobs) { place.must("running", jobs.running); }

static void read(const Place& place, ClonedNode& clone) {
  place.must("node", clone.node);
  place.must("machine_id", clone.machine_id);
  place.must("refused", clone.refused);
}

static void read(const Place& place, Clones& clones) {
  place.must("count", clones.count);
  place.must("nodes", clones.nodes);
}

static void read(const Place& place, Gateway& gateway) {
  place.must("address", gateway.address);
  place.must("connected", gateway.connected);
}

static void read(const Place& place, KeptEvents& events) {
  place.must("count", events.count);
  place.must_or_null("oldest", events.oldest);
}

static void read(const Place& place, Retention& retention) {
  place.must("jobs", retention.jobs);
  place.must("bytes", retention.bytes);
  place.must_or_null("oldest_ended", retention.oldest_ended);
  place.must("events", retention.events);
  place.must("max_seconds", retention.max_seconds);
  place.must("max_bytes", retention.max_bytes);
  place.must("doubts_clock", retention.doubts_clock);
}

static void read(const Place& place, FailingWebhook& webhook) {
  place.must("name", webhook.name);
  place.must("state", webhook.state);
  place.must("dead_letters", webhook.dead_letters);
}

static void read(const Place& place, WebhooksInShort& webhooks) {
  place.must("total", webhooks.total);
  place.must("failing", webhooks.failing);
}

static void read(const Place& place, FleetStatus& status) {
  place.must("version", status.version);
  place.must("fleet", status.fleet);
  place.must("started", status.started);
  place.must("nodes", status.nodes);
  RunningJobs jobs;
  place.must("jobs", jobs);
  status.running_jobs = jobs.running;
  place.must("retention", status.retention);
  place.must("clones", status.clones);
  place.must("gateways", status.gateways);
  place.may("webhooks", status.webhooks);
  status.told = place.told();
}

static void read(const Place& place, Finding& finding) {
  place.must("name", finding.name);
  place.must("verdict", finding.verdict);
  place.must("says", finding.says);
  place.may("advice", finding.advice);
}

static void read(const Place& place, Diagnosis& diagnosis) {
  place.must("version", diagnosis.version);
  place.must("time", diagnosis.time);
  place.must("checks", diagnosis.checks);
}

Result<FleetStatus> get_status(ApiClient& api) {
  return read_answer<FleetStatus>(api.get("/v1/status"));
}

Result<Diagnosis> get_diagnosis(ApiClient& api) {
  return read_answer<Diagnosis>(api.get("/v1/diagnosis"));
}

Result<std::string> get_ca(ApiClient& api) { return api.get_text("/v1/ca"); }

}  // namespace muster::client
