#include <sys/resource.h>

#include <iostream>
#include <muster/core/base/clock.hpp>
#include <muster/core/run/signals.hpp>

#include "options.hpp"

int main(int argc, char** argv) {
  using namespace muster;
  const auto options = gateway::parse_options(argc, argv);
  if (!options) {
    std::cerr << "muster-gateway: " << options.error().message << "\n";
    return 2;
  }
  if (!*options) return 0;
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) == 0) {
    files.rlim_cur = files.rlim_max;  // one for each agent
    ::setrlimit(RLIMIT_NOFILE, &files);
  }
  const SystemClock clock;
  const log::Logger logger("muster-gateway", log::Level::Info, log::stderr_sink(log::Format::Text),
                           clock);
  const auto run = [&]() -> Status {
    auto loop = run::EventLoop::create(clock);
    if (!loop) return tl::unexpected(loop.error());
    const auto stop = run::StopOnSignals::install(**loop);
    if (!stop) return tl::unexpected(stop.error());
    const auto app = gateway::App::start(**loop, **options, logger);
    if (!app) return tl::unexpected(app.error());
    (*loop)->run();
    return {};
  };
  if (const auto ended = run(); !ended) {
    logger.error("cannot start", {{"cause", ended.error().message}});
    return 1;
  }
  logger.info("stopped");
  return 0;
}
