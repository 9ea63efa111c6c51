// What the PluginSupervisor does when plugins that are folders come, change and go.
#include <algorithm>
#include <utility>

#include "host/plugin_supervisor.hpp"

namespace muster::agent {
namespace {

constexpr std::chrono::seconds kRetireWithin{5};

}  // namespace

void PluginSupervisor::open_folders(std::optional<FoundPlugin> library) {
  FolderPlugins::Events events{
      [this](FolderPlugins::Found found) { folder_came(std::move(found)); },
      [this](const std::string& id) { retire(id); },
      [this] { on_changed(); },
      [this](const std::string& id) {
        const auto found = slots_.find(id);
        return found != slots_.end() && !found->second->is_folder();
      },
  };
  folders_ = std::make_unique<FolderPlugins>(
      FolderPlugins::Parts{loop_,
                           log_,
                           options_.workers,
                           {options_.plugin_directory, options_.config_directory, options_.configs},
                           std::move(library),
                           std::move(events)});
  folders_->look_once();
}

void PluginSupervisor::folder_came(FolderPlugins::Found found) {
  retire(found.manifest.id);
  add(PluginSlot::Parts{loop_, log_, options_.host_program, std::move(found.file),
                        std::move(found.manifest), std::move(found.start), std::move(found.source),
                        slot_events()});
}

void PluginSupervisor::retire(const std::string& id) {
  auto node = slots_.extract(id);
  if (node.empty()) return;
  auto& slot = *retired_.emplace_back(std::move(node.mapped()));
  slot.retire();
  let_go(slot);
}

void PluginSupervisor::let_go(PluginSlot& slot) {
  const bool is_retired = std::any_of(retired_.begin(), retired_.end(),
                                      [&slot](const auto& one) { return one.get() == &slot; });
  if (!is_retired) return;
  const bool busy = std::any_of(calls_.begin(), calls_.end(),
                                [&slot](const auto& call) { return call.second.slot == &slot; });
  if (!busy) slot.stop(kRetireWithin);
}

std::vector<RejectedFile> PluginSupervisor::rejected() const {
  auto all = rejected_;
  for (const auto& [name, folder] : folders_->rejected()) all.push_back(folder);
  return all;
}

}  // namespace muster::agent
