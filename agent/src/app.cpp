#include "app.hpp"

#include <muster/core/crypto/random.hpp>
#include <muster/core/net/zmq_dealer.hpp>
#include <muster/core/net/zmq_socket.hpp>
#include <muster/core/run/signals.hpp>
#include <muster/core/wire/node_name.hpp>
#include <optional>
#include <utility>

#include "executor/executor.hpp"
#include "facts/own_facts.hpp"
#include "facts/plugin_facts.hpp"
#include "hosted_plugins.hpp"
#include "identity/identity.hpp"
#include "identity/state_dir.hpp"
#include "metrics_page.hpp"
#include "session/node.hpp"

namespace muster::agent {
namespace {

using namespace std::chrono_literals;

constexpr auto kLeaveWithin = 5s;    // for plugins; systemd waits far longer
constexpr auto kRecordsWithin = 2s;  // for the last results to reach the disk, and the controller
constexpr auto kLookAgain = 5ms;
constexpr std::size_t kWorkers = 2;
constexpr std::size_t kMaxQueuedWork = 1024;

std::uint64_t random_seed() {
  std::uint64_t seed = 0;
  crypto::fill_random({reinterpret_cast<std::uint8_t*>(&seed), sizeof seed});
  return seed;
}

/// Beside this program, wherever that is installed.
std::filesystem::path host_program() {
  std::error_code error;
  return std::filesystem::read_symlink("/proc/self/exe", error).parent_path() /
         "muster-plugin-host";
}

/// The parts in the order in which they are built; they go in the reverse order, whatever happened.
class App {
 public:
  explicit App(const RunOptions& options)
      : options_(options),
        log_("muster-agent", options.log_level, log::stderr_sink(options.log_format), clock_),
        time_(ControllerTime::boot_now_ms, read_boot_id("/")) {}

  Status run() {
    using Step = Status (App::*)();
    for (const Step step :
         {&App::open_state, &App::make_loop, &App::open_stores, &App::load_plugins,
          &App::make_executor, &App::make_session, &App::serve_metrics}) {
      if (auto done = (this->*step)(); !done) return done;
    }
    log_.info("agent started", {{"node", identity_.node.text()}, {"name", identity_.name}});
    if (options_.dev_trust) {
      log_.warn(
          "dangerous operations run without an operator's signature on this node (--dev-trust)");
    }
    plugins_->start_hosts({[this] {
                             node_->plugins_changed();
                             plugin_facts_->plugins_changed();
                           },
                           [this](const wire::Event& event) { events_->emit(event); }});
    connection_->start(*node_);
    loop_->run();  // until a signal
    leave();
    log_.info("agent stopped");
    return {};
  }

 private:
  Status open_state();
  Status make_loop();
  Status open_stores();
  Status load_plugins();
  Status make_executor();
  Status make_session();
  Status serve_metrics();
  void refresh_metrics();
  void leave();
  void leave_when_written(MonoTime until);
  void leave_when_told(MonoTime until);

  const RunOptions& options_;
  SystemClock clock_;
  log::Logger log_;
  metrics::Registry metrics_;
  ControllerTime time_;
  std::optional<StateDir> state_;
  Identity identity_;
  std::unique_ptr<run::EventLoop> loop_;
  std::unique_ptr<run::StopOnSignals> signals_;
  std::optional<run::WorkerPool> workers_;
  std::unique_ptr<SpoolStore> spool_;
  Replay replay_;
  std::unique_ptr<journal::Journal> journal_;
  std::unique_ptr<PluginRuntime> plugins_;
  std::optional<net::ZmqContext> zmq_;
  std::unique_ptr<net::Transport> transport_;
  std::unique_ptr<Connection> connection_;
  std::unique_ptr<Executor> executor_;
  std::optional<EventOutbox> events_;
  std::unique_ptr<Node> node_;
  std::optional<OwnFacts> own_facts_;
  std::optional<PluginFacts> plugin_facts_;
  std::unique_ptr<MetricsPage> page_;
  run::Timer leave_timer_;
};

Status App::open_state() {
  auto state = StateDir::open(options_.state);
  if (!state) return tl::unexpected(state.error());
  state_.emplace(std::move(*state));
  auto identity = load_identity(options_.state);
  if (!identity) return tl::unexpected(identity.error());
  identity_ = std::move(*identity);
  if (!options_.name.empty()) identity_.name = options_.name;
  if (auto good = wire::check_node_name(identity_.name); !good) {
    return fail(ErrorCode::InvalidArgument, good.error().message + "; choose one with --name");
  }
  return {};
}

Status App::make_loop() {
  auto loop = run::EventLoop::create(clock_);
  if (!loop) return tl::unexpected(loop.error());
  loop_ = std::move(*loop);
  auto signals = run::StopOnSignals::install(*loop_);
  if (!signals) return tl::unexpected(signals.error());
  signals_ = std::move(*signals);
  workers_.emplace(kWorkers, kMaxQueuedWork);  // its threads inherit the blocked signals
  return {};
}

Status App::open_stores() {
  auto spool = SpoolStore::open(state_->spool());
  if (!spool) return tl::unexpected(spool.error());
  spool_ = std::move(*spool);
  auto journal =
      journal::Journal::open(state_->journal(), *loop_, {},
                             [this](journal::Lsn, BytesView record) { replay_.add(record); });
  if (!journal) return tl::unexpected(journal.error());
  journal_ = std::move(*journal);
  return replay_.status();
}

Status App::load_plugins() {
  auto plugins =
      load_hosted_plugins(*loop_, *workers_, log_,
                          {options_.plugins, options_.plugin_config, host_program(), state_->kv()});
  if (!plugins) return tl::unexpected(plugins.error());
  plugins_ = std::move(*plugins);
  return {};
}

Status App::make_executor() {
  auto zmq = net::ZmqContext::create(4);
  if (!zmq) return tl::unexpected(zmq.error());
  zmq_.emplace(std::move(*zmq));
  net::DealerOptions dealer;
  dealer.address = identity_.gateway_address;
  dealer.server_key = identity_.gateway_key;
  dealer.key = identity_.transport_key.duplicate();
  transport_ = net::make_zmq_dealer(*zmq_, *loop_, std::move(dealer));
  connection_ = std::make_unique<Connection>(
      *loop_, *transport_,
      Connection::Keys{identity_.session_key.duplicate(), identity_.controller_session_key,
                       identity_.controller_signing_key},
      log_, random_seed());
  executor_ = std::make_unique<Executor>(
      Surroundings{*loop_, *workers_, *journal_, *spool_, *plugins_, *plugins_, *connection_, time_,
                   metrics_, log_},
      AdmissionRules{identity_.node, identity_.controller_signing_key, options_.dev_trust});
  executor_->recover(std::move(replay_));
  return {};
}

Status App::make_session() {
  NodeDescription node;
  node.node = identity_.node;
  node.name = identity_.name;
  node.machine_id = read_machine_id("/");
  node.boot_id = time_.boot_id();
  node.agent_version = kVersion;
  own_facts_.emplace(*loop_, *workers_, options_.facts_every, log_,
                     [] { return read_facts("/", HostNumbers::of_this_host(), kVersion); });
  node.facts = own_facts_->begin([this](Facts facts) { node_->set_own_facts(std::move(facts)); });
  events_.emplace(*loop_, *connection_, metrics_);
  node_ = std::make_unique<Node>(std::move(node), *executor_, *events_, *plugins_, *connection_,
                                 time_, clock_, log_);
  plugin_facts_.emplace(*loop_, *plugins_, options_.facts_every, log_,
                        [this](const AgedFacts& facts) { node_->set_plugin_facts(facts); });
  return {};
}

Status App::serve_metrics() {
  if (options_.metrics.empty()) return {};
  auto page = MetricsPage::serve(
      options_.metrics,
      {*loop_, *workers_, metrics_, [this] { refresh_metrics(); },
       [this](auto within, auto done) { plugins_->collect(within, std::move(done)); }});
  if (!page) return tl::unexpected(page.error());
  page_ = std::move(*page);
  log_.info("serving metrics", {{"port", page_->port()}});
  return {};
}

void App::refresh_metrics() {
  const auto set = [this](const char* name, const char* help, double value,
                          const metrics::Labels& labels = {}) {
    metrics_.gauge(name, help, labels).set(value);
  };
  for (const auto state : {SessionState::Waiting, SessionState::Connecting, SessionState::Agreeing,
                           SessionState::Established, SessionState::Stopped}) {
    set("muster_session_state", "1 for the state that the session with the controller is in",
        connection_->state() == state ? 1 : 0, {{"state", std::string(to_string(state))}});
  }
  const auto& counters = connection_->counters();
  for (std::size_t i = 0; i < counters.violations.size(); ++i) {
    set("muster_session_violations", "Frames that broke the rules of the wire",
        static_cast<double>(counters.violations[i]),
        {{"reason", std::string(wire::to_string(static_cast<wire::Violation>(i)))}});
  }
  set("muster_session_begins", "Sessions that were established",
      static_cast<double>(counters.sessions));
  set("muster_plugin_restarts", "Plugin hosts that were started again",
      static_cast<double>(plugins_->restarts()));
  for (const auto& [plugin, slips] : plugins_->slips()) {
    for (const auto& [kind, count] : slips) {
      auto& counter = metrics_.counter(
          "muster_plugin_slips_total",
          "Times that a plugin misused its host, as told with PONG every 5 s, by kind",
          {{"plugin", plugin}, {"kind", kind}});
      counter.add(count - counter.value());
    }
  }
  set("muster_journal_syncs", "Times that the journal waited for the disk",
      static_cast<double>(journal_->syncs()));
  set("muster_journal_size_bytes", "Bytes of the journal on disk",
      static_cast<double>(journal_->size_bytes()));
}

void App::leave() {
  log_.info("leaving");
  executor_->leave();
  // Fires only when the plugins do not let go; their own deadline is shorter.
  leave_timer_ = loop_->after(kLeaveWithin + kRecordsWithin + 1s, [this] { loop_->stop(); });
  plugins_->stop_hosts(kLeaveWithin,
                       [this] { leave_when_written(clock_.mono_now() + kRecordsWithin); });
  loop_->run();  // until all is written and told, or a second signal
}

void App::leave_when_written(MonoTime until) {
  if (executor_->unwritten_ends() == 0 || clock_.mono_now() > until) {
    connection_->beat_now();
    return leave_when_told(until);
  }
  leave_timer_ = loop_->after(kLookAgain, [this, until] { leave_when_written(until); });
}

void App::leave_when_told(MonoTime until) {
  if (connection_->all_arrived() || clock_.mono_now() > until) {
    connection_->stop();
    loop_->stop();
    return;
  }
  leave_timer_ = loop_->after(kLookAgain, [this, until] { leave_when_told(until); });
}

}  // namespace

Status run_agent(const RunOptions& options) { return App(options).run(); }

}  // namespace muster::agent
