#include "scripted_world.hpp"

#include <algorithm>
#include <cstdlib>
#include <muster/core/config/reserved_ids.hpp>
#include <muster/core/crypto/random.hpp>
#include <nlohmann/json.hpp>
#include <set>
#include <string_view>
#include <thread>

#include "events/event_types.hpp"
#include "store/sqlite_store.hpp"

namespace muster::controller {

std::string test_manifest() {
  return R"({"muster": 1, "id": "test", "name": "Test", "version": "1.0.0", "doc": "For tests.",
    "status": "preview", "class": "confined", "abi": {"major": 1, "min_minor": 0},
    "operations": {
      "test.read": {"doc": "Read.", "risk": "read"},
      "test.danger": {"doc": "Anything.", "risk": "dangerous"},
      "test.secret": {"doc": "Log in.", "risk": "change", "arguments": {"type": "object",
        "properties": {"user": {"type": "string"}, "password": {"type": "string", "x-secret": true},
          "login": {"type": "object", "properties": {"token": {"x-secret": true}}},
          "keys": {"type": "array", "items": {"x-secret": true}},
          "pin": {"type": "integer", "maximum": 9999, "x-secret": true}}}},
      "test.change": {"doc": "Change.", "risk": "change", "arguments": {"type": "object",
        "additionalProperties": false, "properties": {"count": {"type": "integer", "default": 3}}}}},
    "events": {"test.it": {"doc": "It."}}})";
}

/// Of events that no plugin can tell, because their types begin with a reserved id.
static void check_event_types(Store& store) {
  const auto kept = store.events_after(0, 100'000);
  if (!kept) return;  // a store that fails is what the test is about
  const auto& types = own_event_types();
  std::set<std::string> missing;
  for (const auto& event : *kept) {
    const bool own = config::is_reserved_id(event.type.substr(0, event.type.find('.')));
    if (own && std::find(types.begin(), types.end(), event.type) == types.end()) {
      missing.insert(event.type);
    }
  }
  for (const auto& type : missing) FAIL_CHECK("own_event_types() has no " + type);
}

Digest test_manifest_digest() { return crypto::sha256(as_bytes(test_manifest())); }

Store& World::kept() {
  if (disk) return *disk;
  return store;
}

World::World()
    : log("test", log::Level::Debug, said.sink(), clock),
      loop(*run::EventLoop::create(clock)),
      store(*loop),
      session_key(crypto::SessionKeyPair::generate()),
      signing_key(crypto::SigningKey::generate()) {
  EnrollmentToken token;
  token.id = EnrollmentTokenId::random();
  token.secret = crypto::sha256(as_bytes("secret"));
  token.uses = token.uses_left = 100'000;
  token.created = to_unix_ms(clock.unix_now());
  token.expires = token.created + UnixMs{1000} * 365 * 24 * 3600 * 1000;
  const char* where = std::getenv("MUSTER_TEST_STORE");
  if (where != nullptr && std::string_view(where) == "sqlite") {
    disk = SqliteStore::open(*loop, {directory.path(), 0}).value();
  }
  kept().add_enrollment_token(token, nullptr);
  start();
}

World::~World() {
  check_event_types(kept());
  jobs.reset();
  fleet.reset();
}

void World::start() {
  events = std::make_unique<EventLog>(*loop, kept(), log);
  groups = std::make_unique<Groups>(kept());
  REQUIRE(groups->load());
  fleet = std::make_unique<Fleet>(
      Fleet::Parts{*loop, kept(), *events, log, link, *groups, session_key, signing_key, {}});
  REQUIRE(fleet->load());
  jobs = std::make_unique<JobService>(
      JobService::Parts{*loop, kept(), *fleet, *events, log, signing_key, session_key});
  REQUIRE(jobs->load());
  fleet->on_gateway(kGateway, {1, {}, {}, "gateway:8421"});
  settle();
}

void World::restart() {
  jobs.reset();
  fleet.reset();
  events.reset();
  link.frames.clear();
  start();
}

void World::settle() {
  loop->run_ready();
  while (kept().write_load().writes > 0) {
    if (!loop->run_ready()) std::this_thread::yield();
  }
}

void World::advance(std::chrono::milliseconds by) {
  const std::chrono::milliseconds step(1000);
  while (by > step) {
    clock.advance(step);
    by -= step;
    settle();
  }
  clock.advance(by);
  settle();
}

tl::expected<JobId, JobRefusal> World::create(JobRequest request) {
  std::optional<tl::expected<JobId, JobRefusal>> got;
  jobs->create(std::move(request),
               [&](tl::expected<JobId, JobRefusal> made) { got = std::move(made); });
  settle();
  REQUIRE(got);
  return *got;
}

JobId World::run(const std::string& operation, const std::string& selector, OfflinePolicy offline) {
  JobRequest request;
  request.operation = operation;
  request.selector = selector;
  request.offline = offline;
  request.requested_by = "tester";
  const auto made = create(request);
  if (!made) FAIL(made.error().error.message);
  return *made;
}

TaskRecord World::task(JobId job, const std::string& node) {
  const auto found = jobs->find(job);
  REQUIRE(found);
  for (const auto& task : found->tasks) {
    if (task.node_name == node) return task;
  }
  FAIL("no task on " + node);
  return {};
}

std::size_t World::events_of(const std::string& type) {
  const auto all = kept().events_after(0, 10'000);
  return static_cast<std::size_t>(std::count_if(
      all->begin(), all->end(), [&](const auto& event) { return event.type == type; }));
}

Agent::Agent(World& world, const std::string& name)
    : machine_id("machine of " + name),
      world_(world),
      name_(name),
      transport_(crypto::SessionKeyPair::generate()),
      session_keys_(crypto::SessionKeyPair::generate()) {
  std::optional<Result<EnrollAnswer>> answer;
  world_.fleet->enroll({to_bytes(as_bytes("secret")), name, machine_id, transport_.public_key,
                        session_keys_.public_key},
                       [&](Result<EnrollAnswer> got) { answer = std::move(got); });
  world_.settle();
  REQUIRE(answer);
  REQUIRE(*answer);
  id_ = (*answer)->node;
}

wire::MessageType Agent::hello(const std::string& other_machine) {
  route = crypto::random_bytes(16);
  inbox_.clear();
  session_ = std::make_unique<net::AgentSession>(session_keys_, world_.session_key.public_key,
                                                 world_.signing_key.public_key());
  wire::Hello hello;
  hello.node = id_;
  hello.machine_id = other_machine.empty() ? machine_id : other_machine;
  hello.boot_id = "boot";
  hello.agent_version = agent_version;
  hello.name = name_;
  hello.plugins = {{"test", "1.0.0", test_manifest_digest(), "ready", 0, ""}};
  last_hello = *session_->hello(hello);
  deliver(last_hello);
  auto& frames = world_.link.frames[route];
  if (frames.empty()) return wire::MessageType::Retry;
  const auto frame = frames.front();
  frames.pop_front();
  const auto envelope = wire::decode_envelope(frame);
  REQUIRE(envelope);
  if (envelope->header.type == wire::MessageType::Retry) return wire::MessageType::Retry;
  const auto answer = session_->on_answer(*envelope);
  REQUIRE(answer);
  if (const auto* no = std::get_if<wire::Refused>(&*answer)) {
    refused = *no;
    return wire::MessageType::Refused;
  }
  welcome = std::get<wire::Welcome>(*answer);
  return wire::MessageType::Welcome;
}

void Agent::connect() {
  REQUIRE(hello() == wire::MessageType::Welcome);
  say(wire::Heartbeat{});
  for (const auto& digest : welcome.wanted_manifests) {
    say(wire::Manifest{digest, to_bytes(as_bytes(test_manifest()))});
  }
}

void Agent::arrive(BytesView frame) {
  world_.fleet->on_received(kGateway, {route, transport_.public_key, frame});
}

void Agent::deliver(BytesView frame) {
  arrive(frame);
  world_.settle();
}

std::vector<net::Opened> Agent::hear() {
  std::vector<net::Opened> all;
  auto& frames = world_.link.frames[route];
  while (!frames.empty()) {
    const auto frame = frames.front();
    frames.pop_front();
    auto opened = session_->open(frame);
    REQUIRE(opened);
    all.push_back(std::move(*opened));
  }
  return all;
}

std::vector<wire::TaskSpec> Agent::tasks() {
  std::vector<wire::TaskSpec> specs;
  for (const auto& message : heard<wire::Task>()) {
    const auto spec = wire::decode_spec(message.spec);
    REQUIRE(spec);
    const bool is_signed =
        message.signature && crypto::verify(world_.signing_key.public_key(),
                                            wire::signed_part(message.spec), *message.signature);
    CHECK(is_signed == (spec->operation != "test.read"));
    specs.push_back(*spec);
  }
  return specs;
}

bool Agent::was_told_to_retry() {
  auto& frames = world_.link.frames[route];
  if (frames.empty()) return false;
  const auto envelope = wire::decode_envelope(frames.back());
  return envelope && envelope->header.type == wire::MessageType::Retry;
}

wire::TaskResult result_of(TaskId task, TaskState state) {
  wire::TaskResult result;
  result.task = task;
  result.state = state;
  result.started_ms = 1;
  result.ended_ms = 2;
  return result;
}

}  // namespace muster::controller
