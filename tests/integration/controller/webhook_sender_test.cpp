// Where nothing is sent, and whom nothing is told: addresses, certificates, time.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <muster/core/base/fd.hpp>
#include <muster/core/net/tls_authority.hpp>

#include "webhook_world.hpp"

namespace muster::controller {
namespace {

/// What comes of one request.
WebhookAnswer send(const std::string& url, AddressRule rule, WebhookSenderOptions options = {}) {
  World world;
  WebhookSender sender(*world.loop, std::move(options));
  std::optional<WebhookAnswer> answer;
  sender.send({url, {"webhook-id: 1"}, "{}", rule},
              [&](const WebhookAnswer& got) { answer = got; });
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!answer) {
    REQUIRE(std::chrono::steady_clock::now() < give_up);
    if (!world.loop->run_ready()) std::this_thread::yield();
  }
  return *answer;
}

bool says(const WebhookAnswer& answer, const std::string& text) {
  INFO(answer.error);
  const bool found = answer.error.find(text) != std::string::npos;
  CHECK(found);
  return found;
}

/// A receiver with a certificate of a fleet CA of its own.
struct Secured {
  explicit Secured(const std::vector<std::string>& names)
      : identity(tls::load_or_create_identity(dir.path(), names, std::chrono::system_clock::now())
                     .value()),
        receiver(options()) {}
  [[nodiscard]] http::ServerOptions options() const {
    http::ServerOptions options;
    options.certificate_pem = identity.server.certificate_pem;
    options.key_pem = identity.server.key_pem;
    return options;
  }
  [[nodiscard]] WebhookSenderOptions trusting() const {
    WebhookSenderOptions trusting;
    trusting.ca_file = (dir / "ca.crt").string();
    return trusting;
  }
  test::TempDir dir;
  tls::ServerIdentity identity;
  Receiver receiver;
};

TEST_CASE("an address is judged when it is connected to, whatever it is called",
          "[integration][webhooks]") {
  Receiver receiver;
  for (const auto* host : {"127.0.0.1", "localhost", "[::ffff:127.0.0.1]"}) {
    INFO(host);
    const auto answer = send(receiver.url(host), {false, true});
    CHECK(answer.status == 0);
    says(answer, "--allow-private");
  }
  CHECK(receiver.count() == 0);
  CHECK(send(receiver.url("localhost"), {true, true}).status == 204);
  says(send("http://169.254.169.254/", {true, true}), "to which no webhook is sent");
  says(send("http://1.1.1.1/", {true, true}), "by https only");
}

TEST_CASE("a receiver has to prove who it is", "[integration][webhooks]") {
  Secured right({"127.0.0.1"});
  CHECK(send(right.receiver.url(), {true, false}, right.trusting()).status == 204);
  says(send(right.receiver.url(), {true, false}), "certificate");
  Secured other({"example.org"});
  says(send(other.receiver.url(), {true, false}, other.trusting()), "certificate");
  CHECK(right.receiver.count() == 1);
  CHECK(other.receiver.count() == 0);
}

TEST_CASE("who does not answer in time has not answered", "[integration][webhooks]") {
  Receiver receiver;
  receiver.usually({0, {}});
  WebhookSenderOptions options;
  options.timeout = std::chrono::milliseconds(200);
  const auto answer = send(receiver.url(), {true, true}, options);
  CHECK(answer.status == 0);
  says(answer, "did not answer within");
}

TEST_CASE("nobody there is told as such", "[integration][webhooks]") {
  says(send("http://127.0.0.1:1/", {true, true}), "nobody takes connections there");
  says(send("http://nobody.invalid/", {true, true}), "its name has no address");
}

TEST_CASE("an answer that is longer than is read is an answer", "[integration][webhooks]") {
  const auto length = GENERATE(0, 1000, 10'000'000);
  auto server = http::Server::start({}, [&](const http::Request&, const auto& responder) {
                  responder->respond(200, {}, std::string(static_cast<std::size_t>(length), 'x'));
                }).value();
  const auto url = "http://127.0.0.1:" + std::to_string(server->port()) + "/";
  CHECK(send(url, {true, true}).status == 200);
}

/// Answers one request with these bytes, and closes.
class Canned {
 public:
  explicit Canned(const std::string& answer)
      : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    address_.sin_family = AF_INET;
    address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address_;
    auto* generic = reinterpret_cast<sockaddr*>(&address_);
    REQUIRE(::bind(fd_.get(), generic, size) == 0);
    REQUIRE(::listen(fd_.get(), 1) == 0);
    REQUIRE(::getsockname(fd_.get(), generic, &size) == 0);
    thread_ = std::thread([this, answer] {
      const UniqueFd peer(::accept4(fd_.get(), nullptr, nullptr, SOCK_CLOEXEC));
      std::array<char, 4096> request{};
      std::string asked;
      while (!asked.ends_with("{}")) {
        const auto got = ::recv(peer.get(), request.data(), request.size(), 0);
        if (got <= 0) break;
        asked.append(request.data(), static_cast<std::size_t>(got));
      }
      (void)::send(peer.get(), answer.data(), answer.size(), MSG_NOSIGNAL);
    });
  }
  ~Canned() { thread_.join(); }
  Canned(const Canned&) = delete;
  Canned& operator=(const Canned&) = delete;
  [[nodiscard]] std::string url() const {
    return "http://127.0.0.1:" + std::to_string(ntohs(address_.sin_port)) + "/";
  }

 private:
  UniqueFd fd_;
  sockaddr_in address_{};
  std::thread thread_;
};

TEST_CASE("an answer whose body breaks off is an answer", "[integration][webhooks]") {
  const Canned cut("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhello");
  CHECK(send(cut.url(), {true, true}).status == 200);
  const Canned silent("");
  const auto none = send(silent.url(), {true, true});
  CHECK(none.status == 0);
  CHECK_FALSE(none.error.empty());
  const Canned early("HTTP/1.1 100 Continue\r\n\r\n");
  CHECK(send(early.url(), {true, true}).status == 0);
}

TEST_CASE("a sender that goes away leaves what is under way", "[integration][webhooks]") {
  World world;
  Receiver receiver;
  receiver.usually({0, {}});
  {
    WebhookSender sender(*world.loop, {});
    for (int i = 0; i < 3; ++i) {
      sender.send({receiver.url(), {}, "{}", {true, true}},
                  [](const WebhookAnswer&) { FAIL("told of what was broken off"); });
    }
    while (receiver.count() < 3) std::this_thread::yield();
  }
  world.settle();
}

}  // namespace
}  // namespace muster::controller
