/// The agent's end of muster.kv/1: takes what hosts ask, and brings the answer to the very host
/// that asked.
///
/// Owned by the PluginSupervisor; everything is [loop]. Who keeps the values is handed in.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <muster/core/plugins/frames.hpp>
#include <string>

#include "host/plugin_slot.hpp"

namespace muster::agent {

/// Does what is asked for the instance of a plugin and answers once, never from inside.
using KvAsk = std::function<void(const std::string& plugin, const std::string& instance,
                                 plugins::Kv, std::function<void(plugins::KvAnswer)> done)>;

class PluginKv {
 public:
  /// Without `ask` every answer is Unsupported.
  explicit PluginKv(KvAsk ask) : ask_(std::move(ask)) {}

  /// A plugin that was not granted the service, or a second question before the answer, ends the
  /// host.
  void on_frame(PluginSlot& slot, const plugins::Kv& kv);
  void on_host_ended(PluginSlot& slot) { under_way_.erase(&slot); }

 private:
  KvAsk ask_;
  std::map<PluginSlot*, std::shared_ptr<int>> under_way_;  // gone: nobody waits for the answer
};

}  // namespace muster::agent
