/// The fleet's own certificate authority, and the server certificate that it signs.
///
/// ECDSA P-256 throughout. Used once at start and by whoever makes certificates; values only, no
/// state. Keys are PEM text: whoever holds a KeyAndCertificate guards it. Functions that touch
/// files block.
#pragma once

#include <filesystem>
#include <muster/core/base/clock.hpp>
#include <muster/core/base/error.hpp>
#include <string>
#include <vector>

namespace muster::tls {

struct KeyAndCertificate {
  std::string certificate_pem;
  std::string key_pem;
};

/// A self-signed authority, valid for ten years from `now`.
[[nodiscard]] Result<KeyAndCertificate> make_authority(const std::string& common_name,
                                                       UnixTime now);

/// A server certificate signed by `authority`, valid for one year from `now`. `names` are DNS names
/// and IP addresses in text; at least one. Errors: InvalidArgument for a name that is neither.
[[nodiscard]] Result<KeyAndCertificate> make_server_certificate(
    const KeyAndCertificate& authority, const std::vector<std::string>& names, UnixTime now);

/// Lower-case hex SHA-256 of the certificate's DER form, which is what a client pins. Errors:
/// Corrupt.
[[nodiscard]] Result<std::string> certificate_sha256(const std::string& certificate_pem);

/// The last moment of its validity. Errors: Corrupt.
[[nodiscard]] Result<UnixTime> certificate_expires(const std::string& certificate_pem);

struct ServerIdentity {
  std::string authority_pem;     ///< the CA's certificate, to hand out
  std::string authority_sha256;  ///< of its DER
  KeyAndCertificate server;
  UnixTime authority_expires{};
  UnixTime server_expires{};
};

/// Loads `ca.crt`, `ca.key`, `server.crt` and `server.key` from `directory` and makes what is
/// missing; keys get mode 0600. The server's certificate is issued anew when less than 30 days of
/// it are left, when it lacks one of `names`, or when another authority signed it. An authority is
/// never replaced: half of one is an error, because a new one would lock every node out. Errors:
/// Corrupt, PermissionDenied.
[[nodiscard]] Result<ServerIdentity> load_or_create_identity(const std::filesystem::path& directory,
                                                             const std::vector<std::string>& names,
                                                             UnixTime now);

}  // namespace muster::tls
