/// Turns a class of yours into a plugin: the tables of the ABI, threads, errors.
///
/// Your class has one function for each operation, named after it, and may have more:
///   Your();  Your(const Host&);  Your(const Host&, Config);  static Result<std::unique_ptr<Your>>
///   create(const Host&, Config) Answer<R> restart(const Call&, const RestartArguments&)   runs on
///   a worker thread and may block void restart(CallOf<R>, RestartArguments)              runs on
///   the strand, <= 10 ms; finishes when it likes Status activate();  void quiesce(time_point);
///   void deactivate();  Health health();  Status collect(CollectSink&)
/// The glue owns it, from init to destroy. Functions that run on workers may run at once; all
/// others are on the strand. Exceptions become errors (Internal). No thread is started before the
/// first call that needs one.
///
/// One line makes it a plugin:
///   extern "C" const muster_entry* muster_plugin_entry_v1() { return
///   muster::sdk::entry<hello::Plugin, Hello>(); }
#pragma once

#include <muster/ext/collect.h>
#include <muster/ext/health.h>
#include <muster/plugin.h>

#include <chrono>
#include <functional>
#include <memory>
#include <muster/sdk/call.hpp>
#include <muster/sdk/host.hpp>
#include <muster/sdk/typed.hpp>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace muster::sdk {

/// Worker threads of one instance, and calls that may wait for one; more are refused as busy.
inline constexpr std::size_t kMaxWorkers = 8;
inline constexpr std::size_t kMaxWaiting = 64;

struct Health {
  std::uint32_t state = MUSTER_HEALTH_FAILED;
  std::int64_t since_unix_ns = 0;
  std::string reason;
};

/// Takes exposition text, cut into pieces of the right size. Errors: those of the host; stop then.
using CollectSink = std::function<Status(std::string_view)>;

/// What was made of a call's arguments: work for a worker, or empty when it is under way already.
using Started = Result<std::function<void()>>;

struct Operation {
  std::string_view name;
  std::function<Started(const Call&, std::string_view arguments)> start;
};

namespace detail {

/// The plugin's class as the glue sees it.
class Handler {
 public:
  virtual ~Handler() = default;
  [[nodiscard]] virtual const std::vector<Operation>& operations() const = 0;
  virtual Status activate() = 0;
  virtual void quiesce(std::chrono::steady_clock::time_point deadline) = 0;
  virtual void deactivate() = 0;
  [[nodiscard]] virtual bool has_health() const = 0;
  virtual Health health() = 0;
  [[nodiscard]] virtual bool has_collect() const = 0;
  virtual Status collect(const CollectSink& sink) = 0;
};

using MakeHandler = Result<std::unique_ptr<Handler>> (*)(const Host&, std::string_view config);

[[nodiscard]] muster_plugin* create_instance(const muster_host* host, std::string_view plugin_id,
                                             std::string_view asked_for, MakeHandler make,
                                             const muster_error_sink* error) noexcept;
[[nodiscard]] muster_bytes embedded_manifest();

template <class Spec, class Yours>
Result<std::unique_ptr<Yours>> make(const Host& host, typename Spec::Config config) {
  using Config = typename Spec::Config;
  if constexpr (requires { Yours::create(host, std::move(config)); }) {
    return Yours::create(host, std::move(config));
  } else if constexpr (std::is_constructible_v<Yours, const Host&, Config>) {
    return std::make_unique<Yours>(host, std::move(config));
  } else if constexpr (std::is_constructible_v<Yours, const Host&>) {
    return std::make_unique<Yours>(host);
  } else {
    return std::make_unique<Yours>();
  }
}

template <class Spec, class Yours>
class HandlerOf final : public Handler {
 public:
  explicit HandlerOf(std::unique_ptr<Yours> yours)
      : yours_(std::move(yours)), operations_(Spec::operations(*yours_)) {}

  static Result<std::unique_ptr<Handler>> create(const Host& host, std::string_view config) {
    auto typed = decoded<typename Spec::Config>(config);
    if (!typed) return tl::unexpected(typed.error());
    auto yours = make<Spec, Yours>(host, std::move(*typed));
    if (!yours) return tl::unexpected(yours.error());
    return std::make_unique<HandlerOf>(std::move(*yours));
  }

  const std::vector<Operation>& operations() const override { return operations_; }
  Status activate() override {
    if constexpr (requires { yours_->activate(); }) return yours_->activate();
    return {};
  }
  void quiesce([[maybe_unused]] std::chrono::steady_clock::time_point deadline) override {
    if constexpr (requires { yours_->quiesce(deadline); }) yours_->quiesce(deadline);
  }
  void deactivate() override {
    if constexpr (requires { yours_->deactivate(); }) yours_->deactivate();
  }
  bool has_health() const override {
    return requires(Yours & yours) { yours.health(); };
  }
  Health health() override {
    if constexpr (requires { yours_->health(); }) return yours_->health();
    return {};
  }
  bool has_collect() const override {
    return requires(Yours & yours, const CollectSink& sink) { yours.collect(sink); };
  }
  Status collect([[maybe_unused]] const CollectSink& sink) override {
    if constexpr (requires { yours_->collect(sink); }) return yours_->collect(sink);
    return {};
  }

 private:
  std::unique_ptr<Yours> yours_;
  std::vector<Operation> operations_;
};

}  // namespace detail

/// Used by generated code: an operation whose `function(call, arguments)` returns an answer (a
/// worker runs it) or nothing (it runs at once).
template <class Arguments, class R, class Function>
[[nodiscard]] Operation operation(std::string_view name, Function function) {
  return {
      name, [function](const Call& call, std::string_view payload) -> Started {
        auto arguments = decoded<Arguments>(payload);
        if (!arguments) return tl::unexpected(arguments.error());
        const CallOf<R> typed(call);
        using Returned = decltype(function(typed, std::move(*arguments)));
        if constexpr (std::is_void_v<Returned>) {
          function(typed, std::move(*arguments));
          return std::function<void()>();
        } else if constexpr (std::is_same_v<Returned, Status>) {
          return function(typed, std::move(*arguments)).map([] { return std::function<void()>(); });
        } else {
          return [function, typed, shared = std::move(*arguments)]() mutable {
            typed.finish(function(typed, std::move(shared)));
          };
        }
      }};
}

/// The entry of a plugin: what muster_plugin_entry_v1() returns.
template <class Spec, class Yours>
[[nodiscard]] const muster_entry* entry() {
  static const muster_entry table{
      sizeof(muster_entry),
      MUSTER_ENTRY_MAGIC,
      MUSTER_ABI_MAJOR,
      0,
      0,
      detail::embedded_manifest(),
      [](const muster_host* host, const char* plugin_id, const muster_error_sink* error) {
        return detail::create_instance(host, Spec::kId, plugin_id,
                                       &detail::HandlerOf<Spec, Yours>::create, error);
      }};
  return &table;
}

}  // namespace muster::sdk
