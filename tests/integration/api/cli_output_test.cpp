// What the real program `muster` shows of a job, and how it leaves one, at a controller that a test
// plays.
#include <csignal>
#include <sstream>

#include "fake_controller.hpp"

namespace muster::controller {
namespace {

using nlohmann::json;

TEST_CASE("a line that comes in parts is shown as one, and an unfinished one at the end",
          "[integration][cli]") {
  Scene scene;
  scene.kept = "ab\ncd" + std::string(95, 'x') + "e\nf";
  scene.say({running() + output(0, "a") + output(1, "b\nc") + output(0, "warn", "stderr") +
             output(4, "d") + event("gap", {{"reason", "slow reader"}}) + output(100, "e\n") +
             output(102, "f") + scene.done(103, 103)});
  const auto ran = scene.muster("exec --stream --on all -- cat");
  CHECK(ran.exit == 0);
  CHECK(ran.out == "web1: ab\nweb1: cd" + std::string(95, 'x') + "e\nweb1: f\n");
  CHECK(ran.err == "web1: warn\n");
}

TEST_CASE("lines of JSON have each byte once, whatever was left out or came twice",
          "[integration][cli]") {
  Scene scene;
  scene.kept = "one\n" + std::string(100'000, 'x') + "\ntwo\n";
  const auto size = scene.kept.size();
  SECTION("a gap") {
    scene.say({running() + output(0, "one\n") + event("gap", {{"reason", "slow reader"}}) +
               output(size - 4, "two\n") + scene.done(size, size)});
  }
  SECTION("a connection that breaks") {
    scene.say({running() + output(0, "one\n"), running() + output(0, scene.kept.substr(0, 1000)),
               running() + scene.done(size, size)});
  }
  const auto ran = scene.muster("exec --on node:web1 --output jsonl -- cat");
  CHECK(ran.exit == 0);
  std::istringstream in(ran.out);
  std::string bytes;
  std::vector<std::string> states;
  json last;
  for (std::string line; std::getline(in, line); last = json::parse(line)) {
    const auto each = json::parse(line);
    CHECK(each.at("job") == kJob);
    if (each.at("event") == "task") states.push_back(each.at("state"));
    if (each.at("event") != "output") continue;
    CHECK(each.at("offset") == bytes.size());
    bytes += each.at("text");
  }
  CHECK((bytes == scene.kept));
  CHECK(states == std::vector<std::string>{"running", "ok"});
  CHECK(last.at("event") == "done");
  CHECK_FALSE(last.contains("tasks"));
}

TEST_CASE("who follows a job for a reader that goes away leaves it and says so",
          "[integration][cli]") {
  Scene scene;
  Guarded<std::shared_ptr<http::Stream>> open;
  scene.controller.on(Scene::events_path(), [&](const auto&, const auto& to) {
    auto stream = to->start_stream({});
    (void)stream->push(running() + output(0, "one\n"));
    open.with([&](auto& kept) { kept = stream; });
  });
  std::uint64_t offset = 4;
  const auto ran = scene.muster(
      "--version; { { muster exec --stream --on all -- cat; echo exit $? >&2; } | head -1; }", [&] {
        const auto stream = open.with([](auto& kept) { return kept; });
        if (stream == nullptr || stream->finished()) return;
        if (stream->push(output(offset, "more\n"))) offset += 5;
      });
  CHECK(ran.says("exit 130"));
  CHECK(ran.says("whoever read the output is gone\nthe job goes on: muster job watch " +
                 std::string(kJob)));
}

/// `muster WORDS` on a terminal where nobody types; what it shows is in scene.dir / "shown". Each
/// time `when` says so, Ctrl-C is pressed.
Ran on_terminal(Scene& scene, const std::string& words,
                const std::function<bool(const std::string& shown, int pressed)>& when) {
  const auto pid_file = scene.dir / "pid";
  const auto shown_in = scene.dir / "shown";
  const auto keys = scene.dir / "keys";
  int pressed = 0;
  const auto ran = scene.muster("--version; mkfifo " + keys.string() + "; script -qefc 'echo $$ >" +
                                    pid_file.string() + "; exec " MUSTER_CLI " " + words + "' " +
                                    shown_in.string() + " <>" + keys.string(),
                                [&] {
                                  if (!when(text_of_file(shown_in), pressed)) return;
                                  ++pressed;
                                  REQUIRE(::kill(std::stoi(text_of_file(pid_file)), SIGINT) == 0);
                                });
  return {ran.exit, text_of_file(shown_in), ran.err};
}

TEST_CASE("a second Ctrl-C on a terminal cancels a job that this run made, and no other",
          "[integration][cli]") {
  Scene scene;
  std::shared_ptr<http::Stream> open;
  scene.controller.on(Scene::events_path(), [&](const auto&, const auto& to) {
    open = to->start_stream({});
    (void)open->push(running() + output(0, "begun\n"));
  });
  const auto cancel = Scene::job_path() + "/cancel";
  scene.controller.on(cancel, [](const auto&, const auto& to) {
    to->respond(202, {}, json{{"job", kJob}, {"ended", false}}.dump());
  });
  const auto press = [](const std::string& shown, int pressed) {
    if (pressed == 0) return shown.find("begun") != std::string::npos;
    return pressed == 1 && shown.find("Ctrl-C again") != std::string::npos;
  };
  SECTION("made by this run") {
    const auto ran = on_terminal(scene, "exec --stream --on all -- x", press);
    CHECK(ran.exit == 130);
    CHECK(ran.out.find("muster job watch " + std::string(kJob)) != std::string::npos);
    CHECK(ran.out.find("was asked to end") != std::string::npos);
    CHECK(scene.controller.asked(cancel) == 1);
  }
  SECTION("watched") {
    const auto ran = on_terminal(scene, "job watch " + std::string(kJob), press);
    CHECK(ran.exit == 130);
    CHECK(ran.out.find("Ctrl-C again") == std::string::npos);
    CHECK(scene.controller.asked(cancel) == 0);
  }
}

TEST_CASE("Ctrl-C at the question for the number of nodes says that nothing was run",
          "[integration][cli]") {
  Scene scene;
  scene.controller.on("/v1/jobs", [](const auto&, const auto& to) {
    to->respond(400, {},
                json{{"detail", "it would run on 3000 nodes"}, {"reason", "expect_needed"}}.dump());
  });
  const auto ran = on_terminal(scene, "exec --on all -- x", [](const auto& shown, int pressed) {
    return pressed == 0 && shown.find("number of nodes") != std::string::npos;
  });
  CHECK(ran.exit == 130);
  CHECK(ran.out.find("nothing was run") != std::string::npos);
  CHECK(ran.out.find("may run") == std::string::npos);
  CHECK(scene.controller.asked("/v1/jobs") == 1);
}

}  // namespace
}  // namespace muster::controller
