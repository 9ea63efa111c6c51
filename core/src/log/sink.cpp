#include <spdlog/sinks/stdout_sinks.h>

#include <muster/core/log/logger.hpp>

namespace muster::log {

Sink stderr_sink(Format format) {
  // The sink alone: spdlog's registry is global, and our lines are made by format_line.
  auto sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
  sink->set_pattern("%v");
  return [sink, format](const Entry& entry) {
    const auto line = format_line(entry, format);
    try {
      sink->log(spdlog::details::log_msg({}, spdlog::level::info, {line.data(), line.size()}));
    } catch (const std::exception&) {
      // stderr is gone: there is nobody left to tell, and a program must not end over it.
    }
  };
}

}  // namespace muster::log
