#include "host/folder_plugins.hpp"

#include <utility>

namespace muster::agent {

FolderPlugins::FolderPlugins(Parts parts)
    : parts_(std::move(parts)), looks_(std::make_shared<FolderLooks>(parts_.places)) {}

void FolderPlugins::look_once() { apply(looks_->look()); }

void FolderPlugins::start() {
  if (parts_.library && parts_.workers != nullptr) look_later();
}

void FolderPlugins::stop() {
  alive_.reset();
  timer_.reset();
}

void FolderPlugins::look_later() {
  timer_ = parts_.loop.after(kLookPeriod, [this] { look(); });
}

void FolderPlugins::look() {
  auto work = [this, looks = looks_, &loop = parts_.loop, alive = std::weak_ptr(alive_)] {
    auto changes = std::make_shared<std::vector<FolderChange>>(looks->look());
    loop.post([this, alive, changes] {
      if (alive.expired()) return;
      apply(std::move(*changes));
      look_later();
    });
  };
  if (!parts_.workers->submit(std::move(work))) look_later();
}

void FolderPlugins::apply(std::vector<FolderChange> changes) {
  if (changes.empty()) return;
  for (auto& change : changes) apply(std::move(change));
  parts_.events.changed();
}

void FolderPlugins::apply(FolderChange change) {
  const auto folder = change.folder;
  const auto name = folder.filename().string();
  if (change.gone) {
    rejected_.erase(name);
    parts_.log.info("plugin folder is gone", {{"folder", folder.string()}});
    return drop(name);
  }
  auto found = found_in(std::move(change));
  if (!found) {
    parts_.log.error("plugin not loaded, ignoring",
                     {{"file", folder.string()}, {"why", found.error().message}});
    rejected_[name] = {folder, found.error().message};
    return drop(name);
  }
  rejected_.erase(name);
  parts_.log.info("plugin folder taken",
                  {{"folder", folder.string()}, {"version", found->manifest.version}});
  taken_.insert(name);
  parts_.events.came(std::move(*found));
}

Result<FolderPlugins::Found> FolderPlugins::found_in(FolderChange change) const {
  if (!change.plugin) return tl::unexpected(change.plugin.error());
  const auto& plugin = *change.plugin;
  const auto refuse = [&plugin](const std::string& why) {
    return fail(ErrorCode::FailedPrecondition, plugin.source.file.string() + ": " + why);
  };
  if (!parts_.library) {
    return refuse(
        "nothing here runs folders; put script.so into the folder of plugins and start "
        "the agent again");
  }
  if (plugin.manifest.id == parts_.library->manifest.id) {
    return refuse(plugin.manifest.id +
                  " is the plugin that runs folders; give the folder and its id another name");
  }
  if (parts_.events.is_taken(plugin.manifest.id)) {
    return refuse("plugin " + plugin.manifest.id + " is loaded from a library already; remove one");
  }
  auto file = file_of(plugin, *parts_.library);
  if (!file) return refuse(file.error().message);
  auto start =
      change.config.map_error(with_context("its configuration")).map([&](const Bytes& config) {
        return start_of(plugin, parts_.library->manifest, config);
      });
  return Found{std::move(*file), plugin.manifest, std::move(start), plugin.source};
}

void FolderPlugins::drop(const std::string& name) {
  if (taken_.erase(name) != 0) parts_.events.gone(name);
}

}  // namespace muster::agent
