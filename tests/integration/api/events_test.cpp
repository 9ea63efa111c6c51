#include <muster/sdk/sse_parser.hpp>

#include "api/job_feed.hpp"
#include "api_world.hpp"
#include "jobs/job_view.hpp"

namespace muster::controller {
namespace {

using nlohmann::json;

struct Event {
  std::string name;
  json data;
  std::string id;
};

/// Reads a job's events on a thread of its own until they end.
class Watcher {
 public:
  /// `on_event` runs on the reading thread, before the event counts. `last` is the id of an event
  /// after which to go on.
  Watcher(ApiWorld& world, const std::string& job, std::function<void(const Event&)> on_event = {},
          const std::string& last = "")
      : client_(world.client(world.token_of(Role::Viewer))),
        on_event_(std::move(on_event)),
        done_(std::async(std::launch::async, [this, job, last] { read(job, last); })) {}

  /// The events until `name` came for the first time.
  std::vector<Event> until(const std::string& name) {
    std::unique_lock guard(lock_);
    const bool came = changed_.wait_for(guard, std::chrono::seconds(60), [&] {
      return std::any_of(events_.begin(), events_.end(),
                         [&](const auto& event) { return event.name == name; });
    });
    if (!came) FAIL("no event " + name);
    return events_;
  }
  /// All of them, once the stream has ended.
  std::vector<Event> all() {
    if (done_.wait_for(std::chrono::seconds(60)) != std::future_status::ready) {
      FAIL("the stream does not end");
    }
    return events_;
  }

 private:
  void read(const std::string& job, const std::string& last) {
    sdk::SseParser parser([&](const sdk::SseEvent& event) {
      const Event read{event.event, json::parse(event.data, nullptr, false), event.id};
      if (on_event_) on_event_(read);
      const std::lock_guard guard(lock_);
      events_.push_back(read);
      changed_.notify_all();
    });
    sdk::HttpHeaders headers;
    if (!last.empty()) headers.emplace_back("Last-Event-ID", last);
    (void)client_.stream("GET", "/v1/jobs/" + job + "/events", headers,
                         [&](std::string_view chunk) { return parser.feed(chunk); });
  }

  sdk::HttpClient client_;
  std::function<void(const Event&)> on_event_;
  std::mutex lock_;
  std::condition_variable changed_;
  std::vector<Event> events_;
  std::future<void> done_;
};

std::string names_of(const std::vector<Event>& events) {
  std::string names;
  for (const auto& event : events) names += (names.empty() ? "" : " ") + event.name;
  return names;
}

TEST_CASE("a watcher sees what was, what happens, and the end", "[integration][api]") {
  ApiWorld world;
  auto& agent = world.join("web1");
  const auto id = world.create_job();
  const auto task = world.start_tasks(agent).at(0);
  world.on_loop([&] { ApiWorld::print(agent, task, 0, "early\n"); });
  Watcher watcher(world, id);
  watcher.until("output");
  world.on_loop([&] {
    ApiWorld::print(agent, task, 6, "late\xff\n");
    agent.say(wire::Progress{task, 5000, "half"});
    ApiWorld::end(agent, task, TaskState::Changed, "early\nlate\xff\n");
  });
  const auto events = watcher.all();
  REQUIRE(names_of(events) == "task output output progress task done");
  CHECK(events[0].data.at("state") == "running");
  CHECK(events[1].data.at("text") == "early\n");
  CHECK(events[1].data.at("offset") == 0);
  CHECK(events[2].data.at("offset") == 6);
  CHECK(events[2].data.at("bytes") == 6);
  CHECK(events[2].data.contains("base64"));
  CHECK(events[3].data == json{{"node", "web1"}, {"done", 0.5}, {"note", "half"}});
  CHECK(events[4].data.at("state") == "changed");
  CHECK(events[4].data.at("counts") == json{{"targets", 1}, {"changed", 1}});
  auto whole = world.get("/v1/jobs/" + id).body;
  whole.erase("tasks");  // they were told, and there may be ten thousand of them
  whole.erase("arguments");
  CHECK(events[5].data == whole);
}

TEST_CASE("who watches a job is told that a task's node went away, and when the task is given up",
          "[integration][api]") {
  ApiWorld world;
  auto& agent = world.join("web1");
  const auto id = world.create_job();
  world.start_tasks(agent);
  Watcher watcher(world, id);
  watcher.until("task");
  world.advance(std::chrono::seconds(21));  // without a heartbeat
  const auto away = watcher.until("away").back();
  CHECK(away.data.at("node") == "web1");
  Watcher late(world, id);
  CHECK(late.until("task").front().data == away.data);
  const auto state = [&] { return world.get("/v1/jobs/" + id).body.at("state"); };
  const auto now = [&] {
    const auto time = world.on_loop([&] { return world.world().clock.unix_now(); });
    return time_view(to_unix_ms(time)).get<std::string>();
  };
  CHECK(away.data.at("since").get<std::string>() < now());
  while (now() < away.data.at("until").get<std::string>()) {
    REQUIRE(state() == "running");
    world.advance(std::chrono::seconds(1));
  }
  world.advance(std::chrono::seconds(1));  // it is looked for once a second
  CHECK(state() == "done");
  CHECK(watcher.all().back().data.at("counts") == json{{"targets", 1}, {"indeterminate", 1}});
}

TEST_CASE("who watches a job is told that a node went away that had said that it leaves",
          "[integration][api]") {
  ApiWorld world;
  auto& agent = world.join("web1");
  const auto id = world.create_job();
  const auto task = world.start_tasks(agent).at(0);
  Watcher watcher(world, id);
  watcher.until("task");
  world.on_loop([&] { agent.say(wire::Leaving{{task}}); });
  world.advance(std::chrono::seconds(4));  // offline, and may end its task yet
  CHECK(world.get("/v1/nodes/web1").body.at("presence") == "offline");
  CHECK(world.on_loop([&] { return world.services().jobs.away(*JobId::parse(id)).size(); }) == 0);
  world.advance(std::chrono::seconds(17));
  CHECK(watcher.until("away").back().data.at("node") == "web1");
  world.on_loop([&] {
    agent.connect();
    ApiWorld::end(agent, task, TaskState::Changed, "");
  });
  CHECK(names_of(watcher.all()) == "task away task done");
}

TEST_CASE("a node that comes back is away no more", "[integration][api]") {
  ApiWorld world;
  auto& agent = world.join("web1");
  const auto id = *JobId::parse(world.create_job());
  const auto away = [&] {
    return world.on_loop([&] { return world.services().jobs.away(id).size(); });
  };
  world.start_tasks(agent);
  const auto task = [&] { return world.get("/v1/jobs/" + id.text()).body.at("tasks").at(0); };
  CHECK(away() == 0);
  CHECK_FALSE(task().contains("away"));
  world.advance(std::chrono::seconds(21));
  CHECK(away() == 1);
  CHECK(task().at("away").at("since").is_string());
  CHECK(task().at("away").at("until") > task().at("away").at("since"));
  world.on_loop([&] { agent.connect(); });
  CHECK(away() == 0);
  CHECK_FALSE(task().contains("away"));
}

TEST_CASE("the events of a job that is over are what is, and the end", "[integration][api]") {
  ApiWorld world;
  auto& agent = world.join("web1");
  const auto id = world.create_job();
  world.finish_tasks(agent, TaskState::Ok, "Linux\n");
  Watcher watcher(world, id);
  CHECK(names_of(watcher.all()) == "task output done");
}

TEST_CASE("watching a job that is over costs the same for each of its tasks, however many it has",
          "[integration][api]") {
  ApiWorld world;
  std::vector<Agent*> agents;
  for (const auto* name : {"web1", "web2", "web3", "web4"}) agents.push_back(&world.join(name));
  const auto id = world.create_job();
  for (auto* agent : agents) world.finish_tasks(*agent, TaskState::Ok, "Linux\n");
  const auto before = world.on_loop([&] { return world.world().store.whole_jobs_read(); });
  Watcher watcher(world, id);
  CHECK(names_of(watcher.all()) == "task output task output task output task output done");
  const auto read = world.on_loop([&] { return world.world().store.whole_jobs_read(); }) - before;
  CHECK(read <= 2);  // to find it, and to tell of its end
}

TEST_CASE("a long output that was there before is begun, and a gap tells of the rest",
          "[integration][api]") {
  ApiWorld world;
  auto& agent = world.join("web1");
  const auto id = world.create_job();
  world.finish_tasks(agent, TaskState::Ok, std::string(100'000, 'x'));
  Watcher watcher(world, id);
  const auto events = watcher.all();
  REQUIRE(names_of(events) == "task output gap done");
  CHECK(events[1].data.at("bytes") == 65'536);
}

TEST_CASE("a slow reader gets a gap in the place of output, and every state and the end",
          "[integration][api]") {
  ApiWorld world;
  auto& agent = world.join("web1");
  const auto id = world.create_job();
  const auto task = world.start_tasks(agent).at(0);
  std::promise<void> may_read;
  auto reads = may_read.get_future().share();
  Watcher watcher(world, id, [reads](const Event&) { reads.wait(); });
  // More than the queue and every buffer of the system on the way hold.
  const std::string part(std::size_t{1} << 18U, 'x');
  std::size_t printed = 0;
  for (int i = 0; i < 64; ++i) {
    world.on_loop([&] { ApiWorld::print(agent, task, printed, part); });
    printed += part.size();
  }
  world.on_loop([&] { agent.say(result_of(task)); });
  may_read.set_value();
  auto all = std::async(std::launch::async, [&] { return watcher.all(); });
  const auto events = world.moving_time(all);
  const auto names = names_of(events);
  CHECK(names.find("gap") != std::string::npos);
  REQUIRE_FALSE(events.empty());
  CHECK(events.back().name == "done");
  CHECK(events.back().data.at("state") == "done");
}

TEST_CASE("a slow reader has the end still when others watch the job after that",
          "[integration][api]") {
  ApiWorld world;
  auto& agent = world.join("web1");
  const auto job = world.post(
      "/v1/jobs", {{"operation", "test.change"}, {"selector", "all"}, {"output_cap", "64MiB"}});
  const auto id = job.body.at("job").get<std::string>();
  const auto task = world.start_tasks(agent).at(0);
  std::promise<void> may_read;
  auto reads = may_read.get_future().share();
  Watcher slow(world, id, [reads](const Event&) { reads.wait(); });
  const std::string part(std::size_t{1} << 18U, 'x');  // as above
  for (std::size_t i = 0; i < 64; ++i) {
    world.on_loop([&] { ApiWorld::print(agent, task, i * part.size(), part); });
  }
  world.on_loop([&] { agent.say(result_of(task)); });
  Watcher late(world, id);
  const auto told = late.all();
  CHECK(told.back().name == "done");
  Watcher again(world, id, {}, told.back().id);  // and who had it asks once more
  CHECK(again.all().back().name == "done");
  may_read.set_value();
  auto all = std::async(std::launch::async, [&] { return slow.all(); });
  const auto events = world.moving_time(all);
  REQUIRE_FALSE(events.empty());
  CHECK(events.back().name == "done");
  CHECK(world.on_loop([&] { return world.services().job_feeds->kept(); }) == 0);
}

TEST_CASE("a watcher that leaves is let go of, and so are those of a controller that ends",
          "[integration][api]") {
  std::optional<Watcher> stays;  // goes away after the world, while the job is open
  ApiWorld world;
  auto& agent = world.join("web1");
  const auto id = world.create_job();
  auto client = world.client(world.token_of(Role::Viewer));
  for (int i = 0; i < 3; ++i) {
    const auto left = client.stream("GET", "/v1/jobs/" + id + "/events", {},
                                    [](std::string_view) { return false; });
    REQUIRE_FALSE(left);
    CHECK(left.error().kind == sdk::HttpError::Kind::Aborted);
  }
  world.advance(std::chrono::seconds(16));
  world.finish_tasks(agent);
  CHECK(world.get("/v1/jobs/" + id).body.at("state") == "done");
  stays.emplace(world, world.create_job());
  stays->until("task");
}

/// Watches until an event with an id came, and leaves. The id.
std::string watched_until_an_id(ApiWorld& world, const std::string& job) {
  auto client = world.client(world.token_of(Role::Viewer));
  std::string id;
  sdk::SseParser parser([&](const sdk::SseEvent& event) { id = event.id; });
  (void)client.stream("GET", "/v1/jobs/" + job + "/events", {},
                      [&](std::string_view chunk) { return parser.feed(chunk) && id.empty(); });
  return id;
}

TEST_CASE("a watcher that was cut off goes on after the last event that it had",
          "[integration][api]") {
  ApiWorld world;
  auto& agent = world.join("web1");
  const auto id = world.create_job();
  const auto task = world.start_tasks(agent).at(0);
  world.on_loop([&] { ApiWorld::print(agent, task, 0, "early\n"); });
  const auto last = watched_until_an_id(world, id);
  REQUIRE_FALSE(last.empty());
  world.on_loop([&] { ApiWorld::print(agent, task, 6, "late\n"); });
  Watcher again(world, id, {}, last);
  const auto first = again.until("output").at(0);
  CHECK(first.data.at("text") == "late\n");
  world.on_loop([&] { ApiWorld::end(agent, task, TaskState::Ok, "early\nlate\n"); });
  const auto events = again.all();
  CHECK(names_of(events) == "output task done");
  for (std::size_t i = 0; i < events.size(); ++i) {
    const auto dot = last.find('.');
    CHECK(events[i].id ==
          last.substr(0, dot + 1) + std::to_string(std::stoull(last.substr(dot + 1)) + 1 + i));
  }
}

TEST_CASE("a watcher whose events are kept no more, or that never had any, is told all anew",
          "[integration][api]") {
  ApiWorld world;
  auto& agent = world.join("web1");
  // A long one: how far time is moved below depends on how soon the server looks.
  const auto job = world.post(
      "/v1/jobs", {{"operation", "test.change"}, {"selector", "all"}, {"timeout", "7d"}});
  const auto id = job.body.at("job").get<std::string>();
  const auto task = world.start_tasks(agent).at(0);
  auto last = watched_until_an_id(world, id);
  std::string printed;
  const auto print = [&](std::size_t bytes) {
    const std::string more(bytes, 'x');
    world.on_loop([&] { ApiWorld::print(agent, task, printed.size(), more); });
    printed += more;
  };
  SECTION("too much has happened") {
    for (int i = 0; i < 3; ++i) print(std::size_t{100} << 10U);
  }
  SECTION("too long ago") {
    // That a peer is gone is noticed when something is sent to it, such as a comment.
    while (world.on_loop([&] { return world.services().job_feeds->kept(); }) > 0) {
      world.advance(std::chrono::seconds(4));
      world.on_loop([&] { agent.say(wire::Heartbeat{}); });
    }
  }
  SECTION("of another start of the controller") { last = "zzzzzzzz.1"; }
  SECTION("of an event that is still to come") { last += "9"; }
  SECTION("no id") { last = "nonsense"; }
  Watcher again(world, id, {}, last);
  again.until("task");
  world.on_loop([&] { ApiWorld::end(agent, task, TaskState::Ok, printed); });
  const auto events = again.all();
  CHECK(events.front().name == "task");  // and not the output, which came after the id
  CHECK(events.back().name == "done");
}

TEST_CASE("the events of a hundred jobs are kept for the next time that somebody watches",
          "[integration][api]") {
  ApiWorld world;
  world.join("web1");
  std::vector<JobId> jobs;
  for (std::size_t i = 0; i < api::kMaxUnwatchedFeeds + 2; ++i) {
    jobs.push_back(*JobId::parse(world.create_job()));
  }
  const auto kept = world.on_loop([&] {
    auto& feeds = *world.services().job_feeds;
    for (const auto job : jobs) {
      CHECK(feeds.of(job));
      feeds.left(job);
    }
    return feeds.kept();
  });
  CHECK(kept == api::kMaxUnwatchedFeeds);
}

TEST_CASE("a comment keeps a quiet stream alive", "[integration][api]") {
  ApiWorld world;
  world.join("web1");
  const auto id = world.create_job();
  auto client = world.client(world.token_of(Role::Viewer));
  std::string text;
  (void)client.stream("GET", "/v1/jobs/" + id + "/events", {}, [&](std::string_view chunk) {
    text += chunk;
    world.advance(std::chrono::seconds(15));
    return text.find(": still here") == std::string::npos;
  });
  CHECK(text.find(": still here\n\n") != std::string::npos);
}

}  // namespace
}  // namespace muster::controller
