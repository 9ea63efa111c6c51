/// muster.kv/1 on this node: one KvStore for each instance that uses it, worked on off the loop.
///
/// One per agent, owned by the plugin runtime; everything is [loop]. A store is opened when it is
/// first asked for and worked on by one worker at a time, in the order of asking. A file that is
/// damaged is renamed to NAME.damaged (one is kept), logged as an error, and told once as Corrupt;
/// what is asked after that finds a store that is empty.
#pragma once

#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <muster/core/log/logger.hpp>
#include <muster/core/plugins/frames.hpp>
#include <muster/core/run/event_loop.hpp>
#include <muster/core/run/worker_pool.hpp>
#include <optional>
#include <string>

#include "kv/kv_store.hpp"

namespace muster::agent {

class KvService {
 public:
  using Done = std::function<void(plugins::KvAnswer)>;
  static constexpr std::size_t kMaxWaiting = 16;  ///< for one store

  /// `loop` and `workers` must outlive what was asked, that is, be destroyed after this.
  KvService(run::EventLoop& loop, run::WorkerPool& workers, log::Logger log,
            std::filesystem::path directory)
      : loop_(loop), workers_(workers), log_(std::move(log)), directory_(std::move(directory)) {}
  KvService(const KvService&) = delete;
  KvService& operator=(const KvService&) = delete;

  /// Answers later, never from inside, and not at all once this is gone. Errors, in the answer:
  /// those of KvStore; ResourceExhausted when too much waits already.
  void ask(const std::string& plugin, const std::string& instance, plugins::Kv ask, Done done);

 private:
  struct Waiting {
    plugins::Kv ask;
    Done done;
  };
  struct Store {
    std::filesystem::path file;
    std::shared_ptr<KvStore> open;     ///< null until it is needed, and after a failure
    std::deque<Waiting> waiting;       ///< the first is being worked on
    std::optional<ErrorCode> trouble;  ///< of the disk; logged when it changes
  };

  void work_on_first(Store& store);
  void note_trouble(Store& store, const std::optional<Error>& error, const Status& set_aside);
  void answer_first(Store& store, plugins::KvAnswer answer);
  void answer_later(Done done, plugins::KvAnswer answer);

  run::EventLoop& loop_;
  run::WorkerPool& workers_;
  log::Logger log_;
  std::filesystem::path directory_;
  std::map<std::string, Store> stores_;  // by file name; entries stay
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

}  // namespace muster::agent
