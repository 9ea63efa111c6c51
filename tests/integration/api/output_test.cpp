#include "api_world.hpp"

namespace muster::controller {
namespace {

std::string output_path(const std::string& job) { return "/v1/jobs/" + job + "/output?node=web1"; }

/// Bytes of every value, in an order that a lost or repeated part would break.
std::string noise(std::size_t size) {
  std::string bytes;
  bytes.reserve(size);
  for (std::size_t i = 0; i < size; ++i) bytes += static_cast<char>((i * 31 + i / 251) & 0xffU);
  return bytes;
}

TEST_CASE("the output of a finished task is given as it was printed", "[integration][api]") {
  ApiWorld world;
  auto& agent = world.join("web1");
  const auto id = world.create_job();
  world.finish_tasks(agent, TaskState::Ok, "Linux\n");
  const auto output = world.get(output_path(id));
  CHECK(output.status == 200);
  CHECK(output.text == "Linux\n");
  CHECK(output.header("content-type") == "application/octet-stream");
  CHECK(output.header("muster-output-size") == "6");
  CHECK(output.header("muster-output-truncated") == "false");
  CHECK(world.get(output_path(id) + "&stream=stderr").text.empty());
}

TEST_CASE("the output of a running task is given as far as it came", "[integration][api]") {
  ApiWorld world;
  auto& agent = world.join("web1");
  const auto id = world.create_job();
  const auto task = world.start_tasks(agent).at(0);
  CHECK(world.get(output_path(id)).text.empty());
  world.on_loop([&] { ApiWorld::print(agent, task, 0, "so far"); });
  CHECK(world.get(output_path(id)).text == "so far");
}

TEST_CASE("a part of an output is given by its offset and length", "[integration][api]") {
  ApiWorld world;
  auto& agent = world.join("web1");
  const auto id = world.create_job();
  const bool finished = GENERATE(false, true);
  const auto task = world.start_tasks(agent).at(0);
  const auto whole = noise(std::size_t{200} << 10U);
  world.on_loop([&] {
    ApiWorld::print(agent, task, 0, whole);
    if (finished) ApiWorld::end(agent, task, TaskState::Ok, whole);
  });
  const auto part = [&](const std::string& query) { return world.get(output_path(id) + query); };
  CHECK((part("&offset=0").text == whole));
  CHECK((part("&offset=70000").text == whole.substr(70'000)));
  CHECK(part("&offset=70000&length=3").text == whole.substr(70'000, 3));
  CHECK((part("&length=150000").text == whole.substr(0, 150'000)));
  CHECK(part("&offset=204800").text.empty());
  CHECK(part("&offset=999999999").text.empty());
  CHECK(part("&offset=5").header("muster-output-size") == "204800");
  CHECK(part("&offset=-1").body.at("field") == "/offset");
  CHECK(part("&length=0").body.at("field") == "/length");
}

TEST_CASE("a question for output says which node and which stream", "[integration][api]") {
  ApiWorld world;
  world.join("web1");
  const auto id = world.create_job();
  CHECK(world.get("/v1/jobs/" + id + "/output").body.at("field") == "/node");
  CHECK(world.get(output_path(id) + "&stream=stdin").body.at("field") == "/stream");
  CHECK(world.get("/v1/jobs/" + id + "/output?node=web9").status == 404);
}

TEST_CASE("an output of several megabytes is streamed whole", "[integration][api]") {
  ApiWorld world;
  auto& agent = world.join("web1");
  const auto made = world.post(
      "/v1/jobs", {{"operation", "test.change"}, {"selector", "all"}, {"output_cap", "8MiB"}});
  const auto id = made.body.at("job").get<std::string>();
  const auto task = world.start_tasks(agent).at(0);
  const auto whole = noise(std::size_t{3} << 20U);
  constexpr std::size_t kPart = std::size_t{1} << 18U;  // within what a task may send unanswered
  for (std::size_t at = 0; at < whole.size(); at += kPart) {
    world.on_loop([&] { ApiWorld::print(agent, task, at, whole.substr(at, kPart)); });
  }
  world.on_loop([&] { ApiWorld::end(agent, task, TaskState::Ok, whole); });
  const auto before = world.on_loop([&] { return world.world().store.whole_jobs_read(); });
  auto client = world.client(world.token_of(Role::Viewer));
  std::string got;
  const auto fetch = [&](const std::string& part) {
    got.clear();
    // Nothing moves time but the reader, so a sender that waits in vain would be seen.
    return client.stream("GET", output_path(id) + part, {}, [&](std::string_view chunk) {
      got += chunk;
      world.advance(std::chrono::milliseconds(10));
      return true;
    });
  };
  const auto response = fetch("");
  REQUIRE(response);
  CHECK(response->header("muster-output-size") == std::to_string(whole.size()));
  CHECK((got == whole));
  CHECK(world.on_loop([&] { return world.world().store.whole_jobs_read(); }) == before);
  // More than one answer's worth, and neither its beginning nor its end.
  REQUIRE(fetch("&offset=1000&length=2000000"));
  CHECK((got == whole.substr(1000, 2'000'000)));
}

TEST_CASE("a reader of output that takes nothing for a minute is let go", "[integration][api]") {
  ApiWorld world;
  auto& agent = world.join("web1");
  const auto made = world.post(
      "/v1/jobs", {{"operation", "test.change"}, {"selector", "all"}, {"output_cap", "32MiB"}});
  const auto id = made.body.at("job").get<std::string>();
  const auto task = world.start_tasks(agent).at(0);
  const std::string part(std::size_t{1} << 18U, 'x');
  constexpr std::size_t kWhole = std::size_t{24} << 20U;  // more than sockets and queue hold
  for (std::size_t at = 0; at < kWhole; at += part.size()) {
    world.on_loop([&] { ApiWorld::print(agent, task, at, part); });
  }
  std::size_t got = 0;
  bool waited = false;
  auto client = world.client(world.token_of(Role::Viewer));
  (void)client.stream("GET", output_path(id), {}, [&](std::string_view chunk) {
    got += chunk.size();
    // The server's thread fills the sockets in its own time; the minute begins when it has.
    const int steps = std::exchange(waited, true) ? 1 : 5 * 6100;
    for (int i = 0; i < steps; ++i) world.advance(std::chrono::milliseconds(10));
    return true;
  });
  CHECK(got > 0);
  CHECK(got < kWhole);
}

}  // namespace
}  // namespace muster::controller
