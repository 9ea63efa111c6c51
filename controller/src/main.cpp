#include <sys/resource.h>

#include <iostream>
#include <muster/core/base/clock.hpp>
#include <muster/core/run/signals.hpp>

#include "app.hpp"

int main(int argc, char** argv) {
  using namespace muster;
  const auto options = controller::parse_options(argc, argv);
  if (!options) {
    std::cerr << "muster-controller: " << options.error().message << "\n";
    return 2;
  }
  if (!*options) return 0;
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) == 0) {
    files.rlim_cur = files.rlim_max;  // one for each connection of the API
    ::setrlimit(RLIMIT_NOFILE, &files);
  }
  const SystemClock clock;
  const log::Logger logger("muster-controller", (*options)->log_level,
                           log::stderr_sink(log::Format::Text), clock);
  const auto run = [&]() -> Status {
    auto loop = run::EventLoop::create(clock);
    if (!loop) return tl::unexpected(loop.error());
    const auto stop = run::StopOnSignals::install(**loop);
    if (!stop) return tl::unexpected(stop.error());
    const auto app = controller::App::start(**loop, **options, logger);
    if (!app) return tl::unexpected(app.error());
    (*loop)->run();
    return {};
  };
  if (const auto ended = run(); !ended) {
    logger.error("cannot start", {{"reason", ended.error().message}});
    return 1;
  }
  logger.info("stopped");
  return 0;
}
