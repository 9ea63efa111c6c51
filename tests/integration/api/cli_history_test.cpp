// What the command line tells of jobs that were.
#include <atomic>

#include "fake_controller.hpp"
#include "world_cli.hpp"

namespace muster::controller {
namespace {

using nlohmann::json;
using namespace std::chrono_literals;

std::vector<std::string> ids_in(const Ran& ran) {
  std::vector<std::string> ids;
  const auto list = ran.parsed();
  for (const auto& job : list.at("jobs")) ids.push_back(job.at("job"));
  return ids;
}

TEST_CASE("job ls lists what was asked for, and says who asked", "[integration][api][cli]") {
  ApiWorld world;
  Cli muster(world);
  auto& web = world.join("web1");
  world.join("db1");
  const auto failed = world.create_job("node:web1");
  world.finish_tasks(web, TaskState::Failed);
  const auto open = world.create_job("node:db1");
  using Ids = std::vector<std::string>;
  CHECK(ids_in(muster("job ls --json --node web1 --operation 'test.*' --by admin --state failed "
                      "--since 365d --until 0")) == Ids{failed});
  CHECK(ids_in(muster("job ls --json --state running")) == Ids{open});
  const auto day = muster("job show --json " + open).parsed().at("created").get<std::string>();
  CHECK(ids_in(muster("job ls --json --since '" + day.substr(0, 10) + " 00:00' --until " +
                      day.substr(0, 10))) == Ids{open, failed});
  CHECK(ids_in(muster("job ls --json --node none")) == Ids{});
  const auto shown = muster("job ls --state failed");
  CHECK(shown.exit == 0);
  CHECK(shown.out.find("BY") != std::string::npos);
  CHECK(shown.out.find("admin") != std::string::npos);
}

TEST_CASE("a bad question for jobs is a sentence with the option, and exit 2",
          "[integration][api][cli]") {
  ApiWorld world;
  Cli muster(world);
  struct Row {
    std::string options;
    std::string says;
  };
  for (const auto& row :
       {Row{"--state open", "--state wants one of running, ended,"},
        Row{"--node ''", "--node is empty"}, Row{"--since yesterday", "--since got 'yesterday': a"},
        Row{"--until 7", "--until got '7': a time is as in"},
        Row{"--operation 'a[x'", "never closed"}, Row{"--since 1h --until 2h", "before since"},
        Row{"--limit 0", "--limit wants"}}) {
    INFO(row.options);
    const auto ran = muster("job ls " + row.options);
    CHECK(ran.exit == 2);
    CHECK(ran.out.empty());
    CHECK(ran.says(row.says));
  }
}

TEST_CASE("job ls that finds nothing says so with exit 3", "[integration][api][cli]") {
  ApiWorld world;
  Cli muster(world);
  CHECK(muster("job ls").exit == 0);
  const auto none = muster("job ls --by nobody");
  CHECK(none.exit == 3);
  CHECK(none.out.empty());
  CHECK(none.says("no job was found"));
  CHECK(muster("job ls --by nobody --json").exit == 3);
}

TEST_CASE("a search for jobs that finds nothing tells of names that neither fleet nor job has",
          "[integration][api][cli]") {
  ApiWorld world;
  Cli muster(world);
  auto& web = world.join("web-1");
  world.join("db-1");
  world.create_job("node:web-1");
  world.finish_tasks(web, TaskState::Ok);
  CHECK(world.ask("DELETE", "/v1/nodes/web-1").status == 204);
  struct Row {
    std::string options;
    std::string says;
  };
  for (const auto& row :
       {Row{"--node dbb-1", "found: no node is named dbb-1; did you mean db-1?"},
        Row{"--operation test.chnage",
            "found: plugin test has no operation test.chnage; did you mean test.change?"},
        Row{"--operation tset.change", "found: no node of this fleet has a plugin 'tset'"},
        Row{"--by admn", "found: nobody asked for a job as admn; did you mean admin?"},
        Row{"--operation test.change --node dbb-1", "no node is named dbb-1"},
        Row{"--node db-1", "found\n"}, Row{"--operation 'tset.*'", "found\n"},
        Row{"--node web-1 --until 1970-01-01", "found\n"},
        Row{"--operation test.change --until 1970-01-01", "found\n"},
        Row{"--by admin --until 1970-01-01", "found\n"}, Row{"--by somebody", "found\n"}}) {
    INFO(row.options);
    for (const std::string command : {"job ls ", "job export "}) {
      const auto ran = muster(command + row.options);
      CHECK_THAT(ran.err, Catch::Contains(row.says));
    }
  }
}

/// The lines of a text, without what ends them.
std::vector<std::string> lines_of(const std::string& text, const std::string& end) {
  std::vector<std::string> lines;
  std::size_t begin = 0;
  for (auto at = text.find(end); at != std::string::npos; at = text.find(end, begin)) {
    lines.push_back(text.substr(begin, at - begin));
    begin = at + end.size();
  }
  CHECK(begin == text.size());
  return lines;
}

TEST_CASE("job export tells who ran what, where, when and with what result",
          "[integration][api][cli]") {
  ApiWorld world;
  Cli muster(world);
  auto& web = world.join("web1");
  world.join("db1");
  const auto failed = world.create_job("node:web1");
  world.finish_tasks(web, TaskState::Failed, "Linux\n");
  const auto open = world.create_job("node:db1");
  const auto all = muster("job export");
  CHECK(all.exit == 0);
  const auto lines = lines_of(all.out, "\n");
  REQUIRE(lines.size() == 2);
  CHECK(json::parse(lines[0]).at("job") == open);
  const auto task = json::parse(lines[1]);
  CHECK(task.at("job") == failed);
  CHECK(task.at("requested_by") == "admin");
  CHECK(task.at("operation") == "test.change");
  CHECK(task.at("node") == "web1");
  CHECK(task.at("state") == "failed");
  CHECK(task.at("outputs").at(0).at("size") == 6);
  CHECK_FALSE(task.contains("result"));
  CHECK_FALSE(task.contains("arguments"));
  CHECK(lines_of(muster("job export --json --task-state failed").out, "\n") ==
        std::vector{lines[1]});
  CHECK(lines_of(muster("job export " + failed + " " + open).out, "\n") ==
        std::vector{lines[1], lines[0]});
  CHECK(lines_of(muster("job export " + failed.substr(0, failed.size() - 1)).out, "\n") ==
        std::vector{lines[1]});

  const auto csv = lines_of(muster("job export --format csv --node web1").out, "\r\n");
  REQUIRE(csv.size() == 2);
  CHECK(csv[0] ==
        "job,task,operation,selector,requested_by,node,node_id,check,created,state,attempt,started,"
        "ended,exit_code,error_code,error,stdout_bytes,stdout_digest,stderr_bytes,stderr_digest,"
        "records_bytes,records_digest");
  CHECK(csv[1].starts_with(failed + "," + task.at("task").get<std::string>() +
                           ",test.change,node:web1,admin,web1,"));
  CHECK_THAT(csv[1],
             Catch::Contains(",false," + task.at("created").get<std::string>() + ",failed,1,"));
}

TEST_CASE("job export refuses what contradicts itself, and finds nothing with exit 3",
          "[integration][api][cli]") {
  ApiWorld world;
  Cli muster(world);
  world.join("web1");
  world.create_job();
  struct Row {
    std::string words;
    int exit;
    std::string says;
  };
  for (const auto& row :
       {Row{"--format xml", 2, "--format wants jsonl or csv"},
        Row{"--format csv --json", 2, "contradict"}, Row{"--task-state ''", 2, "is empty"},
        Row{"--task-state open", 2, "task_state"}, Row{"--since x", 2, "--since got 'x'"},
        Row{"-- x", 2, "nothing after --"}, Row{"nonsense", 3, "is not the id of a job"},
        Row{std::string(kJob), 3, "muster job ls"}, Row{"--by nobody", 3, "no task was found"}}) {
    INFO(row.words);
    const auto ran = muster("job export " + row.words);
    CHECK(ran.exit == row.exit);
    CHECK(ran.out.empty());
    CHECK(ran.says(row.says));
  }
}

std::string parameter(const http::Request& request, const std::string& name) {
  return std::string(request.parameter(name).value_or(""));
}

/// A page of so many tasks, all alike.
json tasks_page(std::size_t count, const std::string& operation = "test.change") {
  json page{{"tasks", json::array()}};
  for (std::size_t i = 0; i < count; ++i) {
    page["tasks"].push_back({{"task", kJob},
                             {"job", kJob},
                             {"node", "web1"},
                             {"selector", "all"},
                             {"node_id", kJob},
                             {"check", false},
                             {"requested_by", "="},
                             {"created", "2026"},
                             {"state", "ok"},
                             {"attempt", 1},
                             {"started", nullptr},
                             {"ended", nullptr},
                             {"exit_code", -1},
                             {"operation", operation},
                             {"error", nullptr},
                             {"outputs", json::array()}});
  }
  return page;
}

TEST_CASE("job export goes through all pages, and says so when it is not whole",
          "[integration][cli]") {
  Scene scene;
  Guarded<std::vector<std::string>> asked;
  const bool breaks = GENERATE(false, true);
  scene.controller.on("/v1/tasks", [&](const http::Request& request, const auto& to) {
    const auto count = asked.with([&](auto& all) {
      all.push_back(parameter(request, "after"));
      return all.size();
    });
    if (count == 3 && breaks) return (void)to->respond(500, {}, "{}");
    auto page = tasks_page(count == 2 ? 0 : 1);
    if (count < 3) page["next"] = std::to_string(count) + ".web1";
    to->respond(200, {}, page.dump());
  });
  const auto ran = scene.muster("job export");
  CHECK(asked.with([](auto& all) { return all; }) ==
        std::vector<std::string>{"", "1.web1", "2.web1"});
  CHECK(lines_of(ran.out, "\n").size() == (breaks ? 1 : 2));
  CHECK((ran.exit == 0) == !breaks);
  CHECK(ran.says("the export is not whole") == breaks);
}

TEST_CASE("a spreadsheet gets no formula from job export, and numbers stay numbers",
          "[integration][cli]") {
  Scene scene;
  scene.controller.on("/v1/tasks", [](const auto&, const auto& to) {
    to->respond(200, {}, tasks_page(1, "=cmd|' /C calc'!A0").dump());
  });
  const auto csv = scene.muster("job export --format csv");
  CHECK_THAT(csv.out, Catch::Contains(",'=cmd|' /C calc'!A0,all,'=,web1,"));
  CHECK_THAT(csv.out, Catch::Contains(",,,-1,"));
  CHECK_THAT(scene.muster("job export").out, Catch::Contains("\"=cmd|"));
}

TEST_CASE("a table of job export has one header, what went wrong as no formula, and what is kept",
          "[integration][cli]") {
  Scene scene;
  scene.controller.on("/v1/tasks", [](const http::Request& request, const auto& to) {
    auto page = tasks_page(1);
    if (parameter(request, "after").empty()) page["next"] = "1.web1";
    auto& task = page["tasks"][0];
    task["error"] = {{"code", "internal"}, {"message", "=1+1"}};
    task["outputs"] = {
        {{"stream", "stdout"}, {"size", 10}, {"kept", 6}, {"truncated", true}, {"digest", "ab"}}};
    to->respond(200, {}, page.dump());
  });
  const auto csv = lines_of(scene.muster("job export --format csv").out, "\r\n");
  REQUIRE(csv.size() == 3);
  CHECK(csv[0].starts_with("job,task,"));
  CHECK_THAT(csv[1], Catch::EndsWith(",internal,'=1+1,6,ab,,,,"));
  CHECK(csv[2] == csv[1]);
}

TEST_CASE("job export ends quietly when its reader has seen enough", "[integration][cli]") {
  Scene scene;
  std::atomic<int> asked = 0;
  scene.controller.on("/v1/tasks", [&](const auto&, const auto& to) {
    auto page = tasks_page(1000);
    page["next"] = std::to_string(++asked) + ".web1";
    to->respond(200, {}, page.dump());
  });
  const auto ran =
      scene.muster("--version; { { muster job export; echo exit $? >&2; } | head -n 1; }");
  CHECK(lines_of(ran.out, "\n").size() == 2);
  CHECK(ran.err == "exit 0\n");
  CHECK(asked < 10);
}

TEST_CASE("job ls goes on after a page that is short, until it has as many as it may",
          "[integration][cli]") {
  Scene scene;
  Guarded<std::vector<std::string>> asked;
  scene.controller.on("/v1/jobs", [&](const http::Request& request, const auto& to) {
    const auto count = asked.with([&](auto& all) {
      all.push_back(parameter(request, "limit") + " before " + parameter(request, "before"));
      return all.size();
    });
    const auto jobs =
        count % 2 == 0 ? json::array() : json::array({test::whole_job(json::object())});
    to->respond(200, {}, json{{"jobs", jobs}, {"next", std::to_string(9 - count)}}.dump());
  });
  const std::string before = GENERATE("", "9");
  const auto ran = scene.muster("job ls --json --limit 2 --before '" + before + "'");
  CHECK(ran.exit == 0);
  CHECK(ran.parsed().at("jobs").size() == 2);
  CHECK(asked.with([](auto& all) { return all; }) ==
        std::vector<std::string>{"2 before " + before, "1 before 8", "1 before 7"});
}

}  // namespace
}  // namespace muster::controller
