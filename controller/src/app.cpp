#include "app.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <muster/core/base/files.hpp>
#include <muster/core/net/curve_keys.hpp>
#include <muster/core/net/gateway_server.hpp>
#include <muster/core/net/http_server.hpp>
#include <muster/core/net/tls_authority.hpp>
#include <optional>
#include <string>
#include <utility>

#include "api/job_feed.hpp"
#include "api/request_limit.hpp"
#include "api/routes.hpp"
#include "events/event_log.hpp"
#include "services.hpp"
#include "store/sqlite_store.hpp"

namespace muster::controller {
namespace {

constexpr std::chrono::seconds kSlowRequestsInterval{5};

/// The gateways' socket as the Fleet sees it. Until it listens there is nobody to send to.
class GatewayLink final : public AgentLink {
 public:
  void attach(net::GatewayServer* server) { server_ = server; }

  [[nodiscard]] Status send(GatewayId gateway, BytesView route, BytesView payload) override {
    if (server_ == nullptr) return fail(ErrorCode::NotFound, "no gateway");
    return server_->send(gateway, route, payload);
  }
  void allow(GatewayId gateway, std::span<const wire::TransportKey> keys, bool replace) override {
    if (server_ != nullptr) server_->allow(gateway, keys, replace);
  }
  void revoke(std::span<const wire::TransportKey> keys) override {
    if (server_ != nullptr) server_->revoke(keys);
  }
  void admit(GatewayId gateway, std::uint32_t sessions_per_second) override {
    if (server_ != nullptr) server_->admit(gateway, sessions_per_second);
  }

 private:
  net::GatewayServer* server_ = nullptr;
};

bool is_wildcard(const std::string& host) { return host == "0.0.0.0" || host == "::"; }

std::string own_host_name() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0 || name[0] == 0) return "localhost";
  return name.data();
}

/// All that clients may call this server by.
std::vector<std::string> certificate_names(const Options& options) {
  std::vector<std::string> names{"localhost", "127.0.0.1", own_host_name()};
  if (!is_wildcard(options.listen.host)) names.push_back(options.listen.host);
  if (const auto told = net::parse_endpoint(options.api_address, "")) names.push_back(told->host);
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

Result<Digest> digest_from_hex(const std::string& hex) {
  Bytes bytes;
  Digest digest{};
  if (!from_hex(hex, bytes) || bytes.size() != digest.size()) {
    return fail(ErrorCode::Internal, "the fleet CA's digest is none");
  }
  std::copy(bytes.begin(), bytes.end(), digest.begin());
  return digest;
}

}  // namespace

struct App::Parts {
  Parts(run::EventLoop& the_loop, const Options& the_options, const log::Logger& the_log)
      : loop(the_loop), options(the_options), log(the_log) {}

  [[nodiscard]] Status open_store();
  [[nodiscard]] Status load_identity();
  [[nodiscard]] Status require_known_key(const std::filesystem::path& file) const;
  [[nodiscard]] Status load_keys();
  [[nodiscard]] Status load_fleet();
  [[nodiscard]] Status load_jobs();
  [[nodiscard]] Status load_retention();
  [[nodiscard]] Status load_webhooks();
  [[nodiscard]] Status load_access();
  [[nodiscard]] Status listen_for_gateways();
  [[nodiscard]] Status load_document();
  [[nodiscard]] Status serve_api();
  [[nodiscard]] Status write_port();
  void end_slow_requests();

  // In the order of building; taken down the other way round.
  run::EventLoop& loop;
  Options options;
  log::Logger log;
  std::unique_ptr<SqliteStore> store;
  tls::ServerIdentity identity;
  std::optional<crypto::SigningKey> signing_key;
  crypto::SessionKeyPair session_key;
  std::unique_ptr<EventLog> events;
  GatewayLink link;
  std::unique_ptr<Groups> groups;
  std::unique_ptr<Fleet> fleet;
  std::unique_ptr<JobService> jobs;
  std::unique_ptr<Retention> retention;
  std::unique_ptr<WebhookSender> sender;
  std::unique_ptr<Webhooks> webhooks;
  std::unique_ptr<Access> access;
  std::unique_ptr<Enrollment> enrollment;
  std::unique_ptr<net::GatewayServer> gateways;
  std::unique_ptr<Services> services;
  std::unique_ptr<http::Server> api;
  run::Timer slow_requests;
};

Status App::Parts::open_store() {
  SqliteOptions store_options{options.state};
  store_options.event_limits.bytes = options.retention.keep_bytes / kEventShare;
  auto opened = SqliteStore::open(loop, store_options);
  if (!opened) return tl::unexpected(opened.error());
  store = std::move(*opened);
  return {};
}

Status App::Parts::load_identity() {
  auto loaded = tls::load_or_create_identity(options.state / "tls", certificate_names(options),
                                             loop.clock().unix_now());
  if (!loaded) return tl::unexpected(loaded.error());
  identity = std::move(*loaded);
  return {};
}

/// Keys that nodes were told are made once: new ones would silently lock the nodes out.
Status App::Parts::require_known_key(const std::filesystem::path& file) const {
  std::error_code error;
  if (std::filesystem::exists(file, error)) return {};
  const auto nodes = store->nodes();
  if (!nodes) return tl::unexpected(nodes.error());
  if (nodes->empty()) return {};
  return fail(ErrorCode::Corrupt, file.string() + " is missing, and the nodes of this fleet (" +
                                      std::to_string(nodes->size()) +
                                      ") know no other; put it back from a backup");
}

Status App::Parts::load_keys() {
  const auto directory = options.state / "keys";
  if (auto made = make_directories(directory); !made) return made;
  const auto signing_file = directory / "signing.key";
  const auto session_file = directory / "session.key";
  for (const auto& file : {signing_file, session_file}) {
    if (auto known = require_known_key(file); !known) return known;
  }
  auto signing = crypto::SigningKey::load_or_create(signing_file);
  if (!signing) return tl::unexpected(signing.error());
  signing_key = std::move(*signing);
  auto session = net::load_or_create_key_pair(session_file);
  if (!session) return tl::unexpected(session.error());
  session_key = std::move(*session);
  return {};
}

Status App::Parts::load_fleet() {
  events = std::make_unique<EventLog>(loop, *store, log);
  FleetOptions fleet_options;
  fleet_options.gateway_address = options.gateway_address;
  groups = std::make_unique<Groups>(*store);
  if (auto loaded = groups->load(); !loaded) return loaded;
  fleet = std::make_unique<Fleet>(Fleet::Parts{loop, *store, *events, log, link, *groups,
                                               session_key, *signing_key, fleet_options});
  return fleet->load();
}

Status App::Parts::load_jobs() {
  jobs = std::make_unique<JobService>(
      JobService::Parts{loop, *store, *fleet, *events, log, *signing_key, session_key});
  return jobs->load();
}

Status App::Parts::load_retention() {
  retention = std::make_unique<Retention>(Retention::Parts{
      loop, *store, *events, log, [this] { return jobs->in_memory(); }, options.retention});
  return retention->load();
}

Status App::Parts::load_webhooks() {
  WebhookSenderOptions sending;
  sending.ca_file = options.webhook_ca_file;
  sender = std::make_unique<WebhookSender>(loop, std::move(sending));
  webhooks = std::make_unique<Webhooks>(Webhooks::Parts{loop, *store, *events, log, *sender});
  return webhooks->load();
}

Status App::Parts::load_access() {
  access = std::make_unique<Access>(*store, loop.clock());
  const auto ca = digest_from_hex(identity.authority_sha256);
  if (!ca) return tl::unexpected(ca.error());
  enrollment = std::make_unique<Enrollment>(*store, loop.clock(), *ca);
  // Not run() and a stop() of our own: a signal's stop() has to last until main() runs the loop.
  return access->load(options.state / "admin.token", [this] { loop.run_next(); });
}

Status App::Parts::listen_for_gateways() {
  net::GatewayServerOptions server;
  server.socket = options.gateway_socket;
  net::GatewayEvents told;
  told.on_gateway = [this](auto id, const auto& hello) { fleet->on_gateway(id, hello); };
  told.on_received = [this](auto id, const auto& received) { fleet->on_received(id, received); };
  told.on_counters = [this](auto id, const auto& counters) { fleet->on_counters(id, counters); };
  told.on_gateway_lost = [this](auto id, const auto& why) { fleet->on_gateway_lost(id, why); };
  told.on_writable = [this](auto id) { fleet->on_writable(id); };
  auto listening = net::GatewayServer::listen(loop, std::move(server), std::move(told));
  if (!listening) return tl::unexpected(listening.error());
  gateways = std::move(*listening);
  link.attach(gateways.get());
  return {};
}

Status App::Parts::load_document() {
  auto document = api::Document::built_in();
  if (!document) return tl::unexpected(document.error());
  services->document = std::move(*document);
  if (!options.check_answers) return {};
  auto answers = api::AnswerCheck::compile(*services->document, log);
  if (!answers) return tl::unexpected(answers.error());
  services->answers = std::move(*answers);
  return {};
}

Status App::Parts::serve_api() {
  services = std::make_unique<Services>(
      Services{loop, log, *store, *events, *groups, *fleet, *jobs, *retention, *webhooks, *access,
               *enrollment, identity.authority_pem, to_unix_ms(loop.clock().unix_now()), nullptr});
  if (auto loaded = load_document(); !loaded) return loaded;
  services->request_limit =
      std::make_shared<api::RequestLimit>(loop.clock(), options.requests_per_second);
  services->job_feeds = std::make_shared<api::JobFeeds>(*services);
  services->state = options.state;
  services->certificate_expires = identity.server_expires;
  services->authority_expires = identity.authority_expires;
  http::ServerOptions server;
  server.address = options.listen.host;
  server.port = options.listen.port;
  server.certificate_pem = identity.server.certificate_pem;
  server.key_pem = identity.server.key_pem;
  auto handler = api::open(server, *services);
  if (!handler) return tl::unexpected(handler.error());
  auto started = http::Server::start(server, std::move(*handler));
  if (!started) return tl::unexpected(started.error());
  api = std::move(*started);
  end_slow_requests();
  const net::Endpoint self{is_wildcard(options.listen.host) ? own_host_name() : options.listen.host,
                           api->port()};
  enrollment->set_api_address(options.api_address.empty() ? self.text() : options.api_address);
  log.info("the API is open",
           {{"address", net::Endpoint{options.listen.host, api->port()}.text()}});
  return {};
}

void App::Parts::end_slow_requests() {
  slow_requests = loop.after(kSlowRequestsInterval, [this] {
    api->end_slow_requests();
    end_slow_requests();
  });
}

Status App::Parts::write_port() {
  if (options.port_file.empty()) return {};
  return write_file_atomic(options.port_file, as_bytes(std::to_string(api->port()) + "\n"), 0644);
}

App::App(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

App::~App() {
  // The API first: its thread posts to the loop and reads the services.
  parts_->slow_requests.reset();
  parts_->api.reset();
  parts_->link.attach(nullptr);
}

Result<std::unique_ptr<App>> App::start(run::EventLoop& loop, const Options& options,
                                        const log::Logger& log) {
  std::unique_ptr<App> app(new App(std::make_unique<Parts>(loop, options, log)));
  auto& parts = *app->parts_;
  const auto started = parts.open_store()
                           .and_then([&] { return parts.load_identity(); })
                           .and_then([&] { return parts.load_keys(); })
                           .and_then([&] { return parts.load_fleet(); })
                           .and_then([&] { return parts.load_jobs(); })
                           .and_then([&] { return parts.load_retention(); })
                           .and_then([&] { return parts.load_webhooks(); })
                           .and_then([&] { return parts.load_access(); })
                           .and_then([&] { return parts.listen_for_gateways(); })
                           .and_then([&] { return parts.serve_api(); })
                           .and_then([&] { return parts.write_port(); });
  if (!started) return tl::unexpected(started.error());
  parts.webhooks->start();  // not before: a start that fails is tried again, and would send again
  return app;
}

std::uint16_t App::api_port() const { return parts_->api->port(); }

}  // namespace muster::controller
