#include <sys/stat.h>

#include <muster/core/base/files.hpp>
#include <muster/core/net/tls_authority.hpp>
#include <optional>

#include "net/tls_objects.hpp"

namespace muster::tls {
namespace {

constexpr std::chrono::hours kReissueBefore{24 * 30};

/// The file's text; nothing when there is no such file.
Result<std::optional<std::string>> read_if_there(const std::filesystem::path& file) {
  auto text = read_file(file, std::size_t{1} << 20U);
  if (text) return std::optional(std::move(*text));
  if (text.error().code == ErrorCode::NotFound) return std::optional<std::string>();
  return tl::unexpected(text.error());
}

Status check_private(const std::filesystem::path& file) {
  struct stat info {};
  if (::stat(file.c_str(), &info) != 0 || (info.st_mode & 077U) == 0) return {};
  return fail(
      ErrorCode::PermissionDenied,
      "the key " + file.string() + " may be used by others than its owner; set its mode to 0600");
}

Status write_pair(const std::filesystem::path& base, const KeyAndCertificate& pair) {
  return write_file_atomic(base.string() + ".key", as_bytes(pair.key_pem), 0600).and_then([&] {
    return write_file_atomic(base.string() + ".crt", as_bytes(pair.certificate_pem), 0644);
  });
}

/// The pair BASE.crt and BASE.key; nothing unless both are there.
Result<std::optional<KeyAndCertificate>> read_pair(const std::filesystem::path& base) {
  const std::filesystem::path key_file = base.string() + ".key";
  if (auto safe = check_private(key_file); !safe) return tl::unexpected(safe.error());
  auto certificate = read_if_there(base.string() + ".crt");
  if (!certificate) return tl::unexpected(certificate.error());
  auto key = read_if_there(key_file);
  if (!key) return tl::unexpected(key.error());
  if (!*certificate || !*key) return std::optional<KeyAndCertificate>();
  return std::optional(KeyAndCertificate{std::move(**certificate), std::move(**key)});
}

bool pair_is_whole(const KeyAndCertificate& pair) {
  const auto certificate = Certificate::from_pem(pair.certificate_pem);
  const auto key = PrivateKey::from_pem(pair.key_pem);
  return certificate && key && belong_together(*certificate, *key);
}

Result<KeyAndCertificate> load_or_create_authority(const std::filesystem::path& base,
                                                   UnixTime now) {
  auto pair = read_pair(base);
  if (!pair) return tl::unexpected(pair.error());
  if (*pair && pair_is_whole(**pair)) return std::move(**pair);
  std::error_code ignored;
  const bool half = std::filesystem::exists(base.string() + ".crt", ignored) ||
                    std::filesystem::exists(base.string() + ".key", ignored);
  if (half) {
    return fail(ErrorCode::Corrupt,
                base.string() +
                    ".crt and .key are not a certificate and its key; restore both from a "
                    "backup, because nodes trust only this authority, or remove both if no "
                    "node has joined yet");
  }
  auto made = make_authority("Muster fleet authority", now);
  if (!made) return made;
  if (auto written = write_pair(base, *made); !written) return tl::unexpected(written.error());
  return made;
}

bool signed_by(const Certificate& certificate, const Certificate& authority) {
  gnutls_x509_crt_t issuer = authority.get();
  unsigned problems = 0;
  // Times are judged apart, by the caller's clock.
  const unsigned flags = GNUTLS_VERIFY_DISABLE_TIME_CHECKS;
  return ::gnutls_x509_crt_verify(certificate.get(), &issuer, 1, flags, &problems) == 0 &&
         problems == 0;
}

bool still_good(const KeyAndCertificate& server, const KeyAndCertificate& authority,
                const std::vector<std::string>& names, UnixTime now) {
  const auto certificate = Certificate::from_pem(server.certificate_pem);
  const auto issuer = Certificate::from_pem(authority.certificate_pem);
  if (!certificate || !issuer || !pair_is_whole(server) || !signed_by(*certificate, *issuer))
    return false;
  if (certificate->expires() < now + kReissueBefore) return false;
  for (const auto& name : names) {
    if (::gnutls_x509_crt_check_hostname(certificate->get(), name.c_str()) == 0) return false;
  }
  return true;
}

Result<KeyAndCertificate> load_or_issue_server(const std::filesystem::path& base,
                                               const KeyAndCertificate& authority,
                                               const std::vector<std::string>& names,
                                               UnixTime now) {
  auto pair = read_pair(base);
  if (!pair) return tl::unexpected(pair.error());
  if (*pair && still_good(**pair, authority, names, now)) return std::move(**pair);
  auto made = make_server_certificate(authority, names, now);
  if (!made) return made;
  if (auto written = write_pair(base, *made); !written) return tl::unexpected(written.error());
  return made;
}

}  // namespace

Result<ServerIdentity> load_or_create_identity(const std::filesystem::path& directory,
                                               const std::vector<std::string>& names,
                                               UnixTime now) {
  if (auto made = make_directories(directory); !made) return tl::unexpected(made.error());
  auto authority = load_or_create_authority(directory / "ca", now);
  if (!authority) return tl::unexpected(authority.error());
  auto server = load_or_issue_server(directory / "server", *authority, names, now);
  if (!server) return tl::unexpected(server.error());
  auto digest = certificate_sha256(authority->certificate_pem);
  if (!digest) return tl::unexpected(digest.error());
  const auto authority_expires = certificate_expires(authority->certificate_pem);
  if (!authority_expires) return tl::unexpected(authority_expires.error());
  const auto server_expires = certificate_expires(server->certificate_pem);
  if (!server_expires) return tl::unexpected(server_expires.error());
  return ServerIdentity{std::move(authority->certificate_pem), std::move(*digest),
                        std::move(*server), *authority_expires, *server_expires};
}

}  // namespace muster::tls
