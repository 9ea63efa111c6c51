#include "gateway_check.hpp"

#include <muster/core/net/zmq_dealer.hpp>
#include <muster/core/net/zmq_socket.hpp>
#include <muster/core/run/event_loop.hpp>
#include <optional>

namespace muster::agent {
namespace {

using net::DownReason;

const char* const kName = "key";
const char* const kJoinAgain =
    "remove identity.json from its state and join again with a new token: muster-agent join --help";

doctor::Check check_of(DownReason reason, const std::string& sentence) {
  switch (reason) {
    case DownReason::KeyRefused:
      return doctor::failed(kName,
                            "this node's key is refused: the node was retired, or the controller "
                            "is another fleet's, or not there to tell the gateway its nodes",
                            kJoinAgain);
    case DownReason::WrongServer:
      return doctor::failed(kName, sentence, kJoinAgain);
    case DownReason::Unreachable:
    case DownReason::Lost:
      break;
  }
  return doctor::unknown(kName, sentence);
}

}  // namespace

doctor::Check check_gateway_key(const Identity& identity, std::chrono::milliseconds within) {
  const SystemClock clock;
  const auto loop = run::EventLoop::create(clock);
  if (!loop) return doctor::unknown(kName, loop.error().message);
  auto context = net::ZmqContext::create();
  if (!context) return doctor::unknown(kName, context.error().message);
  net::DealerOptions options;
  options.address = identity.gateway_address;
  options.server_key = identity.gateway_key;
  options.key = identity.transport_key.duplicate();
  options.handshake_timeout = within;
  const auto transport = net::make_zmq_dealer(*context, **loop, std::move(options));
  std::optional<doctor::Check> found;
  const auto find = [&](doctor::Check check) {
    found = std::move(check);
    (*loop)->stop();
  };
  transport->set_events(
      {[&] { find(doctor::ok(kName, "the gateway lets this node in")); },
       {},
       [&](DownReason reason, const std::string& sentence) { find(check_of(reason, sentence)); }});
  // A name that nobody resolves is no event.
  const auto late = (*loop)->after(within + std::chrono::seconds(1), [&] {
    find(doctor::unknown(kName, "the gateway could not be reached in time"));
  });
  if (auto connected = transport->connect(); !connected) {
    return doctor::unknown(kName, connected.error().message);
  }
  (*loop)->run();
  return *found;
}

}  // namespace muster::agent
