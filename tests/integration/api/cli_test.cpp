// The real program `muster` as people and scripts run it, against a real server.
#include <algorithm>
#include <csignal>

#include "world_cli.hpp"

namespace muster::controller {
namespace {

using nlohmann::json;

TEST_CASE("the status tells people of a machine that has a node's identity", "[integration][cli]") {
  ApiWorld world;
  auto& agent = world.join("web1");
  Cli muster(world);
  CHECK(muster("status").out.find("another machine") == std::string::npos);
  world.on_loop([&] { return agent.hello("a copy"); });
  const auto shown = muster("status");
  CHECK(shown.exit == 0);
  CHECK(shown.out.find("clone       web1: another machine has this node's identity") !=
        std::string::npos);
  CHECK(shown.out.find("(machine id a copy)") != std::string::npos);
}

const char* const kRun = "run test.change --on all";

TEST_CASE("a script whose commands are too many is slowed down, not refused",
          "[integration][cli]") {
  ApiWorld world(1);
  Cli muster(world);
  std::uint64_t refused = 0;
  const auto move_time = [&] {  // for those that wait only, however slow the machine is
    const auto now = world.refused();
    if (std::exchange(refused, now) < now) world.advance(std::chrono::seconds(1));
  };
  for (int i = 0; i < 3; ++i) CHECK(muster("status", move_time).exit == 0);
  CHECK(world.refused() > 0);
}

TEST_CASE("every command that reads prints people's text, and one JSON value with --json",
          "[integration][cli]") {
  ApiWorld world;
  auto& agent = world.join("web1");
  const auto job = world.create_job();
  world.finish_tasks(agent, TaskState::Ok, "Linux\n");
  Cli muster(world);
  struct Row {
    std::string command;
    std::string shown;
  };
  for (const auto& row : std::vector<Row>{{"status", "1 online"},
                                          {"node ls", "web1"},
                                          {"node ls --on node:web1", "web1"},
                                          {"node show web1", "presence   online"},
                                          {"plugin ls", "test"},
                                          {"plugin show test", "test.change"},
                                          {"enroll token ls", "USES LEFT"},
                                          {"enroll token create --uses 2", "muster1."},
                                          {"job ls", job},
                                          {"job ls --limit 1", job},
                                          {"job show " + job, "Linux"},
                                          {"job watch " + job, "Linux"}}) {
    INFO(row.command);
    const auto people = muster(row.command);
    INFO(people.err);
    CHECK(people.exit == 0);
    CHECK(people.out.find(row.shown) != std::string::npos);
    const auto program = muster(row.command + " --json");
    CHECK(program.exit == 0);
    CHECK(program.parsed().is_object());
  }
  CHECK(muster("job output " + job).out == "Linux\n");
  CHECK(muster("job output " + job + " --node web1 --stream stderr").out.empty());
  const auto output = muster("job output " + job + " --json").parsed();
  CHECK(output.at("text") == "Linux\n");
  CHECK(output.at("size") == 6);
  CHECK(output.at("node") == "web1");
  CHECK(muster("job cancel " + job).exit == 0);
  CHECK(muster("job cancel " + job + " --json").parsed().at("job") == job);
}

TEST_CASE("a token is made, listed and revoked", "[integration][cli]") {
  ApiWorld world;
  Cli muster(world);
  const auto made = muster("enroll token create --uses 3 --expires 2h --label role=web --json");
  REQUIRE(made.exit == 0);
  CHECK(made.parsed().at("labels") == json{{"role", "web"}});
  const auto id = made.parsed().at("id").get<std::string>();
  CHECK(muster("enroll token ls").out.find(id) != std::string::npos);
  CHECK(muster("enroll token revoke " + id.substr(0, 8)).exit == 0);
  CHECK(muster("enroll token ls").out.find(id) == std::string::npos);
  CHECK(muster("enroll token revoke " + id).exit == 3);
  CHECK(muster("enroll token create").says("--state"));
  CHECK(muster("enroll token create --quiet").err.empty());
  CHECK(muster("enroll token create --uses many").exit == 2);
}

TEST_CASE("the exit code tells the worst that became of the tasks", "[integration][cli]") {
  ApiWorld world;
  auto& agent = world.join("web1");
  Cli muster(world);
  struct Row {
    TaskState end;
    int exit;
  };
  for (const auto& row : std::vector<Row>{{TaskState::Ok, 0},
                                          {TaskState::Changed, 0},
                                          {TaskState::Failed, 1},
                                          {TaskState::Cancelled, 1},
                                          {TaskState::TimedOut, 4},
                                          {TaskState::Indeterminate, 4}}) {
    const auto ran = muster(kRun, [&] { world.finish_tasks(agent, row.end); });
    INFO(wire::to_string(row.end) << ": " << ran.err);
    CHECK(ran.exit == row.exit);
    CHECK(ran.out.find(std::string(wire::to_string(row.end))) != std::string::npos);
  }
  const auto as_json =
      muster(std::string(kRun) + " --json", [&] { world.finish_tasks(agent, TaskState::Failed); });
  CHECK(as_json.exit == 1);
  CHECK(as_json.parsed().at("counts") == json{{"targets", 1}, {"failed", 1}});
}

TEST_CASE("nodes with the same outcome and output stand together", "[integration][cli]") {
  ApiWorld world;
  auto& web1 = world.join("web1");
  auto& web2 = world.join("web2");
  auto& web3 = world.join("web3");
  Cli muster(world);
  const auto ran = muster(kRun, [&] {
    world.finish_tasks(web1, TaskState::Ok, "Linux\n");
    world.finish_tasks(web2, TaskState::Ok, "Linux\n");
    world.finish_tasks(web3, TaskState::Ok, "BSD\n");
  });
  CHECK(ran.exit == 0);
  CHECK(ran.out == "web[1-2] (2): ok\nLinux\nweb3: ok\nBSD\n");
  CHECK(ran.says("3 ok"));
}

TEST_CASE("a mistake in a selector is shown in its place", "[integration][cli]") {
  ApiWorld world;
  world.join("web1");
  Cli muster(world);
  for (const auto* command : {"run test.change --on 'all and'", "node ls --on 'role='"}) {
    const auto ran = muster(command);
    CHECK(ran.exit == 2);
    CHECK(ran.says("\n"));
    CHECK(ran.says("^"));
    CHECK(ran.out.empty());
  }
}

TEST_CASE("a selector that matches nothing has an exit code of its own", "[integration][cli]") {
  ApiWorld world;
  world.join("web1");
  Cli muster(world);
  CHECK(muster("run test.change --on node:web9").exit == 3);
  const auto list = muster("node ls --on node:web9");
  CHECK(list.exit == 3);
  CHECK(list.says("node:web9"));
  const auto as_json = muster("node ls --on node:web9 --json");
  CHECK(as_json.exit == 3);
  CHECK(as_json.parsed() == json{{"nodes", json::array()}});
}

TEST_CASE("cancelling a job that is over says so", "[integration][cli]") {
  ApiWorld world;
  auto& agent = world.join("web1");
  const auto job = world.create_job();
  Cli muster(world);
  CHECK(muster("job cancel " + job).says("asked every task"));
  world.finish_tasks(agent);
  CHECK(muster("job cancel " + job).says("was over already"));
}

TEST_CASE("help is the program's own behind a --, and exec's before it", "[integration][cli]") {
  ApiWorld world;
  Cli muster(world);
  for (const auto* line : {"exec --help", "exec -h", "exec --on all --help"}) {
    INFO(line);
    CHECK(muster(line).exit == 0);
  }
}

TEST_CASE("a reader that closes its pipe ends the program quietly", "[integration][cli]") {
  ApiWorld world;
  auto& agent = world.join("web1");
  const auto job = world.create_job();
  std::string lines;
  for (int i = 0; i < 20'000; ++i) lines += std::to_string(i) + "\n";
  world.finish_tasks(agent, TaskState::Ok, lines);
  Cli muster(world);
  CHECK(muster("node ls | head -1").out.substr(0, 4) == "NAME");
  const auto output = muster("job output " + job + " | head -1");
  CHECK(output.out == "0\n");
  CHECK(output.err.empty());
}

TEST_CASE("run --detach prints the job's id and waits for nothing", "[integration][cli]") {
  ApiWorld world;
  world.join("web1");
  Cli muster(world);
  const auto ran = muster(std::string(kRun) + " --detach");
  CHECK(ran.exit == 0);
  const auto id = ran.out.substr(0, ran.out.find('\n'));
  CHECK(world.get("/v1/jobs/" + id).body.at("state") == "running");
}

TEST_CASE("run --stream shows each line with its node's name as it comes", "[integration][cli]") {
  ApiWorld world;
  auto& agent = world.join("web1");
  Cli muster(world);
  const auto ran = muster(std::string(kRun) + " --stream",
                          [&] { world.finish_tasks(agent, TaskState::Ok, "one\ntwo\n"); });
  CHECK(ran.exit == 0);
  CHECK(ran.out == "web1: one\nweb1: two\n");
}

TEST_CASE("an interrupt leaves the job running and tells how to come back", "[integration][cli]") {
  ApiWorld world;
  auto& agent = world.join("web1");
  Cli muster(world);
  const auto pid_file = muster.dir_ / "pid";
  bool sent = false;
  // Once its output is seen the program follows the job. Its own shell gives way to it.
  const auto ran = muster("--version; exec sh -c 'echo $$ > " + pid_file.string() +
                              "; exec " MUSTER_CLI " run test.change --on all --stream'",
                          [&] {
                            for (const auto task : world.start_tasks(agent)) {
                              world.on_loop([&] { ApiWorld::print(agent, task, 0, "begun\n"); });
                            }
                            const auto shown = text_of_file(muster.dir_ / "1.out").find("begun") !=
                                               std::string::npos;
                            if (!shown || sent) return;
                            sent = true;
                            REQUIRE(::kill(std::stoi(text_of_file(pid_file)), SIGINT) == 0);
                          });
  CHECK(ran.exit == 130);
  const auto jobs = world.get("/v1/jobs").body.at("jobs");
  REQUIRE(jobs.size() == 1);
  CHECK(ran.says("muster job watch " + jobs.at(0).at("job").get<std::string>()));
  CHECK(jobs.at(0).at("state") == "running");
}

TEST_CASE("colours are for terminals that know them, and for whoever wants them",
          "[integration][cli]") {
  ApiWorld world;
  world.join("web1");
  Cli muster(world);
  const auto is_coloured = [&](const std::string& environment) {
    // script(1) gives a terminal.
    const auto ran = muster("--version; " + environment +
                            " script -qec '" MUSTER_CLI " node show --no-pager web1' /dev/null");
    CHECK(ran.out.find("presence") != std::string::npos);
    return ran.out.find("\x1b[") != std::string::npos;
  };
  CHECK(is_coloured("NO_COLOR= TERM=xterm"));
  CHECK_FALSE(is_coloured("NO_COLOR=1 TERM=xterm"));
  CHECK_FALSE(is_coloured("NO_COLOR= TERM=dumb"));
}

}  // namespace
}  // namespace muster::controller
