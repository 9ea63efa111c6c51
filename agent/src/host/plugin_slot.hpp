/// One plugin of the node: its file and manifest, the host that runs it now, and when to start
/// another.
///
/// Owned by the PluginSupervisor, which hears of ready, frames and ends; everything is [loop].
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <muster/core/config/manifest.hpp>
#include <muster/core/log/logger.hpp>
#include <muster/core/plugins/plugin_file.hpp>
#include <muster/core/run/event_loop.hpp>
#include <optional>
#include <string>

#include "host/folder_plugin.hpp"
#include "host/plugin_host.hpp"
#include "host/plugin_log.hpp"
#include "host/restart_policy.hpp"

namespace muster::agent {

enum class PluginState : std::uint8_t {
  Starting,
  Ready,
  Waiting,      ///< its host ended; another is started after a while
  Quarantined,  ///< it crashed too often; it gets one try now and then
  Failed,       ///< it says that it cannot start, and trying again will not help
  Rejected,     ///< what its folder asks for cannot be; it is tried again when the folder changes
  Stopped,
};
[[nodiscard]] std::string_view to_string(PluginState state);

/// A sentence for whoever waits for the plugin; `trouble` is that of the slot.
[[nodiscard]] std::string why_not_ready(const std::string& plugin, PluginState state,
                                        const std::string& trouble);

class PluginSlot {
 public:
  struct Events {
    std::function<void(PluginSlot&)> changed;  ///< another state
    std::function<void(PluginSlot&, const plugins::ToAgent&)> frame;
    std::function<void(PluginSlot&, const HostEnd&)> ended;
  };
  struct Parts {
    run::EventLoop& loop;
    log::Logger log;
    std::filesystem::path host_program;
    plugins::PluginFile file;
    config::Manifest manifest;
    Result<plugins::Start> start;        ///< what its hosts are told; an error: it fails
    std::optional<FolderSource> folder;  ///< of a plugin that is a folder
    Events events;
  };
  /// More kinds of slips than a host has are a host's fault and not kept.
  static constexpr std::size_t kMaxKindsOfSlips = 64;

  explicit PluginSlot(Parts parts);

  void start();
  /// Ends the host, with `grace` to do it by itself, and starts no other.
  void stop(std::chrono::milliseconds grace);
  /// Starts no other host; the one that runs goes on until stop().
  void retire();

  [[nodiscard]] PluginState state() const { return state_; }
  [[nodiscard]] const config::Manifest& manifest() const { return parts_.manifest; }
  [[nodiscard]] const plugins::PluginFile& file() const { return parts_.file; }
  [[nodiscard]] bool is_folder() const { return parts_.folder.has_value(); }
  /// The running host, or null.
  [[nodiscard]] PluginHost* host() { return host_.get(); }
  [[nodiscard]] bool is_host(pid_t pid) const { return host_ && host_->pid() == pid; }
  [[nodiscard]] std::uint32_t restarts() const { return restarts_; }
  /// Why the last host ended or the plugin did not start, or "".
  [[nodiscard]] const std::string& last_trouble() const { return last_trouble_; }
  /// How often the plugin misused its hosts, by kind, as far as they have told.
  [[nodiscard]] const std::map<std::string, std::uint64_t>& slips() const { return all_slips_; }

 private:
  void become(PluginState state);
  void on_frame(const plugins::ToAgent& frame);
  void say_slips(const std::map<std::string, std::uint64_t>& counters);
  void on_start_failed(const plugins::StartFailed& failed);
  void on_ended(const HostEnd& end);
  void start_later();

  Parts parts_;
  PluginLog plugin_log_;
  RestartPolicy policy_;
  std::unique_ptr<PluginHost> host_;
  run::Timer restart_timer_;
  PluginState state_ = PluginState::Stopped;
  bool wanted_ = false;
  bool start_failed_ = false;            // the host that ends now has said why it did not start
  std::optional<PluginState> for_good_;  // what it then is until somebody changes something
  std::uint32_t restarts_ = 0;
  std::string last_trouble_;
  std::map<std::string, std::uint64_t> slips_;      // of this host's plugin, as far as said
  std::map<std::string, std::uint64_t> all_slips_;  // of all its hosts
};

}  // namespace muster::agent
