// A whole controller in this process.
#include "app.hpp"

#include <array>
#include <muster/core/log/capture.hpp>

#include "catch.hpp"
#include "store/sqlite_store.hpp"
#include "temp_dir.hpp"

namespace muster::controller {
namespace {

/// What a controller needs to be started in this process.
class Place {
 protected:
  Place() {
    options.state = directory / "state";
    options.gateway_socket = directory / "gateway.sock";
    options.listen = {"127.0.0.1", 0};
  }

  test::TempDir directory;
  SystemClock clock;
  log::Capture said;
  log::Logger log{"muster-controller", log::Level::Debug, said.sink(), clock};
  std::unique_ptr<run::EventLoop> loop = *run::EventLoop::create(clock);
  Options options;
};

TEST_CASE("a token may make between one and a million requests a second", "[integration][app]") {
  const auto parse = [](std::string count) {
    std::array<std::string, 8> words{
        "muster-controller",     "run",           "--state", "s", "--gateway-socket", "g",
        "--requests-per-second", std::move(count)};
    std::array<char*, 8> arguments{};
    for (std::size_t i = 0; i < words.size(); ++i) arguments[i] = words[i].data();
    return parse_options(static_cast<int>(arguments.size()), arguments.data());
  };
  CHECK(parse("1000000").value()->requests_per_second == 1'000'000);
  for (const auto* wrong : {"0", "1000001", "-1", "many"}) {
    INFO(wrong);
    CHECK_FALSE(parse(wrong));
  }
}

TEST_CASE("how long jobs are kept, and how much of them, is within limits", "[integration][app]") {
  const auto parse = [](std::string option, std::string value) {
    std::array<std::string, 8> words{
        "muster-controller", "run", "--state",         "s",
        "--gateway-socket",  "g",   std::move(option), std::move(value)};
    std::array<char*, 8> arguments{};
    for (std::size_t i = 0; i < words.size(); ++i) arguments[i] = words[i].data();
    return parse_options(static_cast<int>(arguments.size()), arguments.data());
  };
  const auto kept = parse("--keep-jobs", "36h").value()->retention;
  CHECK(kept.keep_for == std::chrono::hours(36));
  CHECK(kept.keep_bytes == 10'000'000'000);
  const auto size = parse("--keep-bytes", "1MB").value()->retention;
  CHECK(size.keep_for == std::chrono::hours(30 * 24));
  CHECK(size.keep_bytes == 1'000'000);
  for (const auto* wrong : {"59m", "0", "3651d", "-1d", "30", "long"}) {
    INFO(wrong);
    CHECK(parse("--keep-jobs", wrong).error().message == "--keep-jobs is 1h to 3650d, such as 30d");
  }
  for (const auto* wrong : {"999999", "0", "-1", "lots"}) {
    INFO(wrong);
    CHECK(parse("--keep-bytes", wrong).error().message ==
          "--keep-bytes is a size from 1MB on, such as 10GB");
  }
}

TEST_CASE_METHOD(Place,
                 "a controller that is told to end while it starts for the first time ends at once",
                 "[integration][app]") {
  loop->stop();  // as the handler of SIGTERM does
  const auto app = App::start(*loop, options, log);
  REQUIRE(app);
  bool late = false;
  const auto guard = loop->after(std::chrono::seconds(10), [&] {
    late = true;
    loop->stop();
  });
  loop->run();
  CHECK_FALSE(late);
}

TEST_CASE_METHOD(Place,
                 "a controller whose keys are gone does not start as another one for its nodes",
                 "[integration][app]") {
  REQUIRE(App::start(*loop, options, log));
  const std::string key = GENERATE("signing.key", "session.key");
  std::filesystem::remove(options.state / "keys" / key);
  SECTION("without nodes new ones do no harm") { CHECK(App::start(*loop, options, log)); }
  SECTION("with nodes the missing file is told") {
    {
      auto store = SqliteStore::open(*loop, {options.state, 0}).value();
      std::optional<Status> stored;
      EnrollmentToken token;
      token.id = EnrollmentTokenId::random();
      token.uses = token.uses_left = 1;
      token.expires = std::numeric_limits<UnixMs>::max();
      store->add_enrollment_token(token, [&](const Status& done) { stored = done; });
      NodeRecord node;
      node.id = NodeId::random();
      node.name = "web1";
      store->enroll_node(token.secret, node, [&](const Result<NodeRecord>& done) {
        stored = done ? Status() : Status(tl::unexpected(done.error()));
        loop->stop();
      });
      loop->run();
      REQUIRE(stored);
      REQUIRE(*stored);
    }
    const auto started = App::start(*loop, options, log);
    REQUIRE_FALSE(started);
    CHECK_THAT(started.error().message,
               Catch::Contains(key + " is missing, and the nodes of this fleet (1)"));
    CHECK_FALSE(std::filesystem::exists(options.state / "keys" / key));
  }
}

}  // namespace
}  // namespace muster::controller
