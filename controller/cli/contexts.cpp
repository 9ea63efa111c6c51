#include "contexts.hpp"

#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <muster/core/base/files.hpp>
#include <muster/core/config/json.hpp>
#include <nlohmann/json.hpp>
#include <optional>

#include "terminal.hpp"
#include "token_file.hpp"

namespace muster::cli {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

constexpr std::size_t kMaxContextBytes = std::size_t{64} << 10U;
constexpr std::size_t kMaxNameBytes = 64;

Failure as_failure(const Error& error) { return {Exit::SomeFailed, error.message}; }

/// None is good too.
bool has_good_port(std::string_view host_and_port) {
  const auto six = host_and_port.rfind(']');  // the colons before it are the host's
  const auto colon = host_and_port.rfind(':');
  if (colon == std::string_view::npos) return true;
  if (six != std::string_view::npos && colon < six) return true;
  const auto digits = host_and_port.substr(colon + 1);
  std::uint16_t port = 0;
  const auto* end = digits.data() + digits.size();
  const auto [stopped, error] = std::from_chars(digits.data(), end, port);
  return error == std::errc{} && stopped == end && port != 0;
}

/// One member that is text. Errors: Usage, naming it.
CliResult<std::string> text_member(const json& context, const std::string& member,
                                   const std::string& file) {
  const auto found = context.find(member);
  if (found == context.end()) return std::string();
  if (!found->is_string()) {
    return failure(Exit::Usage, file + ": \"" + member + "\" is no text");
  }
  return found->get<std::string>();
}

CliResult<FleetAccess> parse_context(const std::string& text, const std::string& file) {
  const auto context = config::parse_json(text);
  if (!context) return failure(Exit::Usage, file + " is " + context.error().message);
  if (!context->is_object()) return failure(Exit::Usage, file + " holds no JSON object");
  FleetAccess access;
  for (const auto& [member, value] :
       {std::pair{"controller", &FleetAccess::controller},
        std::pair{"ca_file", &FleetAccess::ca_file}, std::pair{"token", &FleetAccess::token}}) {
    auto member_text = text_member(*context, member, file);
    if (!member_text) return tl::unexpected(member_text.error());
    access.*value = std::move(*member_text);
  }
  if (auto good = check_address(access.controller, file + ": \"controller\""); !good) {
    return tl::unexpected(good.error());
  }
  if (access.token.empty()) return access;
  return token_in(access.token, file + ": \"token\"").map([&](const std::string& token) {
    access.token = token;
    return access;
  });
}

CliResult<FleetAccess> of_environment(const std::string& controller) {
  if (auto good = check_address(controller, "MUSTER_CONTROLLER"); !good) {
    return tl::unexpected(good.error());
  }
  const auto token_file = from_environment("MUSTER_TOKEN_FILE");
  if (token_file.empty()) {
    return failure(Exit::Usage,
                   "MUSTER_TOKEN_FILE is not set; it names the file with your token for "
                   "MUSTER_CONTROLLER");
  }
  const auto text = read_private_file(token_file, kMaxTokenBytes);
  if (!text) return failure(Exit::Usage, "MUSTER_TOKEN_FILE: " + text.error().message);
  auto token = token_in(*text, "MUSTER_TOKEN_FILE: " + token_file);
  if (!token) return tl::unexpected(token.error());
  const auto ca_file = from_environment("MUSTER_CA_FILE");
  if (!ca_file.empty() && ::access(ca_file.c_str(), R_OK) != 0) {
    return failure(Exit::Usage,
                   "MUSTER_CA_FILE: " + fail_errno("read " + ca_file, errno).value().message);
  }
  return FleetAccess{controller, ca_file, std::move(*token)};
}

CliResult<FleetAccess> of_context(const Contexts& contexts, const std::string& name) {
  auto access = contexts.read(name);
  if (!access || !access->token.empty()) return access;
  return failure(Exit::Denied, "you are logged out of the context " + name + "; muster login " +
                                   access->controller + " --name " + name);
}

}  // namespace

std::string from_environment(const char* variable) {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): read before any thread starts
  const char* value = std::getenv(variable);
  return value == nullptr ? std::string() : std::string(value);
}

CliResult<void> check_context_name(const std::string& name) {
  const auto good = [](char letter) {
    return std::isalnum(static_cast<unsigned char>(letter)) != 0 ||
           std::string_view("-_.").find(letter) != std::string_view::npos;
  };
  if (!name.empty() && name.size() <= kMaxNameBytes && name.front() != '.' && name.front() != '-' &&
      std::all_of(name.begin(), name.end(), good)) {
    return {};
  }
  return failure(Exit::Usage,
                 "a context's name is up to 64 letters, digits, - _ and ., and begins "
                 "with a letter or digit; '" +
                     printable(name) + "' is none");
}

CliResult<void> check_address(const std::string& address, const std::string& where) {
  // The token goes with each request, so only to who proves to be the controller.
  constexpr std::string_view kScheme = "https://";
  const auto refuse = [&](const char* why) {
    return failure(Exit::Usage, where + " is \"" + printable(address) + "\", " + why +
                                    "; nothing was sent to it");
  };
  if (!address.starts_with(kScheme)) return refuse("which is no https:// address");
  const auto rest = std::string_view(address).substr(kScheme.size());
  const auto host_and_port = rest.substr(0, rest.find_first_of("/?#"));
  if (host_and_port.empty()) return refuse("which is no https:// address");
  if (!has_good_port(host_and_port)) return refuse("whose port is no number from 1 to 65535");
  return {};
}

CliResult<Contexts> Contexts::of_user() {
  auto home = from_environment("XDG_CONFIG_HOME");
  // The specification has relative paths ignored.
  if (!home.starts_with('/')) {
    home = from_environment("HOME");
    if (!home.starts_with('/')) {
      return failure(Exit::Usage, "neither HOME nor XDG_CONFIG_HOME says where contexts are kept");
    }
    home += "/.config";
  }
  return Contexts(fs::path(home) / "muster");
}

fs::path Contexts::file_of(const std::string& name) const {
  return folder_ / "contexts" / (name + ".json");
}

std::vector<std::string> Contexts::names() const {
  std::vector<std::string> names;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(folder_ / "contexts", none)) {
    const auto name = entry.path().stem().string();
    if (entry.path().extension() == ".json" && check_context_name(name)) names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string Contexts::current() const {
  auto text = read_file(folder_ / "current", kMaxNameBytes + 1).value_or("");
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return check_context_name(text) ? text : "";
}

CliResult<void> Contexts::check_exists(const std::string& name) const {
  if (auto good = check_context_name(name); !good) return good;
  std::error_code none;
  if (fs::exists(file_of(name), none)) return {};
  return failure(Exit::MatchedNothing,
                 "there is no context '" + name + "'\n`muster context ls` lists them");
}

CliResult<void> Contexts::use(const std::string& name) const {
  if (auto exists = check_exists(name); !exists) return exists;
  return write_file_atomic(folder_ / "current", as_bytes(name + "\n")).map_error(as_failure);
}

CliResult<FleetAccess> Contexts::read(const std::string& name) const {
  if (auto exists = check_exists(name); !exists) return tl::unexpected(exists.error());
  const auto file = file_of(name).string();
  const auto text = read_private_file(file, kMaxContextBytes);
  if (!text) return tl::unexpected(text.error());
  return parse_context(*text, file);
}

CliResult<void> Contexts::write(const std::string& name, const FleetAccess& access) const {
  if (auto good = check_context_name(name); !good) return good;
  json context{{"controller", access.controller}};
  if (!access.ca_file.empty()) context["ca_file"] = access.ca_file;
  if (!access.token.empty()) context["token"] = access.token;
  return make_directories(folder_ / "contexts")
      .and_then([&] { return write_file_atomic(file_of(name), as_bytes(context.dump(2) + "\n")); })
      .map_error(as_failure);
}

CliResult<void> Contexts::remove(const std::string& name) const {
  if (auto exists = check_exists(name); !exists) return exists;
  if (::unlink(file_of(name).c_str()) != 0) {
    return tl::unexpected(
        as_failure(fail_errno("remove " + file_of(name).string(), errno).value()));
  }
  if (current() == name) ::unlink((folder_ / "current").c_str());
  return {};
}

CliResult<fs::path> Contexts::keep_ca(const crypto::PinnedCertificate& ca) const {
  constexpr mode_t kReadable = 0644;
  const auto file = folder_ / "ca" / (to_hex(ca.digest) + ".crt");
  return make_directories(folder_ / "ca")
      .and_then([&] { return write_file_atomic(file, as_bytes(ca.pem), kReadable); })
      .map([&] { return file; })
      .map_error(as_failure);
}

CliResult<FleetAccess> chosen_fleet(const std::string& named) {
  const auto controller = from_environment("MUSTER_CONTROLLER");
  if (named.empty() && !controller.empty()) return of_environment(controller);
  const auto contexts = Contexts::of_user();
  auto name = named.empty() ? from_environment("MUSTER_CONTEXT") : named;
  if (name.empty() && contexts) name = contexts->current();
  if (name.empty()) {
    return failure(Exit::Usage,
                   "no fleet is chosen: log in with `muster login URL`, choose one with `muster "
                   "context use NAME`, or set MUSTER_CONTROLLER (a quickstart writes the lines to "
                   "source into DIR/env)");
  }
  if (!contexts) return tl::unexpected(contexts.error());
  return of_context(*contexts, name);
}

CliResult<client::ApiClient> open_fleet(const std::string& named) {
  const auto access = chosen_fleet(named);
  if (!access) return tl::unexpected(access.error());
  auto api = client::ApiClient::open(*access);
  if (!api) return tl::unexpected(api.error());
  return std::move(*api);
}

}  // namespace muster::cli
