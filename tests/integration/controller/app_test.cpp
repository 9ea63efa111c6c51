// A whole controller in this process.
#include "app.hpp"

#include <muster/core/log/capture.hpp>

#include "catch.hpp"
#include "temp_dir.hpp"

namespace muster::controller {
namespace {

TEST_CASE("a controller that is told to end while it starts for the first time ends at once",
          "[integration][app]") {
  test::TempDir directory;
  const SystemClock clock;
  log::Capture said;
  const log::Logger log("muster-controller", log::Level::Debug, said.sink(), clock);
  const auto loop = *run::EventLoop::create(clock);
  Options options;
  options.state = directory / "state";
  options.gateway_socket = directory / "gateway.sock";
  options.listen = {"127.0.0.1", 0};
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

}  // namespace
}  // namespace muster::controller
