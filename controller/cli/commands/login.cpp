#include <algorithm>
#include <client/fleet.hpp>
#include <iostream>
#include <muster/core/base/files.hpp>
#include <muster/core/crypto/pinned_certificate.hpp>
#include <nlohmann/json.hpp>

#include "../command.hpp"
#include "../contexts.hpp"
#include "../prompt.hpp"
#include "../terminal.hpp"
#include "../token_file.hpp"

namespace muster::cli {
namespace {

using crypto::PinnedCertificate;
using nlohmann::json;

constexpr std::size_t kMaxCaBytes = std::size_t{64} << 10U;

/// "HOST" is short for "https://HOST:8420".
std::string address_from(const std::string& word) {
  auto address = word;
  if (address.ends_with('/')) address.pop_back();
  if (address.find("://") != std::string::npos) return address;
  const bool has_port = address.find(':', address.rfind(']') + 1) != std::string::npos;
  return "https://" + address + (has_port ? "" : ":8420");
}

/// What the context is called unless told otherwise: the controller's host.
std::string name_from(const std::string& address) {
  const auto host = address.substr(address.find("://") + 3);
  return host.substr(0, host.find_first_of(":/"));
}

/// In the form of the option, and in openssl's, which has colons and capitals.
CliResult<Bytes> digest_from(std::string text) {
  constexpr std::string_view kKind = "sha256:";
  if (text.starts_with(kKind)) text.erase(0, kKind.size());
  std::erase(text, ':');
  Bytes digest;
  if (from_hex(text, digest) && digest.size() == crypto::Digest{}.size()) return digest;
  return failure(Exit::Usage,
                 "--ca-digest is the SHA-256 of the fleet's CA certificate: "
                 "sha256: and 64 hexadecimal digits");
}

std::string shown(const crypto::Digest& digest) { return "sha256:" + to_hex(digest); }

CliResult<PinnedCertificate> ca_from_file(const std::string& file) {
  const auto pem = read_file(file, kMaxCaBytes);
  if (!pem) return failure(Exit::Usage, "--ca-file: " + pem.error().message);
  auto ca = crypto::read_certificate(*pem);
  if (!ca) return failure(Exit::Usage, "--ca-file: " + file + " is " + ca.error().message);
  return std::move(*ca);
}

/// From whoever answers at the address: to be compared before it is used.
CliResult<PinnedCertificate> ca_from_network(const std::string& address) {
  auto anybody = client::ApiClient::to_anybody(address);
  const auto pem = client::get_ca(anybody);
  if (!pem && pem.error().kind != client::ApiError::Kind::Refused) {
    return failure(Exit::Unreached, pem.error().message);
  }
  auto ca = crypto::read_certificate(pem ? *pem : "");
  if (ca) return std::move(*ca);
  return failure(Exit::Denied, "what answers at " + address +
                                   " is not a Muster controller: what it gives as its certificate "
                                   "authority is " +
                                   ca.error().message);
}

CliResult<void> check_pin(const std::string& address, const PinnedCertificate& ca,
                          const std::string& pin) {
  const auto digest = digest_from(pin);
  if (!digest) return tl::unexpected(digest.error());
  if (std::equal(digest->begin(), digest->end(), ca.digest.begin())) return {};
  return failure(Exit::Denied, "what answers at " + address +
                                   " is not the controller that --ca-digest means: its certificate "
                                   "authority is " +
                                   shown(ca.digest) + "; nothing was kept and no token was sent");
}

/// Nobody vouches for it but whoever compares it.
CliResult<void> confirm(const std::string& address, const PinnedCertificate& ca) {
  const auto what = "the certificate authority of " + address + " is\n  " + shown(ca.digest) +
                    "\non the controller's machine `openssl x509 -noout -fingerprint -sha256 -in "
                    "DIR/tls/ca.crt` shows the same";
  if (!can_ask()) {
    return failure(Exit::Denied, what + "; if it does, say --ca-digest " + shown(ca.digest));
  }
  if (ask_yes(what + ".\nTrust it? Type yes:")) return {};
  return failure(Exit::Denied, "it is not trusted; nothing was kept and no token was sent");
}

CliResult<PinnedCertificate> trusted_ca(const std::string& address, const Arguments& arguments) {
  if (arguments.has("ca-file") && arguments.has("ca-digest")) {
    return failure(Exit::Usage, "--ca-file and --ca-digest say the same; give one of them");
  }
  if (arguments.has("ca-file")) return ca_from_file(arguments.value("ca-file"));
  const auto pin = arguments.value("ca-digest");
  if (arguments.has("ca-digest")) {  // before anybody is asked
    if (auto good = digest_from(pin); !good) return tl::unexpected(good.error());
  }
  auto ca = ca_from_network(address);
  if (!ca) return ca;
  const auto trusted =
      arguments.has("ca-digest") ? check_pin(address, *ca, pin) : confirm(address, *ca);
  if (!trusted) return tl::unexpected(trusted.error());
  return ca;
}

/// From the terminal, unseen, or from standard input: never from the command line.
CliResult<std::string> read_token() {
  if (can_ask()) {
    return ask_secret("token").and_then(
        [](const std::string& line) { return token_in(line, "what was typed"); });
  }
  std::string text(kMaxTokenBytes + 2, '\0');
  std::cin.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(std::cin.gcount()));
  return token_in(text, "standard input");
}

/// The controller's word that the token is good.
CliResult<client::FleetStatus> check_token(const FleetAccess& access) {
  auto api = client::ApiClient::open(access);
  if (!api) return tl::unexpected(api.error());
  auto status = client::get_status(*api);
  if (!status) {
    Failure why = status.error();
    why.message += "; nothing was kept";
    return tl::unexpected(std::move(why));
  }
  return std::move(*status);
}

void print_login(const std::string& name, const client::FleetStatus& status) {
  std::cerr << "logged in to the fleet " << status.fleet << " of " << status.nodes.total
            << " nodes; its context is " << name << ", which is in use now\n";
}

/// Everything is checked before the context is written, which is one step.
CliResult<Exit> log_in_to(const Contexts& contexts, const std::string& address,
                          const std::string& name, const Arguments& arguments) {
  const auto ca = trusted_ca(address, arguments);
  if (!ca) return tl::unexpected(ca.error());
  const auto token = read_token();
  if (!token) return tl::unexpected(token.error());
  const auto ca_file = contexts.keep_ca(*ca);  // it is public
  if (!ca_file) return tl::unexpected(ca_file.error());
  const FleetAccess access{address, ca_file->string(), *token};
  const auto status = check_token(access);
  if (!status) return tl::unexpected(status.error());
  const auto kept = contexts.write(name, access).and_then([&] { return contexts.use(name); });
  if (!kept) return tl::unexpected(kept.error());
  if (!arguments.has("json")) {
    print_login(name, *status);
    return Exit::Ok;
  }
  std::cout << json{{"context", name},
                    {"controller", address},
                    {"fleet", status->fleet},
                    {"ca_digest", shown(ca->digest)}}
                   .dump(2)
            << "\n";
  return Exit::Ok;
}

CliResult<Exit> log_in(const Arguments& arguments) {
  if (auto right = expect_words(arguments, 1, "the address of one controller"); !right) {
    return tl::unexpected(right.error());
  }
  const auto address = address_from(arguments.words[0]);
  if (auto good = check_address(address, "the controller's address"); !good) {
    return tl::unexpected(good.error());
  }
  const auto name = arguments.value("name", name_from(address));
  if (auto good = check_context_name(name); !good) return tl::unexpected(good.error());
  const auto contexts = Contexts::of_user();
  if (!contexts) return tl::unexpected(contexts.error());
  return log_in_to(*contexts, address, name, arguments);
}

}  // namespace

std::vector<Command> login_commands() {
  return {
      {.words = "login",
       .takes = "URL",
       .summary = "keep a fleet's address and your token, and use it from now on",
       .about =
           "The token is read from the terminal, without being shown, or from standard input, "
           "and checked against the controller before anything is kept.\n\nThe fleet's CA "
           "certificate is read from --ca-file, or fetched and compared with --ca-digest. Given "
           "neither, its digest is shown and has to be confirmed by typing; where nobody can "
           "type, it is refused.\n\nA host name alone stands for https://HOST:8420.",
       .examples =
           {{"muster login https://fleet.example.com:8420 --ca-file ca.crt --name prod < token"},
            {"muster login https://fleet.example.com:8420 --name staging --ca-digest "
             "sha256:5c7a0f0e2e64f1f0f53a2a1d20d1a17a86f2b1a6c9f0d98a1b1e8c7d6f5a4b3c < token"}},
       .options = {{"ca-file", "FILE", "the fleet's CA certificate"},
                   {"ca-digest", "sha256:DIGEST", "the SHA-256 of that certificate"},
                   {"name", "CONTEXT", "what to call the context (default: the host)"},
                   json_option()},
       .run_here = log_in}};
}

}  // namespace muster::cli
