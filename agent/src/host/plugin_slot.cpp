#include "host/plugin_slot.hpp"

#include <random>
#include <utility>

namespace muster::agent {
namespace {

/// Whether the plugin's file, folder or configuration is at fault, which stays so until somebody
/// changes it.
bool is_for_good(ErrorCode code) {
  return code == ErrorCode::InvalidArgument || code == ErrorCode::Unsupported ||
         code == ErrorCode::NotFound;
}

constexpr std::string_view kManifestField = "/manifest";

/// The error, its field a pointer into what is at `prefix`.
Error below(Error error, std::string_view prefix) {
  error.field.erase(0, prefix.size());
  return error;
}

}  // namespace

std::string_view to_string(PluginState state) {
  switch (state) {
    case PluginState::Starting:
      return "starting";
    case PluginState::Ready:
      return "ready";
    case PluginState::Waiting:
      return "waiting";
    case PluginState::Quarantined:
      return "quarantined";
    case PluginState::Failed:
      return "failed";
    case PluginState::Rejected:
      return "rejected";
    case PluginState::Stopped:
      return "stopped";
  }
  return "stopped";
}

std::string why_not_ready(const std::string& plugin, PluginState state,
                          const std::string& trouble) {
  return "plugin " + plugin + " on this node is " + std::string(to_string(state)) +
         (trouble.empty() ? "" : ": " + trouble);
}

PluginSlot::PluginSlot(Parts parts)
    : parts_(std::move(parts)),
      plugin_log_(parts_.log.with({{"plugin", parts_.manifest.id}})),
      policy_(std::random_device{}()) {}

void PluginSlot::become(PluginState state) {
  if (state_ == state) return;
  state_ = state;
  parts_.events.changed(*this);
}

void PluginSlot::start() {
  if (!parts_.start) {
    last_trouble_ = parts_.start.error().message;
    parts_.log.error("plugin did not start",
                     {{"plugin", parts_.manifest.id}, {"why", last_trouble_}});
    return become(PluginState::Failed);
  }
  wanted_ = true;
  start_failed_ = false;
  slips_.clear();
  become(PluginState::Starting);
  HostSpec spec{parts_.host_program, parts_.manifest.id, parts_.file.sealed.get(), *parts_.start};
  HostEvents events{[this](const plugins::ToAgent& frame) { on_frame(frame); },
                    [this](const HostEnd& end) { on_ended(end); }};
  auto host = PluginHost::start(parts_.loop, spec, std::move(events));
  if (host) {
    host_ = std::move(*host);
    return;
  }
  last_trouble_ = host.error().message;
  parts_.log.error("plugin host did not start",
                   {{"plugin", parts_.manifest.id}, {"why", last_trouble_}});
  start_later();
}

void PluginSlot::start_later() {
  const auto decision = policy_.on_crash(parts_.loop.clock().mono_now());
  become(decision.quarantined ? PluginState::Quarantined : PluginState::Waiting);
  restart_timer_ = parts_.loop.after(decision.wait, [this] {
    ++restarts_;
    start();
  });
}

void PluginSlot::stop(std::chrono::milliseconds grace) {
  wanted_ = false;
  restart_timer_.reset();
  if (host_) return host_->stop(grace);
  become(PluginState::Stopped);
}

void PluginSlot::retire() {
  wanted_ = false;
  restart_timer_.reset();
  if (!host_) become(PluginState::Stopped);
}

void PluginSlot::on_frame(const plugins::ToAgent& frame) {
  if (std::holds_alternative<plugins::Ready>(frame)) {
    policy_.on_ready(parts_.loop.clock().mono_now());
    return become(PluginState::Ready);
  }
  if (const auto* failed = std::get_if<plugins::StartFailed>(&frame))
    return on_start_failed(*failed);
  if (const auto* line = std::get_if<plugins::Log>(&frame)) {
    return plugin_log_.take(*line);
  }
  if (const auto* pong = std::get_if<plugins::Pong>(&frame)) return say_slips(pong->counters);
  parts_.events.frame(*this, frame);
}

void PluginSlot::say_slips(const std::map<std::string, std::uint64_t>& counters) {
  std::string news;
  std::uint64_t lines_dropped = 0;
  for (const auto& [what, count] : counters) {
    const auto before = slips_.find(what);
    const auto more = count - (before == slips_.end() ? 0 : before->second);
    if (more == 0) continue;
    if (all_slips_.size() < kMaxKindsOfSlips || all_slips_.contains(what)) all_slips_[what] += more;
    if (what == "log_dropped") {
      lines_dropped = more;
    } else {
      news += (news.empty() ? "" : " ") + what + "=" + std::to_string(more);
    }
  }
  slips_ = counters;
  if (lines_dropped != 0) {
    parts_.log.warn("plugin logs more than it may; lines were dropped",
                    {{"plugin", parts_.manifest.id}, {"lines_dropped", lines_dropped}});
  }
  if (news.empty()) return;
  parts_.log.warn("plugin misuses its host", {{"plugin", parts_.manifest.id}, {"slips", news}});
}

void PluginSlot::on_start_failed(const plugins::StartFailed& failed) {
  start_failed_ = true;
  for_good_.reset();
  if (is_for_good(failed.error.code)) for_good_ = PluginState::Failed;
  last_trouble_ = failed.step + ": " + failed.error.message;
  if (!failed.error.field.empty()) last_trouble_ += " (at " + failed.error.field + ")";
  // Of a folder the library's configuration is the manifest that somebody wrote.
  if (for_good_ && parts_.folder && failed.error.field.starts_with(kManifestField)) {
    for_good_ = PluginState::Rejected;
    last_trouble_ = parts_.folder->explain(below(failed.error, kManifestField));
  }
  parts_.log.error("plugin did not start",
                   {{"plugin", parts_.manifest.id}, {"why", last_trouble_}});
}

void PluginSlot::on_ended(const HostEnd& end) {
  // Kept until this callback of it has returned.
  const auto gone = std::exchange(host_, nullptr);
  const auto last_lines = plugin_log_.take_last_lines();
  if (!start_failed_ && end.cause != EndCause::Stopped) {
    last_trouble_ = end.sentence;
    parts_.log.warn("plugin host ended, restarting", {{"plugin", parts_.manifest.id},
                                                      {"cause", to_string(end.cause)},
                                                      {"why", end.sentence},
                                                      {"last_lines", last_lines}});
  }
  parts_.events.ended(*this, end);
  if (!wanted_) {
    become(PluginState::Stopped);
  } else if (start_failed_ && for_good_) {
    become(*for_good_);
  } else {
    start_later();
  }
}

}  // namespace muster::agent
