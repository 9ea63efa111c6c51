#include "app.hpp"

#include <chrono>
#include <muster/core/base/files.hpp>
#include <muster/core/crypto/random.hpp>
#include <muster/core/wire/envelope.hpp>
#include <utility>

#include "admission.hpp"
#include "controller_link.hpp"
#include "router.hpp"
#include "zap_handler.hpp"

namespace muster::gateway {
namespace {

using namespace std::chrono_literals;

constexpr auto kCountersEvery = 10s;
constexpr auto kWakeEvery = 50ms;

std::uint64_t random_seed() {
  std::uint64_t seed = 0;
  crypto::fill_random({reinterpret_cast<std::uint8_t*>(&seed), sizeof seed});
  return seed;
}

}  // namespace

struct App::Parts {
  Parts(run::EventLoop& the_loop, log::Logger the_logger, net::ZmqContext the_context,
        std::filesystem::path controller)
      : loop(the_loop),
        logger(std::move(the_logger)),
        context(std::move(the_context)),
        admission(loop.clock(), random_seed()),
        link(loop, std::move(controller), link_events()) {}

  run::EventLoop& loop;
  log::Logger logger;
  net::ZmqContext context;
  AllowList allowed;
  Admission admission;
  std::unique_ptr<ZapHandler> zap;
  std::unique_ptr<Router> router;
  ControllerLink link;
  run::Timer counters_timer;
  run::Timer wake_timer;
  std::uint64_t dropped = 0;
  std::uint64_t retries = 0;

  ControllerEvents link_events();
  void from_agent(BytesView route, const wire::TransportKey& key, net::ZmqMessage& payload);
  void to_agent(const wire::Send& send);
  void tell_retry(BytesView route, std::chrono::milliseconds after);
  void wake_some();
  void send_counters();
  void on_link_down(const std::string& why);
};

ControllerEvents App::Parts::link_events() {
  ControllerEvents events;
  events.on_up = [this] {
    logger.info("connected to the controller");
    admission.link_up();
    send_counters();
    wake_some();
  };
  events.on_absent = [this](const std::string& why) {
    logger.warn("the controller is not there, retrying", {{"cause", why}});
  };
  events.on_down = [this](const std::string& why) { on_link_down(why); };
  events.on_allow = [this](const wire::Allow& frame) { allowed.apply(frame); };
  events.on_revoke = [this](const wire::Revoke& frame) {
    allowed.apply(frame);
    for (const auto& key : frame.keys) admission.forget(key);
  };
  events.on_send = [this](const wire::Send& send) { to_agent(send); };
  events.on_admit = [this](const wire::Admit& frame) {
    admission.set_rate(frame.sessions_per_second);
    wake_some();
  };
  events.on_pressure = [this](bool full) { router->pause(full); };
  return events;
}

void App::Parts::from_agent(BytesView route, const wire::TransportKey& key,
                            net::ZmqMessage& payload) {
  if (!allowed.allows(key)) {  // revoked while connected
    ++dropped;
    return;
  }
  const auto envelope = wire::decode_envelope(payload.view());
  const bool says_hello = envelope && envelope->header.type == wire::MessageType::Hello;
  const auto verdict = admission.judge(route, key, says_hello);
  if (verdict.kind == Admission::Verdict::Pass) {
    link.send_received(route, key, std::move(payload));
    return;
  }
  ++dropped;
  if (verdict.kind == Admission::Verdict::Retry) tell_retry(route, verdict.after);
}

void App::Parts::to_agent(const wire::Send& send) {
  const auto sent = router->send(send.route, net::ZmqMessage(send.payload));
  if (sent) return;
  ++dropped;
  if (sent.error().code == ErrorCode::NotFound) admission.forget(send.route);
}

void App::Parts::tell_retry(BytesView route, std::chrono::milliseconds after) {
  const wire::Retry retry{static_cast<std::uint32_t>(after.count())};
  const auto sent = router->send(route, net::ZmqMessage(wire::encode_retry(retry)));
  if (sent) {
    ++retries;
  } else if (sent.error().code == ErrorCode::NotFound) {
    admission.forget(route);
  }
}

void App::Parts::wake_some() {
  while (const auto route = admission.next_to_wake()) tell_retry(*route, 0ms);
  if (!link.up() || !admission.any_to_wake()) return;
  wake_timer = loop.after(kWakeEvery, [this] { wake_some(); });
}

void App::Parts::on_link_down(const std::string& why) {
  logger.warn("lost the controller, retrying", {{"cause", why}});
  admission.link_lost();
}

void App::Parts::send_counters() {
  link.send(wire::Counters{{{"refused_keys", zap->refused()},
                            {"violations", router->violations() + link.violations()},
                            {"failed_handshakes", router->failed_handshakes()},
                            {"dropped_frames", dropped},
                            {"retries", retries},
                            {"routes", admission.routes()}}});
  counters_timer = loop.after(kCountersEvery, [this] { send_counters(); });
}

App::App(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
App::~App() = default;

Result<std::unique_ptr<App>> App::start(run::EventLoop& loop, const Options& options,
                                        log::Logger logger) {
  if (auto made = make_directories(options.state); !made) return tl::unexpected(made.error());
  const auto key = net::load_or_create_key_pair(options.state / "gateway.key");
  if (!key) return tl::unexpected(key.error());
  auto context = net::ZmqContext::create();
  if (!context) return tl::unexpected(context.error());
  auto parts =
      std::make_unique<Parts>(loop, std::move(logger), *std::move(context), options.controller);
  auto zap = ZapHandler::create(parts->context, loop, parts->allowed);
  if (!zap) return tl::unexpected(zap.error());
  parts->zap = *std::move(zap);
  auto router = Router::listen(parts->context, loop, options.listen, *key,
                               [p = parts.get()](auto route, const auto& from, auto& payload) {
                                 p->from_agent(route, from, payload);
                               });
  if (!router) return tl::unexpected(router.error());
  parts->router = *std::move(router);

  wire::GatewayHello hello;
  crypto::fill_random(hello.instance);
  hello.key = key->public_key;
  hello.address = parts->router->address();
  if (!options.port_file.empty()) {
    const std::string port = hello.address.substr(hello.address.rfind(':') + 1) + "\n";
    const auto written = write_file_atomic(options.port_file, as_bytes(port), 0644);
    if (!written) return tl::unexpected(written.error());
  }
  parts->logger.info("listening for agents", {{"address", hello.address}});
  parts->link.start(std::move(hello));
  return std::unique_ptr<App>(new App(std::move(parts)));
}

}  // namespace muster::gateway
