#include <arpa/inet.h>
#include <sys/socket.h>

#include <muster/core/base/fd.hpp>
#include <muster/core/doctor/probes.hpp>

#include "catch.hpp"

namespace muster::doctor {
namespace {

using namespace std::chrono_literals;
using Catch::Matchers::Contains;

/// A socket bound to a free port of the loopback; nobody can connect until it listens.
struct Port {
  UniqueFd socket{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  std::uint16_t number = 0;

  Port() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    REQUIRE(::bind(socket.get(), generic, size) == 0);
    REQUIRE(::getsockname(socket.get(), generic, &size) == 0);
    number = ntohs(address.sin_port);
  }
};

TEST_CASE("A port where somebody listens is told from one where nobody does") {
  const Port port;
  const auto silent = probe_port("gateway", "127.0.0.1", port.number, 5s);
  CHECK(silent.verdict == Verdict::Failed);
  CHECK_THAT(silent.says, Contains("127.0.0.1:" + std::to_string(port.number)) &&
                              Contains("Connection refused"));
  REQUIRE(::listen(port.socket.get(), 1) == 0);
  CHECK(probe_port("gateway", "127.0.0.1", port.number, 5s).verdict == Verdict::Ok);
}

TEST_CASE("A port that lets nobody in in time has failed") {
  const Port port;
  REQUIRE(::listen(port.socket.get(), 0) == 0);
  // The queue of those that wait to be accepted has room for one.
  std::vector<UniqueFd> waiting;
  for (int i = 0; i < 8; ++i) {
    waiting.emplace_back(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    socklen_t size = sizeof address;
    ::getsockname(port.socket.get(), reinterpret_cast<sockaddr*>(&address), &size);
    ::connect(waiting.back().get(), reinterpret_cast<sockaddr*>(&address), size);
  }
  const auto check = probe_port("gateway", "127.0.0.1", port.number, 50ms);
  CHECK(check.verdict == Verdict::Failed);
}

TEST_CASE("A name without an address is told of, and its port is not called closed") {
  const auto name = probe_name("no-such-host.invalid");
  CHECK(name.verdict == Verdict::Failed);
  CHECK_THAT(name.says, Contains("no-such-host.invalid has no address: "));
  CHECK(probe_port("gateway", "no-such-host.invalid", 1, 1s).verdict == Verdict::Unknown);
}

TEST_CASE("An address is its own name") {
  CHECK(probe_name("127.0.0.1").says == "127.0.0.1 is an address");
  CHECK(probe_name("::1").says == "::1 is an address");
}

}  // namespace
}  // namespace muster::doctor
