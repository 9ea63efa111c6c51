/// The plugins that are folders: found, taken again when they change, given up when they go.
///
/// Owned by the PluginSupervisor, which runs them; everything is [loop], the looks themselves are
/// on a worker. What is wrong with a folder is kept here and told.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <muster/core/log/logger.hpp>
#include <muster/core/run/event_loop.hpp>
#include <muster/core/run/worker_pool.hpp>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "host/folder_looks.hpp"
#include "host/plugin_folder.hpp"

namespace muster::agent {

class FolderPlugins {
 public:
  static constexpr std::chrono::seconds kLookPeriod{2};

  struct Found {
    plugins::PluginFile file;
    config::Manifest manifest;
    Result<plugins::Start> start;
    FolderSource source;
  };
  struct Events {
    std::function<void(Found)> came;  ///< new, or another than before
    std::function<void(const std::string& id)> gone;
    std::function<void()> changed;                        ///< after those, and for rejected()
    std::function<bool(const std::string& id)> is_taken;  ///< by a library
  };
  struct Parts {
    run::EventLoop& loop;
    log::Logger log;
    run::WorkerPool* workers;  ///< null: the folders are not looked at again
    FolderLooks::Places places;
    std::optional<FoundPlugin> library;  ///< what runs folders
    Events events;
  };
  explicit FolderPlugins(Parts parts);

  /// Takes what is there. Blocks: before the loop runs.
  void look_once();
  /// Looks again from now on. Without a library there is nothing to look for.
  void start();
  void stop();

  [[nodiscard]] const std::map<std::string, RejectedFile>& rejected() const { return rejected_; }
  [[nodiscard]] const std::optional<FoundPlugin>& library() const { return parts_.library; }

 private:
  void look_later();
  void look();
  void apply(std::vector<FolderChange> changes);
  void apply(FolderChange change);
  [[nodiscard]] Result<Found> found_in(FolderChange change) const;
  void drop(const std::string& name);

  Parts parts_;
  std::shared_ptr<FolderLooks> looks_;            // used by one look at a time
  std::map<std::string, RejectedFile> rejected_;  // by folder's name
  std::set<std::string> taken_;                   // those that came and did not go, by id
  run::Timer timer_;
  std::shared_ptr<int> alive_ = std::make_shared<int>();  // gone: nobody waits for a look
};

}  // namespace muster::agent
