#include "join.hpp"

#include <sys/stat.h>

#include <muster/core/crypto/base64url.hpp>
#include <muster/core/net/http_server.hpp>
#include <muster/core/net/join_token.hpp>
#include <muster/core/net/tls_authority.hpp>
#include <nlohmann/json.hpp>
#include <set>

#include "catch.hpp"
#include "temp_dir.hpp"

using namespace muster;
using nlohmann::json;

namespace {

crypto::Digest digest_of(const std::string& pem) {
  Bytes bytes;
  REQUIRE(from_hex(tls::certificate_sha256(pem).value(), bytes));
  crypto::Digest digest{};
  std::copy(bytes.begin(), bytes.end(), digest.begin());
  return digest;
}

/// The two routes of a controller, with answers that the test decides.
struct Controller {
  Controller() {
    const SystemClock clock;
    authority = tls::make_authority("fleet", clock.unix_now()).value();
    const auto certificate =
        tls::make_server_certificate(authority, {"127.0.0.1"}, clock.unix_now()).value();
    http::ServerOptions options;
    options.certificate_pem = certificate.certificate_pem;
    options.key_pem = certificate.key_pem;
    given_ca = authority.certificate_pem;
    server = http::Server::start(options, [this](const http::Request& request,
                                                 const std::shared_ptr<http::Responder>& to) {
               if (request.path == "/v1/ca") {
                 to->respond(200, {}, given_ca);
               } else {
                 enrolled = request.body;
                 to->respond(status, {}, body.dump());
               }
             }).value();
  }
  [[nodiscard]] net::JoinToken token() const {
    net::JoinToken token;
    token.address = "127.0.0.1:" + std::to_string(server->port());
    token.ca = digest_of(authority.certificate_pem);
    token.secret.fill(5);
    return token;
  }

  NodeId node = NodeId::random();
  std::string key = crypto::to_base64url(Bytes(32, 9));
  int status = 201;
  json body = {{"node", node.text()},
               {"gateway", {{"address", "127.0.0.1:8421"}, {"key", key}}},
               {"controller", {{"session_key", key}, {"signing_key", key}}}};
  tls::KeyAndCertificate authority;
  std::string given_ca;
  std::string enrolled;
  std::unique_ptr<http::Server> server;
};

struct Node {
  test::TempDir dir;
  std::filesystem::path state = dir / "agent";

  Result<agent::Identity> join(const net::JoinToken& token) {
    return agent::join({net::encode_token(token), state, "web9", "machine"});
  }
  [[nodiscard]] bool has_nothing() const {
    if (!std::filesystem::exists(state)) return true;
    for (const auto& entry : std::filesystem::directory_iterator(state)) {
      if (entry.path().filename() != "lock") return false;
    }
    return true;
  }
  /// It asked to join and did not: the keys wait for another try.
  [[nodiscard]] bool has_keys_alone() const {
    std::set<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(state)) {
      names.insert(entry.path().filename());
    }
    return names == std::set<std::string>{"joining.json", "lock"};
  }
};

}  // namespace

TEST_CASE("a node joins: its keys are made here, the rest comes from the controller",
          "[integration][join]") {
  Controller controller;
  Node node;
  const auto joined = node.join(controller.token());
  REQUIRE(joined);
  CHECK(joined->node == controller.node);
  const auto loaded = agent::load_identity(node.state);
  REQUIRE(loaded);
  CHECK(loaded->gateway_address == "127.0.0.1:8421");
  CHECK(to_bytes(loaded->gateway_key) == Bytes(32, 9));
  CHECK(to_bytes(loaded->controller_signing_key) == Bytes(32, 9));
  const auto sent = json::parse(controller.enrolled);
  CHECK(sent["name"] == "web9");
  CHECK(sent["machine_id"] == "machine");
  CHECK(sent["secret"] == crypto::to_base64url(Bytes(32, 5)));
  CHECK(sent["session_key"] == crypto::to_base64url(loaded->session_key.public_key));
  CHECK(sent["transport_key"] == crypto::to_base64url(loaded->transport_key.public_key));
}

TEST_CASE("a node that has joined does not join again", "[integration][join]") {
  Controller controller;
  Node node;
  REQUIRE(node.join(controller.token()));
  const auto again = node.join(controller.token());
  REQUIRE_FALSE(again);
  CHECK(again.error().code == ErrorCode::Conflict);
  CHECK_THAT(again.error().message, Catch::Contains("joined a fleet already"));
}

TEST_CASE("a token that is none is refused before anything is done", "[integration][join]") {
  Node node;
  const auto joined = agent::join({"muster1.nonsense", node.state, "web9", "machine"});
  CHECK(joined.error().code == ErrorCode::InvalidArgument);
  CHECK(node.has_nothing());
}

TEST_CASE("a name that the fleet would not take is refused before anything is done",
          "[integration][join]") {
  const Controller controller;
  const Node node;
  const auto name =
      GENERATE(as<std::string>{}, "", "-web", "web 9", "w\xc3\xa4", std::string(129, 'n'));
  const auto joined =
      agent::join({net::encode_token(controller.token()), node.state, name, "machine"});
  REQUIRE_FALSE(joined);
  CHECK(joined.error().code == ErrorCode::InvalidArgument);
  CHECK_THAT(joined.error().message, Catch::Contains("1 to 128 of the letters"));
  CHECK_THAT(joined.error().message, Catch::Contains("--name"));
  CHECK(node.has_nothing());
}

TEST_CASE("a controller with another authority than the token's gets no secret",
          "[integration][join]") {
  Controller controller;
  Node node;
  auto token = controller.token();
  token.ca[0] ^= 1;
  const auto joined = node.join(token);
  REQUIRE_FALSE(joined);
  CHECK(joined.error().code == ErrorCode::Unauthenticated);
  CHECK_THAT(joined.error().message, Catch::Contains("not the controller that made this token"));
  CHECK(controller.enrolled.empty());
  CHECK(node.has_nothing());
}

TEST_CASE("an authority that the server's own certificate does not come from gets no secret",
          "[integration][join]") {
  Controller controller;
  Controller other;
  controller.given_ca = other.authority.certificate_pem;
  auto token = controller.token();
  token.ca = digest_of(other.authority.certificate_pem);
  Node node;
  CHECK(node.join(token).error().code == ErrorCode::Unauthenticated);
  CHECK(controller.enrolled.empty());
  CHECK(node.has_keys_alone());
}

TEST_CASE("an answer with more than the one authority that the token names gets no secret",
          "[integration][join]") {
  // The genuine authority is public: whoever stands in between gives it out with another one of
  // his own, which has signed what he shows.
  Controller between;
  const Controller genuine;
  const auto& own = between.authority.certificate_pem;
  const auto& known = genuine.authority.certificate_pem;
  const std::string end = "-----END CERTIFICATE-----";
  between.given_ca = GENERATE_COPY(values<std::string>(
      {known + own, own + known, "a line before\n" + known, known + "a line behind\n",
       known.substr(0, known.find(end) + end.size()) + own}));
  auto token = between.token();
  token.ca = digest_of(known);
  Node node;
  const auto joined = node.join(token);
  REQUIRE_FALSE(joined);
  CHECK(joined.error().code == ErrorCode::Unauthenticated);
  CHECK(between.enrolled.empty());
  CHECK(node.has_nothing());
}

TEST_CASE("the authority that a node keeps is the very one that the token names",
          "[integration][join]") {
  Controller controller;
  controller.given_ca = "\r\n " + controller.given_ca + "\n\n";
  Node node;
  const auto joined = node.join(controller.token());
  REQUIRE(joined);
  CHECK(joined->ca_pem == controller.authority.certificate_pem);
}

TEST_CASE("the controller's own sentence is passed on", "[integration][join]") {
  Controller controller;
  controller.status = 403;
  controller.body = {{"detail", "the token was used up at 12:00"}};
  Node node;
  const auto joined = node.join(controller.token());
  REQUIRE_FALSE(joined);
  CHECK(joined.error().code == ErrorCode::PermissionDenied);
  CHECK(joined.error().message == "the token was used up at 12:00");
  CHECK(node.has_keys_alone());
}

TEST_CASE("an answer with a part missing leaves the keys alone behind", "[integration][join]") {
  Controller controller;
  controller.body["gateway"].erase("key");
  Node node;
  CHECK(node.join(controller.token()).error().code == ErrorCode::Corrupt);
  CHECK(node.has_keys_alone());
}

TEST_CASE("a controller that is not there is unavailable", "[integration][join]") {
  Node node;
  net::JoinToken token;
  {
    const Controller gone;
    token = gone.token();
  }
  const auto joined = node.join(token);
  CHECK(joined.error().code == ErrorCode::Unavailable);
  CHECK_THAT(joined.error().message, Catch::StartsWith("cannot reach https://"));
  CHECK(node.has_nothing());
}

TEST_CASE("a join whose answer was lost is repeated with the same keys, and then forgets them",
          "[integration][join]") {
  Controller controller;
  controller.status = 503;
  Node node;
  REQUIRE_FALSE(node.join(controller.token()));
  const auto first = json::parse(controller.enrolled);
  struct stat info {};
  REQUIRE(::stat((node.state / "joining.json").c_str(), &info) == 0);
  CHECK((info.st_mode & 0777U) == 0600);
  controller.status = 201;
  const auto joined = node.join(controller.token());
  REQUIRE(joined);
  CHECK(json::parse(controller.enrolled) == first);
  CHECK(crypto::to_base64url(joined->session_key.public_key) == first["session_key"]);
  CHECK(crypto::to_base64url(joined->transport_key.public_key) == first["transport_key"]);
  CHECK_FALSE(std::filesystem::exists(node.state / "joining.json"));
}

TEST_CASE("keys that the controller will not have, or of another name, are not used again",
          "[integration][join]") {
  Controller controller;
  Node node;
  controller.status = 503;
  std::string name = "web9";
  SECTION("refused") { controller.status = 409; }
  SECTION("of another name") { name = "web10"; }
  REQUIRE_FALSE(node.join(controller.token()));
  const auto first = json::parse(controller.enrolled);
  controller.status = 201;
  REQUIRE(agent::join({net::encode_token(controller.token()), node.state, name, "machine"}));
  const auto second = json::parse(controller.enrolled);
  CHECK(first["transport_key"] != second["transport_key"]);
  CHECK(first["session_key"] != second["session_key"]);
}

TEST_CASE("a gateway that listens everywhere is looked for where the controller was found",
          "[integration][join]") {
  Controller controller;
  const auto host = GENERATE(as<std::string>(), "0.0.0.0", "[::]");
  controller.body["gateway"]["address"] = host + ":8421";
  Node node;
  const auto joined = node.join(controller.token());
  REQUIRE(joined);
  CHECK(joined->gateway_address == "127.0.0.1:8421");
}
