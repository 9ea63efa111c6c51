// The real program `muster` following a job at a controller that a test plays.
#include <algorithm>
#include <csignal>

#include "fake_controller.hpp"

namespace muster::controller {
namespace {

using nlohmann::json;

TEST_CASE("what a single node prints comes whole, though events were left out",
          "[integration][cli]") {
  Scene scene;
  scene.kept = "one\n" + std::string(100'000, 'x') + "\ntwo\n";
  const auto late = scene.kept.size() - 4;
  SECTION("in the middle") {
    scene.say({running() + output(0, "one\n") + event("gap", {{"reason", "slow reader"}}) +
               output(late, "two\n") + scene.done(scene.kept.size(), scene.kept.size())});
  }
  SECTION("at the end") {
    scene.say({running() + output(0, "one\n") + event("gap", {{"reason", "long output"}}) +
               scene.done(scene.kept.size(), scene.kept.size())});
  }
  SECTION("all of it") {
    scene.say({running() + scene.done(scene.kept.size(), scene.kept.size())});
  }
  const auto ran = scene.muster(kExec);
  CHECK(ran.exit == 0);
  CHECK((ran.out == scene.kept));
  CHECK(ran.err == "");
}

TEST_CASE("a beginning that the ids of several jobs have is refused with them",
          "[integration][cli]") {
  Scene scene;
  std::string other = kJob;
  other.back() = '1';
  scene.controller.on("/v1/names", [&](const auto&, const auto& to) {
    const json names{{{"name", kJob}, {"nodes", 1}}, {{"name", other}, {"nodes", 1}}};
    to->respond(200, {}, json{{"names", names}, {"prefixes", json::array()}}.dump());
  });
  const auto ran = scene.muster("job watch 7c1e2a58");
  CHECK(ran.exit == 2);
  CHECK(ran.says("the ids of several jobs begin with 7c1e2a58:\n  " + std::string(kJob) + "\n  " +
                 other + "\n"));
}

TEST_CASE("job retry --failed asks for all that did not end well, and for nothing twice",
          "[integration][cli]") {
  Scene scene;
  Guarded<json> asked;
  scene.controller.on(Scene::job_path() + "/retry", [&](const auto& request, const auto& to) {
    asked.with([&](auto& body) { body = json::parse(request.body); });
    to->respond(201, {}, json{{"job", kJob}}.dump());
  });
  scene.muster("job retry --failed --state refused --detach " + std::string(kJob));
  CHECK(asked.with([](auto& body) { return body.at("states"); }) ==
        json{"refused", "failed", "timed_out", "expired", "skipped", "unreachable"});
}

TEST_CASE("of many jobs whose ids begin so the first eight are told", "[integration][cli]") {
  Scene scene;
  const int count = GENERATE(8, 9);
  scene.controller.on("/v1/names", [&](const auto&, const auto& to) {
    auto names = json::array();
    for (int i = 0; i < count; ++i) {
      std::string id = kJob;
      id.back() = static_cast<char>('0' + i);
      names.push_back({{"name", id}, {"nodes", 1}});
    }
    to->respond(200, {}, json{{"names", names}, {"prefixes", json::array()}}.dump());
  });
  const auto ran = scene.muster("job watch 7c1e2a58");
  CHECK(ran.exit == 2);
  CHECK(std::count(ran.err.begin(), ran.err.end(), '-') == 8 * 4);
  CHECK(ran.says("\n  and others\n") == (count > 8));
}

TEST_CASE("output that cannot be had is an error, not a shorter output", "[integration][cli]") {
  Scene scene;
  scene.say({running() + output(0, "one\n") + scene.done(10, 10)});
  scene.controller.on(Scene::job_path() + "/output",
                      [](const auto&, const auto& to) { to->respond(503, {}, "{}"); });
  const auto ran = scene.muster(kExec);
  CHECK(ran.exit == 4);
  CHECK(ran.out == "one\n");
}

TEST_CASE("output that was cut at its cap says so", "[integration][cli]") {
  Scene scene;
  scene.kept = "0123456789";
  scene.say({running() + output(0, "0123") + output(4, "456789") + scene.done(50, 10)});
  const auto ran = scene.muster(kExec);
  CHECK(ran.exit == 0);
  CHECK(ran.out == "0123456789");
  CHECK(ran.says("web1: stdout was cut, 10 of 50 bytes are kept"));
}

TEST_CASE("a stream that breaks is taken up again where it was", "[integration][cli]") {
  Scene scene;
  scene.say({running() + output(0, "abc"), "", "", "",
             running() + output(0, "abcdef") + scene.done(6, 6)});
  const auto ran = scene.muster(kExec);
  CHECK(ran.exit == 0);
  CHECK(ran.out == "abcdef");
  CHECK(scene.controller.asked(Scene::events_path()) == 5);
}

TEST_CASE("a stream that breaks goes on after the last event that came", "[integration][cli]") {
  Scene scene;
  const auto with_id = [](const std::string& id, const std::string& text) {
    return "id: " + id + "\n" + text;
  };
  const std::vector<std::string> answers{
      running() + with_id("a.7", output(0, "abc")),                  // with what is
      with_id("a.8", output(3, "de")),                               // and goes on
      running() + output(0, "abcdefg") + with_id("b.1", running()),  // anew
      with_id("b.2", output(7, "h")) + with_id("b.3", scene.done(8, 8))};
  Guarded<std::vector<std::string>> asked_after;
  scene.controller.on(Scene::events_path(), [&](const auto& request, const auto& to) {
    const auto count = asked_after.with([&](auto& all) {
      all.emplace_back(request.header("last-event-id").value_or(""));
      return all.size();
    });
    (void)to->start_stream({})->push(answers.at(count - 1));
  });
  const auto ran = scene.muster(kExec);
  CHECK(ran.exit == 0);
  CHECK(ran.out == "abcdefgh");
  CHECK(asked_after.with([](auto& all) { return all; }) ==
        std::vector<std::string>{"", "a.7", "a.8", "b.1"});
}

TEST_CASE("the restart of the controller does not end a job that is followed",
          "[integration][cli]") {
  Scene scene;
  std::shared_ptr<http::Stream> open;
  int connections = 0;
  scene.controller.on(Scene::events_path(), [&](const auto&, const auto& to) {
    open = to->start_stream({});
    (void)open->push(running() + output(0, "begun\n") +
                     (++connections > 1 ? scene.done(6, 6) : ""));
    if (connections > 1) open->close();
  });
  bool restarted = false;
  const auto ran = scene.muster(kExec, [&] {
    if (restarted || text_of_file(scene.dir / "1.out").empty()) return;
    restarted = true;
    scene.controller.restart();
  });
  CHECK(ran.exit == 0);
  CHECK(ran.out == "begun\n");
}

TEST_CASE("what a job came to is asked for again while the controller is away",
          "[integration][cli]") {
  Scene scene;
  scene.kept = "all\n";
  scene.say({running() + output(0, "all\n") + scene.done(4, 4)});
  const auto job = scene.job.with([](auto& whole) { return whole.dump(); });
  int asked = 0;
  scene.controller.on(Scene::job_path(), [&](const auto&, const auto& to) {
    ++asked == 1 ? to->respond(503, {}, "{}") : to->respond(200, {}, job);
  });
  const auto ran = scene.muster(kExec);
  CHECK(ran.exit == 0);
  CHECK(ran.out == "all\n");
  CHECK(scene.controller.asked(Scene::job_path()) == 2);
}

TEST_CASE("who waits for a node that is away is told so, and until when", "[integration][cli]") {
  Scene scene;
  const auto away = [](const std::string& node) {
    return event("away", {{"node", node},
                          {"since", "2026-01-31T12:00:00.000Z"},
                          {"until", "2026-01-31T12:02:30.000Z"}});
  };
  std::string events = running() + away("web1") + away("web1");
  SECTION("one") {
    scene.say({events + scene.done()});
    const auto ran = scene.muster(kExec);
    CHECK(ran.out.empty());
    CHECK(ran.err ==
          "muster: web1 is away since 2026-01-31 12:00:00Z; unless it comes back, its task ends as "
          "indeterminate at 2026-01-31 12:02:30Z\n");
  }
  SECTION("many") {
    for (int i = 2; i < 10; ++i) events += away("web" + std::to_string(i));
    scene.say({events + scene.done()});
    const auto ran = scene.muster(kExec);
    CHECK(std::count(ran.err.begin(), ran.err.end(), '\n') == 6);
    CHECK(ran.says("web5 is away since"));
    CHECK(ran.says("muster: more nodes are away; muster node ls shows them"));
  }
}

TEST_CASE("job show tells of a node that is away, too", "[integration][cli]") {
  Scene scene;
  const auto running = [](const std::string& node, const std::string& until) {
    auto task = test::whole_task({{"node", node}, {"state", "running"}});
    if (!until.empty()) task["away"] = {{"since", "2026-01-31T12:00:00.000Z"}, {"until", until}};
    return task;
  };
  const auto show = [&](const json& tasks) {
    scene.job.with([&](auto& whole) {
      whole["state"] = "running";
      whole["tasks"] = tasks;
    });
    return scene.muster("job show " + std::string(kJob)).out;
  };
  const auto one = show({running("web1", "2026-01-31T12:02:30.000Z"), running("web2", "")});
  CHECK_THAT(one,
             Catch::EndsWith("web1: running\n  away since 2026-01-31 12:00:00Z; unless it comes "
                             "back, its task ends as indeterminate at 2026-01-31 12:02:30Z\n"
                             "web2: running\n"));
  const auto two = show(
      {running("web1", "2026-01-31T12:02:30.000Z"), running("web2", "2026-01-31T12:02:20.000Z")});
  CHECK_THAT(two,
             Catch::EndsWith("web[1-2] (2): running\n  away; unless they come back, their tasks "
                             "end as indeterminate, the first at 2026-01-31 12:02:20Z\n"));
}

TEST_CASE("a request whose answer is lost is repeated under the same key and makes one job",
          "[integration][cli]") {
  Scene scene;
  scene.say({running() + scene.done()});
  std::shared_ptr<http::Responder> held;
  Guarded<std::vector<std::string>> keys;
  scene.controller.on("/v1/jobs", [&](const auto& request, const auto& to) {
    const auto count = keys.with([&](auto& all) {
      all.emplace_back(request.header("idempotency-key").value_or(""));
      return all.size();
    });
    if (count == 1) {
      held = to;
    } else {
      to->respond(201, {}, json{{"job", kJob}}.dump());
    }
  });
  bool lost = false;
  const auto ran = scene.muster(kExec, [&] {
    if (lost || keys.with([](auto& all) { return all.empty(); })) return;
    lost = true;
    scene.controller.restart();
  });
  CHECK(ran.exit == 0);
  const auto sent = keys.with([](auto& all) { return all; });
  REQUIRE(sent.size() == 2);
  CHECK(sent[0].size() >= 20);
  CHECK(sent[0] == sent[1]);
}

TEST_CASE("Ctrl-C before the controller answered waits for the job's id and tells it",
          "[integration][cli]") {
  Scene scene;
  Guarded<std::shared_ptr<http::Responder>> held;
  scene.controller.on(
      "/v1/jobs", [&](const auto&, const auto& to) { held.with([&](auto& kept) { kept = to; }); });
  const auto pid_file = scene.dir / "pid";
  const bool twice = GENERATE(false, true);
  int sent = 0;
  const auto ran = scene.muster(
      "--version; exec sh -c 'echo $$ > " + pid_file.string() +
          "; exec " MUSTER_CLI " exec --on all -- x'",
      [&] {
        const auto responder = held.with([](auto& kept) { return kept; });
        if (responder == nullptr) return;
        const bool waits = text_of_file(scene.dir / "1.err").find("waiting") != std::string::npos;
        if (sent == 0 || (sent == 1 && waits && twice)) {
          ++sent;
          REQUIRE(::kill(std::stoi(text_of_file(pid_file)), SIGINT) == 0);
        } else if (waits && !twice) {
          responder->respond(201, {}, json{{"job", kJob}}.dump());
        }
      });
  CHECK(ran.exit == 130);
  CHECK(ran.says(twice ? "muster job ls" : "muster job watch " + std::string(kJob)));
}

TEST_CASE("what goes wrong once the job is there is told with the way back to it",
          "[integration][cli]") {
  Scene scene;
  scene.controller.on(Scene::events_path(),
                      [](const auto&, const auto& to) { to->respond(403, {}, "{}"); });
  const auto ran = scene.muster(kExec);
  CHECK(ran.exit == 5);
  CHECK(ran.says(std::string("the job goes on: muster job watch ") + kJob));
}

TEST_CASE("a terminal gets no escape sequences from a node, a file gets every byte",
          "[integration][cli]") {
  Scene scene;
  scene.kept = "a\x1b[2Jb \xC3\xBC\n";
  const auto size = scene.kept.size();
  const auto split = size - 2;  // within the last character
  const auto half = [&](std::size_t begin, std::size_t count) {
    return event("output", {{"node", "web1"},
                            {"stream", "stdout"},
                            {"offset", begin},
                            {"bytes", count},
                            {"base64", begin == 0 ? "YRtbMkpiIMM" : "vAo"}});
  };
  const auto all = running() + half(0, split) + half(split, 2) + scene.done(size, size);
  scene.say({all});
  CHECK(scene.muster(kExec).out == scene.kept);
  scene.say({all});
  const auto shown = scene.muster("--version; script -qec '" MUSTER_CLI
                                  " exec --on node:web1 -- cat' /dev/null </dev/null");
  CHECK(shown.exit == 0);
  CHECK(shown.out.find("a?[2Jb \xC3\xBC\r\n") != std::string::npos);
  CHECK(shown.out.find('\x1b') == std::string::npos);
}

TEST_CASE("records are bytes in a file, and lines of JSON on a terminal", "[integration][cli]") {
  Scene scene;
  scene.kept = "\x81\xA1n\x01\x81\xA1n";  // {"n": 1}, and a part of another
  (void)scene.done(scene.kept.size(), scene.kept.size());
  const auto words = "job output " + std::string(kJob) + " --stream records --no-pager";
  CHECK(scene.muster(words).out == scene.kept);
  const auto shown =
      scene.muster("--version; script -qec '" MUSTER_CLI " " + words + "' /dev/null </dev/null");
  CHECK(shown.exit == 0);
  CHECK_THAT(shown.out,
             Catch::EndsWith("\n{\"n\":1}\r\n"
                             "muster: the last record is not whole and was left out\r\n"));
}

TEST_CASE("what the controller did not do is told as not reached, not as failed",
          "[integration][cli]") {
  Scene scene;
  const int status = GENERATE(429, 500, 503);
  scene.controller.on("/v1/jobs",
                      [&](const auto&, const auto& to) { to->respond(status, {}, "{}"); });
  CHECK(scene.muster(kExec).exit == 4);
}

}  // namespace
}  // namespace muster::controller
