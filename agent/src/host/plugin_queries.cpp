#include "host/plugin_queries.hpp"

#include <utility>

namespace muster::agent {

void PluginQueries::collect(PluginSlot* slot, std::chrono::milliseconds within,
                            Question<std::string>::Done done) {
  metrics_.put(slot, within, std::move(done), [within](std::uint32_t request) {
    return plugins::Collect{request, within};
  });
}

void PluginQueries::health(PluginSlot* slot, std::chrono::milliseconds within,
                           Question<PluginHealth>::Done done) {
  health_.put(slot, within, std::move(done),
              [](std::uint32_t request) { return plugins::Health{request}; });
}

void PluginQueries::on_frame(PluginSlot& slot, const plugins::Collected& piece) {
  auto* open = metrics_.open(slot, piece.request);
  if (open == nullptr) {
    return slot.host()->kill(EndCause::Protocol,
                             "the plugin's host gave metrics that nobody asked for");
  }
  if (open->so_far.size() + piece.text.size() > plugins::kMaxCollected) {
    return slot.host()->kill(EndCause::Protocol,
                             "the plugin's host gave more than 16 MiB of metrics");
  }
  open->so_far += as_text(piece.text);
  if (!piece.last) return;
  if (piece.error) return metrics_.answer(slot, tl::unexpected(*piece.error));
  metrics_.answer(slot, std::move(open->so_far));
}

void PluginQueries::on_frame(PluginSlot& slot, const plugins::HealthReport& report) {
  if (health_.open(slot, report.request) == nullptr) {
    return slot.host()->kill(EndCause::Protocol,
                             "the plugin's host gave a health report that nobody asked for");
  }
  if (report.error) return health_.answer(slot, tl::unexpected(*report.error));
  health_.answer(slot, PluginHealth{report.state, report.since_ms, report.reason});
}

void PluginQueries::on_host_ended(PluginSlot& slot, const HostEnd& end) {
  const Error error{ErrorCode::Unavailable, end.sentence, {}, true, {}};
  metrics_.answer(slot, tl::unexpected(error));
  health_.answer(slot, tl::unexpected(error));
}

}  // namespace muster::agent
