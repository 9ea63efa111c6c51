/// The fleets that an operator knows by name, and which of them a command talks to.
///
/// A context is the file contexts/NAME.json in the folder `muster` of $XDG_CONFIG_HOME, of mode
/// 0600 because the token is in it: {"controller": "https://…", "ca_file": "…", "token": "…"}. It
/// is replaced as a whole or not at all. `current` in that folder names the one in use, and ca/
/// holds the certificates, each under its digest, so that none is ever changed. Values and files:
/// every function blocks, one thread at a time.
#pragma once

#include <client/api_client.hpp>
#include <filesystem>
#include <muster/core/crypto/pinned_certificate.hpp>
#include <string>
#include <vector>

#include "failure.hpp"

namespace muster::cli {

using client::FleetAccess;

class Contexts {
 public:
  /// Those of whoever runs this. Errors: Usage without a home directory.
  [[nodiscard]] static CliResult<Contexts> of_user();
  explicit Contexts(std::filesystem::path folder) : folder_(std::move(folder)) {}

  [[nodiscard]] std::vector<std::string> names() const;  ///< sorted
  [[nodiscard]] std::string current() const;             ///< "" when none is in use
  /// Errors: Usage for a name that is none, MatchedNothing when there is no such context.
  [[nodiscard]] CliResult<void> use(const std::string& name) const;
  /// Errors: the same, and Usage for a file that is open to others or is wrong, with the place.
  [[nodiscard]] CliResult<FleetAccess> read(const std::string& name) const;
  /// Makes it or replaces it. Errors: Usage for a wrong name; SomeFailed when it cannot be written.
  [[nodiscard]] CliResult<void> write(const std::string& name, const FleetAccess& access) const;
  /// Also takes it out of use.
  [[nodiscard]] CliResult<void> remove(const std::string& name) const;
  /// Keeps a certificate; gives the file.
  [[nodiscard]] CliResult<std::filesystem::path> keep_ca(const crypto::PinnedCertificate& ca) const;

 private:
  [[nodiscard]] std::filesystem::path file_of(const std::string& name) const;
  [[nodiscard]] CliResult<void> check_exists(const std::string& name) const;
  std::filesystem::path folder_;
};

/// What a context may be called. Errors: Usage.
[[nodiscard]] CliResult<void> check_context_name(const std::string& name);
/// Errors: Usage for what is no https:// address or has a port that cannot be, in the name of
/// `where`.
[[nodiscard]] CliResult<void> check_address(const std::string& address, const std::string& where);

/// The fleet that a command talks to: the context `named` (--context) if there is one; else what
/// MUSTER_CONTROLLER, MUSTER_CA_FILE and MUSTER_TOKEN_FILE say; else the context of MUSTER_CONTEXT,
/// or the one in use. Errors: Usage when nothing says which; Denied when there is no token; those
/// of Contexts::read.
[[nodiscard]] CliResult<FleetAccess> chosen_fleet(const std::string& named);
/// A client of that, which has connected to nobody yet. Errors: also those of ApiClient::open.
[[nodiscard]] CliResult<client::ApiClient> open_fleet(const std::string& named);

/// "" when it is not set.
[[nodiscard]] std::string from_environment(const char* variable);

}  // namespace muster::cli
