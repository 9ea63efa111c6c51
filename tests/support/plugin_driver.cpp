#include "plugin_driver.hpp"

#include <dlfcn.h>

#include <stdexcept>

namespace muster::test {
namespace {

using nlohmann::json;

constexpr auto kPatience = std::chrono::seconds(30);

std::string text(muster_str view) { return {view.p, static_cast<std::size_t>(view.n)}; }
muster_str view(const std::string& text) { return {text.data(), text.size()}; }
muster_bytes view(const std::vector<std::uint8_t>& bytes) { return {bytes.data(), bytes.size()}; }

std::int64_t mono_in(std::chrono::milliseconds time) {
  return (std::chrono::steady_clock::now() + time).time_since_epoch() / std::chrono::nanoseconds(1);
}

}  // namespace

PluginDriver::PluginDriver(const std::filesystem::path& file, std::string id)
    : id_(std::move(id)),
      host_{sizeof(muster_host),
            MUSTER_ABI_MAJOR,
            MUSTER_ABI_MINOR,
            this,
            &service,
            &progress,
            &emit,
            &finish,
            &cancelled},
      sink_{sizeof(muster_error_sink), 0, this, &keep_error} {
  void* library = ::dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);  // and never closed, as in a host
  if (library == nullptr) throw std::runtime_error(::dlerror());
  using Entry = const muster_entry* (*)();
  const auto get = reinterpret_cast<Entry>(::dlsym(library, "muster_plugin_entry_v1"));
  if (get == nullptr) throw std::runtime_error(::dlerror());
  entry_ = get();
}

PluginDriver::~PluginDriver() { destroy(); }

bool PluginDriver::create() {
  plugin_ = entry_->create(&host_, id_.c_str(), &sink_);
  return plugin_ != nullptr;
}

muster_status PluginDriver::init(const json& config) {
  return plugin_->init(plugin_, view(json::to_msgpack(config)), &sink_);
}

muster_status PluginDriver::activate() {
  const auto status = plugin_->activate(plugin_, &sink_);
  active_ = status == MUSTER_OK;
  return status;
}

muster_status PluginDriver::quiesce() {
  return plugin_->quiesce(plugin_, mono_in(std::chrono::seconds(1)), &sink_);
}

void PluginDriver::deactivate() {
  if (std::exchange(active_, false)) plugin_->deactivate(plugin_);
}

void PluginDriver::destroy() {
  deactivate();
  if (auto* plugin = std::exchange(plugin_, nullptr)) plugin->destroy(plugin);
}

void PluginDriver::bring_up(const json& config) {
  if (!create() || init(config) != MUSTER_OK || activate() != MUSTER_OK) {
    throw std::runtime_error("the plugin did not come up: " + error_message_);
  }
}

muster_call PluginDriver::start(const std::string& operation, const json& arguments,
                                const CallOptions& options) {
  const muster_call call = next_call_++;
  {
    const std::lock_guard lock(mutex_);
    calls_[call].credit = calls_[call].grant = options.credit_bytes;
  }
  const auto payload = json::to_msgpack(arguments);
  muster_request request{};
  request.struct_size = sizeof request;
  request.flags = options.flags;
  request.operation = view(operation);
  request.arguments = view(payload);
  request.deadline_mono_ns = options.deadline ? mono_in(*options.deadline) : 0;
  request.idempotency_key = view(options.idempotency_key);
  request.credit_bytes = options.credit_bytes;
  error_code_ = plugin_->start_call(plugin_, call, &request, &sink_);
  return error_code_ == MUSTER_OK ? call : 0;
}

void PluginDriver::cancel(muster_call call, std::int32_t reason) {
  {
    const std::lock_guard lock(mutex_);
    calls_[call].cancelled = reason;
  }
  plugin_->cancel_call(plugin_, call, reason);
}

template <class Done>
void PluginDriver::wait_until(std::unique_lock<std::mutex>& lock, const Done& done) {
  if (!changed_.wait_for(lock, kPatience, done))
    throw std::runtime_error("the plugin keeps silent");
}

CallRecord PluginDriver::wait(muster_call call) {
  std::unique_lock lock(mutex_);
  Live& live = calls_.at(call);
  for (;;) {
    wait_until(lock, [&] { return live.record.finished || live.blocked; });
    if (live.record.finished) return live.record;
    live.blocked = false;
    live.credit += live.grant;
    lock.unlock();
    plugin_->resume_call(plugin_, call, live.grant);
    lock.lock();
  }
}

CallRecord PluginDriver::wait_without_credit(muster_call call) {
  std::unique_lock lock(mutex_);
  const Live& live = calls_.at(call);
  wait_until(lock, [&] { return live.record.finished; });
  return live.record;
}

void PluginDriver::wait_for_output(muster_call call, const std::string& wanted) {
  std::unique_lock lock(mutex_);
  const auto& output = calls_.at(call).record.output[MUSTER_STREAM_STDOUT];
  wait_until(lock, [&] { return output.find(wanted) != std::string::npos; });
}

void PluginDriver::wait_until_blocked(muster_call call) {
  std::unique_lock lock(mutex_);
  const Live& live = calls_.at(call);
  wait_until(lock, [&] { return live.blocked; });
}

CallRecord PluginDriver::snapshot(muster_call call) {
  const std::lock_guard lock(mutex_);
  return calls_.at(call).record;
}

CallRecord PluginDriver::run(const std::string& operation, const json& arguments,
                             const CallOptions& options) {
  const auto call = start(operation, arguments, options);
  if (call == 0) throw std::runtime_error("the call was refused: " + error_message_);
  return wait(call);
}

int PluginDriver::stale_handles() {
  const std::lock_guard lock(mutex_);
  return stale_handles_;
}

muster_status PluginDriver::emit(const muster_host* host, muster_call call, std::uint32_t stream,
                                 muster_bytes chunk) {
  auto& self = of(host);
  const std::lock_guard lock(self.mutex_);
  const auto found = self.calls_.find(call);
  if (found == self.calls_.end() || found->second.record.finished) {
    return ++self.stale_handles_, MUSTER_STALE_HANDLE;
  }
  Live& live = found->second;
  if (chunk.n == 0 || chunk.n > MUSTER_MAX_CHUNK_BYTES || stream > MUSTER_STREAM_STDERR) {
    return MUSTER_INVALID_ARGUMENT;
  }
  if (chunk.n > live.credit) {
    live.blocked = true;
    ++live.record.over_credit;
    self.changed_.notify_all();
    return MUSTER_WOULD_BLOCK;
  }
  live.credit -= chunk.n;
  live.record.largest_chunk =
      std::max(live.record.largest_chunk, static_cast<std::size_t>(chunk.n));
  live.record.output[stream].append(reinterpret_cast<const char*>(chunk.p),
                                    static_cast<std::size_t>(chunk.n));
  self.changed_.notify_all();
  return MUSTER_OK;
}

muster_status PluginDriver::progress(const muster_host* host, muster_call call,
                                     std::uint32_t permyriad, muster_str) {
  auto& self = of(host);
  const std::lock_guard lock(self.mutex_);
  self.calls_[call].record.progress_permyriad = permyriad;
  return MUSTER_OK;
}

muster_status PluginDriver::finish(const muster_host* host, muster_call call, std::uint32_t outcome,
                                   muster_bytes result, const muster_error* error) {
  auto& self = of(host);
  const std::lock_guard lock(self.mutex_);
  const auto found = self.calls_.find(call);
  if (found == self.calls_.end() || found->second.record.finished) {
    return ++self.stale_handles_, MUSTER_STALE_HANDLE;
  }
  CallRecord& record = found->second.record;
  record.finished = true;
  record.outcome = outcome;
  if (result.n != 0) record.result = json::from_msgpack(result.p, result.p + result.n);
  if (error != nullptr) {
    record.error_code = error->code;
    record.error_message = text(error->message);
    record.error_field = text(error->field);
  }
  self.changed_.notify_all();
  return MUSTER_OK;
}

std::int32_t PluginDriver::cancelled(const muster_host* host, muster_call call) {
  auto& self = of(host);
  const std::lock_guard lock(self.mutex_);
  return self.calls_[call].cancelled;
}

const void* PluginDriver::service(const muster_host* host, const char* id) {
  const auto& services = of(host).services_;
  const auto found = services.find(id);
  return found == services.end() ? nullptr : found->second;
}

void PluginDriver::keep_error(const muster_error_sink* sink, const muster_error* error) {
  auto& self = *static_cast<PluginDriver*>(sink->ctx);
  self.error_code_ = error->code;
  self.error_message_ = text(error->message);
  self.error_field_ = text(error->field);
}

}  // namespace muster::test
