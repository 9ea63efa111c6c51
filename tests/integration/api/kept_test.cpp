// How much is kept of jobs, as the API and the command line tell it.
#include "world_cli.hpp"

namespace muster::controller {
namespace {

using nlohmann::json;

TEST_CASE("the status tells how far back the events go", "[integration][api]") {
  ApiWorld world;
  const auto kept = [&] { return world.get("/v1/status").body.at("retention").at("events"); };
  CHECK(kept() == json{{"count", 0}, {"oldest", nullptr}});
  REQUIRE(world.ask("PUT", "/v1/groups/g", R"({"selector": "all"})").status < 300);
  CHECK(kept().at("count") == 1);
  CHECK(kept().at("oldest").is_string());
  Cli muster(world);
  const auto shown = muster("status").out;
  CHECK(shown.find("            1 event since 20") != std::string::npos);
}

TEST_CASE("the status tells how much is kept of jobs, and the limits", "[integration][api]") {
  ApiWorld world;
  auto& agent = world.join("web1");
  const auto empty = world.get("/v1/status").body.at("retention");
  CHECK(empty == json{{"jobs", 0},
                      {"bytes", 0},
                      {"oldest_ended", nullptr},
                      {"events", world.get("/v1/status").body.at("retention").at("events")},
                      {"max_seconds", 30 * 24 * 3600},
                      {"max_bytes", 10'000'000'000},
                      {"doubts_clock", false}});
  world.create_job();
  world.finish_tasks(agent, TaskState::Ok, "hello");
  const auto kept = world.get("/v1/status").body.at("retention");
  CHECK(kept.at("jobs") == 1);
  CHECK(kept.at("bytes").get<std::uint64_t>() > 5);
  CHECK(kept.at("oldest_ended").is_string());
  const auto metrics = world.get("/metrics").text;
  CHECK(metrics.find("muster_kept_jobs 1\n") != std::string::npos);
  CHECK(metrics.find("muster_kept_job_bytes_max 1e+10\n") != std::string::npos);
  CHECK(metrics.find("muster_removed_jobs_total 0\n") != std::string::npos);
  CHECK(metrics.find("muster_retention_doubts_clock 0\n") != std::string::npos);
}

TEST_CASE("muster status tells how much is kept of jobs", "[integration][cli]") {
  ApiWorld world;
  auto& agent = world.join("web1");
  Cli muster(world);
  CHECK(muster("status").out.find("kept        0 jobs, 0 B; for 30d and at most 10 GB\n") !=
        std::string::npos);
  world.create_job();
  world.finish_tasks(agent, TaskState::Ok, std::string(5000, 'x'));
  const auto shown = muster("status").out;
  INFO(shown);
  CHECK(shown.find("kept        1 job since 20") != std::string::npos);
  CHECK(shown.find(" kB; for 30d and at most 10 GB\n") != std::string::npos);
}

}  // namespace
}  // namespace muster::controller
