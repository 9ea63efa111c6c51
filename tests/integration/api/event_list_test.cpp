// What happened in the fleet, listed, filtered and followed.
#include "world_cli.hpp"

namespace muster::controller {
namespace {

using nlohmann::json;

std::vector<std::string> types(const json& answer) {
  std::vector<std::string> all;
  for (const auto& event : answer.at("events")) all.push_back(event.at("type"));
  return all;
}

TEST_CASE("events are CloudEvents, oldest first, page by page", "[integration][api]") {
  ApiWorld world;
  world.join("web1");
  world.ask("PUT", "/v1/nodes/web1/drain", R"({"reason": "disk"})");
  const auto all = world.get("/v1/events").body;
  const auto& last = all.at("events").back();
  CHECK(last.at("specversion") == "1.0");
  CHECK(last.at("type") == "node.drained");
  CHECK(last.at("subject") == "node/web1");
  CHECK(last.at("data") == json{{"by", "admin"}, {"reason", "disk"}});
  CHECK(last.at("source").get<std::string>().starts_with("muster:fleet:"));
  CHECK(types(world.get("/v1/events?filter=type%3Dnode.drained").body) ==
        std::vector<std::string>{"node.drained"});
  const auto first = world.get("/v1/events?after=0&limit=1").body;
  CHECK(first.at("events").size() == 1);
  const auto rest =
      world.get("/v1/events?after=" + first.at("next").dump()).body.at("events").size();
  CHECK(rest + 1 == all.at("events").size());
  CHECK(types(world.get("/v1/events?limit=1").body) == std::vector<std::string>{"node.drained"});
}

void drain_and_undrain(ApiWorld& world) {
  world.ask("PUT", "/v1/nodes/web1/drain", "{}");
  world.ask("DELETE", "/v1/nodes/web1/drain");
}

/// So many that no page comes to what was before.
void record_others(ApiWorld& world, int count) {
  world.on_loop([&] {
    for (int i = 0; i < count; ++i) world.world().events->record("test.it", "x", json::object());
  });
  while (world.on_loop([&] { return world.world().store.write_load().writes; }) > 0) {
  }
}

TEST_CASE("the newest events are those that are wanted, however many others came after them",
          "[integration][api]") {
  ApiWorld world;
  world.join("web1");
  drain_and_undrain(world);
  record_others(world, 1500);
  const std::string path = "/v1/events?limit=1&filter=type%3Dnode.*";
  const auto newest = world.get(path).body;
  CHECK(types(newest).empty());  // of the 1,000 that it was looked at
  auto page = world.get(path + "&before=" + newest.at("previous").dump()).body;
  CHECK(types(page) == std::vector<std::string>{"node.undrained"});
  page = world.get(path + "&before=" + page.at("previous").dump()).body;
  CHECK(types(page) == std::vector<std::string>{"node.drained"});
  int pages = 0;
  for (; page.contains("previous") && pages < 10; ++pages) {
    page = world.get(path + "&before=" + page.at("previous").dump()).body;
  }
  CHECK(pages < 10);
  const auto both = world.get("/v1/events?after=1&before=2");
  CHECK(both.status == 400);
  CHECK(both.body.at("field") == "/before");
}

TEST_CASE("a page of those that follow holds as many as are wanted", "[integration][api]") {
  ApiWorld world;
  world.join("web1");
  record_others(world, 10);
  drain_and_undrain(world);
  const auto page = world.get("/v1/events?after=0&limit=2&filter=type%3Dnode.*drained").body;
  CHECK(types(page) == std::vector<std::string>{"node.drained", "node.undrained"});
}

TEST_CASE("muster event ls and tail begin with the newest that are wanted", "[integration][cli]") {
  ApiWorld world;
  world.join("web1");
  drain_and_undrain(world);
  record_others(world, 1500);
  drain_and_undrain(world);
  Cli muster(world);
  const auto filter = std::string(" --filter type=node.drained");
  CHECK(muster("event ls --json --limit 2" + filter).parsed().at("events").size() == 2);
  const auto undrained = muster("event ls --json --limit 3 --filter type=node.*").parsed();
  CHECK(types(undrained) ==
        std::vector<std::string>{"node.undrained", "node.drained", "node.undrained"});
  CHECK(muster("event ls --json --limit 2 --filter type=no.such").parsed().at("events").empty());
  const auto oldest = muster("event ls --json --limit 1000" + filter).parsed().at("events").at(0);
  // Its reader takes one line, and the next event tells it that they have gone away.
  const auto tail = muster("event tail --json --limit 1000" + filter + " | head -n 1",
                           [&] { drain_and_undrain(world); });
  CHECK(tail.parsed() == oldest);
  CHECK(muster("event tail --limit 0").exit == 2);
}

TEST_CASE("who waits is answered when something happens that they want", "[integration][api]") {
  ApiWorld world;
  world.join("web1");
  const auto after = world.get("/v1/events").body.at("next").dump();
  auto waiting = std::async(std::launch::async, [&] {
    return world.get("/v1/events?wait=30s&filter=type%3Dnode.undrained&after=" + after);
  });
  while (world.on_loop([&] { return world.world().events->waiting(); }) == 0) {
  }
  world.ask("PUT", "/v1/nodes/web1/drain", "{}");
  CHECK(waiting.wait_for(std::chrono::milliseconds(50)) == std::future_status::timeout);
  world.ask("DELETE", "/v1/nodes/web1/drain");
  CHECK(types(waiting.get().body) == std::vector<std::string>{"node.undrained"});
}

TEST_CASE("who waits for a job's end is answered with it", "[integration][api]") {
  ApiWorld world;
  auto& agent = world.join("web1");
  const auto job = world.create_job();
  const auto after = world.get("/v1/events").body.at("next").dump();
  auto waiting = std::async(std::launch::async, [&] {
    return world.get("/v1/events?wait=30s&filter=data.counts.failed%3E0&after=" + after);
  });
  while (world.on_loop([&] { return world.world().events->waiting(); }) == 0) {
  }
  world.finish_tasks(agent, TaskState::Failed);
  const auto told = waiting.get().body.at("events");
  REQUIRE(told.size() == 1);
  CHECK(told[0].at("type") == "job.ended");
  CHECK(told[0].at("subject") == "job/" + job);
  CHECK(told[0].at("data").at("operator") == "admin");
}

TEST_CASE("who waited in vain is told how far it was looked", "[integration][api]") {
  ApiWorld world;
  world.join("web1");
  const auto next = world.get("/v1/events").body.at("next");
  auto waiting = std::async(std::launch::async,
                            [&] { return world.get("/v1/events?wait=30s&after=" + next.dump()); });
  const auto answer = world.moving_time(waiting);
  CHECK(answer.body.at("next") >= next);
  CHECK(world.get("/v1/events?wait=61s").body.at("field") == "/wait");
}

TEST_CASE("no more than a thousand wait for events", "[integration][fleet]") {
  World world;
  const auto token = std::make_shared<int>();
  for (std::size_t i = 0; i < EventLog::kMaxWaiting; ++i) {
    REQUIRE(world.events->when_next(token, [] {}));
  }
  CHECK_FALSE(world.events->when_next(token, [] {}));
  {
    const auto gone = std::make_shared<int>();
    world.events->record("test.it", "x", json::object());
    world.settle();
    CHECK(world.events->when_next(gone, [] { FAIL("called for one that is gone"); }));
  }
  world.events->record("test.it", "x", json::object());
  world.settle();
}

TEST_CASE("who waits is told once for all events of a commit", "[integration][fleet]") {
  World world;
  const auto token = std::make_shared<int>();
  int told = 0;
  std::function<void()> wait = [&] {
    REQUIRE(world.events->when_next(token, [&] {
      ++told;
      wait();
    }));
  };
  wait();
  for (int i = 0; i < 100; ++i) world.events->record("test.it", "x", json::object());
  world.settle();
  CHECK(told == 1);
  world.events->record("test.it", "x", json::object());
  world.settle();
  CHECK(told == 2);
}

TEST_CASE("muster event lists and follows", "[integration][cli]") {
  ApiWorld world;
  world.join("web1");
  Cli muster(world);
  CHECK(muster("event ls").out.find("node.joined  node/web1") != std::string::npos);
  const auto none = muster("event ls --filter type=job.*");
  CHECK(none.out.empty());
  CHECK(none.exit == 3);
  CHECK(none.err == "muster: no event that is kept matches the filter\n");
  CHECK(muster("event ls --json --filter type=job.*").exit == 3);
  CHECK(muster("event ls --filter type=node.*").err.empty());
  CHECK(muster("event ls --json").parsed().at("events").is_array());
  CHECK(muster("event ls --filter 'color=red'").exit == 2);
  // Its reader takes one line and goes away.
  bool drained = false;
  const auto tail = muster("event tail --json --filter type=node.drained | head -n 1", [&] {
    drained = !drained;
    world.ask(drained ? "PUT" : "DELETE", "/v1/nodes/web1/drain", drained ? "{}" : "");
  });
  CHECK(tail.parsed().at("type") == "node.drained");
}

TEST_CASE("a filter that names a type of which nobody tells events says so, and is taken",
          "[integration][api][cli]") {
  ApiWorld world;
  const auto warnings = [&](const std::string& filter) {
    const auto page = world.get("/v1/events?filter=" + sdk::percent_encode(filter));
    CHECK(page.status == 200);
    return page.body.value("warnings", json::array());
  };
  const std::string sentence =
      "neither the controller nor a plugin of the fleet has events of the type ";
  CHECK(warnings("type=test.it").size() == 1);
  world.join("web1");
  for (const auto* good : {"type=test.it", "type=job.ended", "type=job.end*", "type=~job.end",
                           "type in (node.joined, node.[1-3]) and subject=job.end"}) {
    INFO(good);
    CHECK(warnings(good).empty());
  }
  const auto slip = json::array({sentence + "job.end; did you mean job.ended?"});
  for (const auto* bad : {"type=job.end", "not type=job.end", "type!=job.end or subject=x",
                          "type in (job.ended, job.end)", "type not in (\"job.end\")"}) {
    INFO(bad);
    CHECK(warnings(bad) == slip);
  }
  CHECK(warnings("type=test.ti") == json::array({sentence + "test.ti; did you mean test.it?"}));
  CHECK(warnings("type in (a, b, c, d)").size() == 3);
  const auto waiting = world.get("/v1/events?after=0&filter=type%3Djob.end");
  CHECK(waiting.body.at("warnings") == slip);
  Cli muster(world);
  const auto listed = muster("event ls --filter type=job.end");
  CHECK(listed.exit == 3);
  CHECK(listed.err.starts_with("muster: warning: " + sentence));
}

TEST_CASE("a filter that compares a number with what is none says so, once",
          "[integration][api][cli]") {
  ApiWorld world;
  world.on_loop([&] {
    for (int i = 0; i < 1500; ++i) world.world().events->record("test.it", "x", {{"size", i}});
  });
  while (world.on_loop([&] { return world.world().store.write_load().writes; }) > 0) {
  }
  const std::string sentence = "data.size in event ";
  for (const auto* path :
       {"/v1/events?filter=data.size%3E9gigs", "/v1/events?after=0&filter=data.size%3E9gigs"}) {
    const auto warnings = world.get(path).body.at("warnings");
    REQUIRE(warnings.size() == 1);
    CHECK(warnings[0].get<std::string>().starts_with(sentence));
  }
  CHECK_FALSE(world.get("/v1/events?filter=data.size%3E9").body.contains("warnings"));
  Cli muster(world);
  const auto shown = muster("event ls --filter 'data.size>9gigs'");
  CHECK(shown.exit == 3);
  const auto at = shown.err.find("muster: warning: " + sentence);
  REQUIRE(at != std::string::npos);
  CHECK(shown.err.find("warning", at + 10) == std::string::npos);
}

}  // namespace
}  // namespace muster::controller
