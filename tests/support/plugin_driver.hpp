/// A plugin's file loaded into the test, with a fake host around it that keeps what it is told.
///
/// One driver for each instance. The thread that calls it is the strand; the plugin may answer from
/// any. The host grants credit only in wait() and only as told, and counts what no plugin should
/// do.
#pragma once

#include <muster/plugin.h>

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

namespace muster::test {

struct CallOptions {
  std::uint64_t credit_bytes = std::uint64_t{1} << 20U;  ///< the first grant, and each that follows
  std::optional<std::chrono::milliseconds> deadline = std::nullopt;  ///< from now
  std::uint32_t flags = 0;
  std::string idempotency_key = "key";
};

struct CallRecord {
  bool finished = false;
  std::uint32_t outcome = 0;
  nlohmann::json result;
  muster_status error_code = 0;
  std::string error_message;
  std::string error_field;
  std::string output[3];  ///< by stream
  std::size_t largest_chunk = 0;
  std::uint64_t over_credit = 0;  ///< how often the plugin was refused for lack of credit
  std::uint32_t progress_permyriad = 0;
};

class PluginDriver {
 public:
  /// Loads the file; throws when it is no plugin.
  PluginDriver(const std::filesystem::path& file, std::string id);
  ~PluginDriver();
  PluginDriver(const PluginDriver&) = delete;
  PluginDriver& operator=(const PluginDriver&) = delete;

  [[nodiscard]] const muster_entry& entry() const { return *entry_; }
  [[nodiscard]] muster_plugin* plugin() const { return plugin_; }

  /// A service that the host gives: `table` must outlive the driver. Before create().
  void give(const std::string& id, const void* table) { services_[id] = table; }

  // Moves of the state; what they say on failure is in last_error().
  [[nodiscard]] bool create();
  muster_status init(const nlohmann::json& config = nlohmann::json::object());
  muster_status activate();
  muster_status quiesce();
  void deactivate();
  void destroy();

  /// create, init and activate; throws when one fails.
  void bring_up(const nlohmann::json& config = nlohmann::json::object());

  /// Starts a call; 0 when the plugin refused it.
  [[nodiscard]] muster_call start(const std::string& operation, const nlohmann::json& arguments,
                                  const CallOptions& options = {});
  void cancel(muster_call call, std::int32_t reason = MUSTER_CANCEL_REQUESTED);

  /// Waits until the call has ended, granting credit whenever the plugin ran out of it. Throws
  /// after 30 s.
  CallRecord wait(muster_call call);
  /// Waits until the call has ended, granting nothing. Throws after 30 s.
  CallRecord wait_without_credit(muster_call call);
  /// Waits until `text` stands in the call's stdout. Throws after 30 s.
  void wait_for_output(muster_call call, const std::string& text);
  /// Waits until the plugin was refused for lack of credit. Throws after 30 s.
  void wait_until_blocked(muster_call call);
  /// What is known of the call now.
  [[nodiscard]] CallRecord snapshot(muster_call call);

  CallRecord run(const std::string& operation, const nlohmann::json& arguments,
                 const CallOptions& options = {});

  [[nodiscard]] const std::string& last_error() const { return error_message_; }
  [[nodiscard]] const std::string& last_field() const { return error_field_; }
  [[nodiscard]] muster_status last_code() const { return error_code_; }
  [[nodiscard]] int stale_handles();

 private:
  struct Live {
    CallRecord record;
    std::uint64_t credit = 0;
    std::uint64_t grant = 0;
    bool blocked = false;
    std::int32_t cancelled = 0;
  };

  static PluginDriver& of(const muster_host* host) {
    return *static_cast<PluginDriver*>(host->ctx);
  }
  static muster_status emit(const muster_host*, muster_call, std::uint32_t, muster_bytes);
  static muster_status progress(const muster_host*, muster_call, std::uint32_t, muster_str);
  static muster_status finish(const muster_host*, muster_call, std::uint32_t, muster_bytes,
                              const muster_error*);
  static std::int32_t cancelled(const muster_host*, muster_call);
  static const void* service(const muster_host*, const char*);
  static void keep_error(const muster_error_sink*, const muster_error*);

  template <class Done>
  void wait_until(std::unique_lock<std::mutex>& lock, const Done& done);

  std::string id_;
  std::map<std::string, const void*> services_;  // constant after create()
  const muster_entry* entry_ = nullptr;
  muster_plugin* plugin_ = nullptr;
  bool active_ = false;
  muster_host host_;
  muster_error_sink sink_;
  std::string error_message_;
  std::string error_field_;
  muster_status error_code_ = 0;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<muster_call, Live> calls_;  // under mutex_
  muster_call next_call_ = 1;
  int stale_handles_ = 0;  // under mutex_
};

}  // namespace muster::test
