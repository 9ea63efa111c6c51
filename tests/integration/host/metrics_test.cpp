#include <nlohmann/json.hpp>

#include "catch.hpp"
#include "host_process.hpp"

using namespace muster;
using namespace muster::plugins;
using namespace std::chrono_literals;
using nlohmann::json;
using test::HostProcess;

namespace {

/// All pieces of the answer to one COLLECT.
struct Answer {
  std::string text;
  std::size_t pieces = 0;
  std::optional<Error> error;
};

struct Mock : HostProcess {
  explicit Mock(const std::string& collect) : HostProcess(MOCK_PLUGIN) {
    start("mock", test::mock_config({{"collect", collect}}));
    (void)receive_until<Ready>();
  }
  Answer ask() {
    send(Collect{5, 1000ms});
    for (Answer answer;;) {
      const auto piece = receive_until<Collected>();
      CHECK(piece.request == 5);
      answer.text += as_text(piece.text);
      ++answer.pieces;
      answer.error = piece.error;
      if (piece.last) return answer;
    }
  }
};

constexpr const char* kUnused =
    "# HELP mock_calls_total Calls that were taken.\n# TYPE mock_calls_total counter\n"
    "# HELP mock_delay_seconds Delays that were asked for.\n# TYPE mock_delay_seconds histogram\n"
    "mock_delay_seconds_bucket{le=\"0.5\"} 0\nmock_delay_seconds_bucket{le=\"1\"} 0\n"
    "mock_delay_seconds_bucket{le=\"+Inf\"} 0\nmock_delay_seconds_sum 0\n"
    "mock_delay_seconds_count 0\n";

}  // namespace

TEST_CASE("COLLECT gives the plugin's own counters, then what it renders",
          "[integration][plugins]") {
  Mock host("text");
  CHECK(host.ask().text ==
        kUnused +
            std::string("# HELP mock_gauge A gauge.\n# TYPE mock_gauge gauge\nmock_gauge 1\n"));
  host.call(1, {{"finish", "ok"}});
  (void)host.receive_until<Finish>();
  const auto answer = host.ask();
  CHECK_FALSE(answer.error);
  CHECK_THAT(answer.text, Catch::Contains("\nmock_calls_total{finish=\"ok\"} 1\n"));
  CHECK_THAT(answer.text, Catch::Contains("\nmock_delay_seconds_count 1\n"));
}

TEST_CASE("a plugin whose collect fails half way gives an error with the last piece",
          "[integration][plugins]") {
  Mock host("fail");
  CHECK(host.ask().error.value().message == "failed as told");
}

TEST_CASE("a plugin sends no more than 16 MiB of metrics in one answer", "[integration][plugins]") {
  Mock host("flood");
  const auto answer = host.ask();
  CHECK(answer.error.value().code == ErrorCode::ResourceExhausted);
  CHECK(answer.text.size() <= kMaxCollected);
  CHECK(answer.text.size() > kMaxCollected - 65'536);
}

TEST_CASE("a plugin that declares another metric than it defines does not start",
          "[integration][plugins]") {
  HostProcess host(MOCK_PLUGIN);
  host.send(
      Start{"mock", {}, json::to_msgpack(test::mock_config({})), {"muster.metrics/1"}, {}, {}});
  const auto failed = host.receive_until<StartFailed>();
  CHECK(failed.step == "init");
  CHECK_THAT(failed.error.message, Catch::Contains("mock_calls_total"));
}

TEST_CASE("a plugin that was not granted metrics has none", "[integration][plugins]") {
  HostProcess host(MOCK_PLUGIN);
  host.send(Start{"mock", {}, json::to_msgpack(test::mock_config({})), {}, {}, {}});
  (void)host.receive_until<Ready>();
  host.send(Collect{5, 1000ms});
  const auto only = host.receive_until<Collected>();
  CHECK(only.last);
  CHECK(only.text.empty());
}
