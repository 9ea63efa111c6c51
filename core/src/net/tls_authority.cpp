#include <arpa/inet.h>

#include <array>
#include <muster/core/base/bytes.hpp>
#include <muster/core/net/tls_authority.hpp>

#include "net/tls_objects.hpp"

namespace muster::tls {
namespace {

using std::chrono::hours;
using Days = std::chrono::duration<std::int64_t, std::ratio<86400>>;

constexpr Days kAuthorityLife{3650};
constexpr Days kServerLife{365};
/// Clocks of freshly installed nodes are often a little behind.
constexpr hours kBackdate{1};

Status set_serial(const Certificate& certificate) {
  std::array<unsigned char, 16> serial{};
  if (auto drawn = check(::gnutls_rnd(GNUTLS_RND_NONCE, serial.data(), serial.size()),
                         "draw a serial number");
      !drawn) {
    return drawn;
  }
  serial[0] =
      static_cast<unsigned char>((serial[0] & 0x7FU) | 0x40U);  // positive, and of full length
  return check(::gnutls_x509_crt_set_serial(certificate.get(), serial.data(), serial.size()),
               "set the serial number");
}

Status set_basics(const Certificate& certificate, const PrivateKey& key,
                  const std::string& common_name, UnixTime now, Days life) {
  const std::time_t from = std::chrono::system_clock::to_time_t(
      std::chrono::time_point_cast<std::chrono::system_clock::duration>(now - kBackdate));
  const std::time_t until = std::chrono::system_clock::to_time_t(
      std::chrono::time_point_cast<std::chrono::system_clock::duration>(now + life));
  std::array<unsigned char, 20> id{};
  std::size_t id_size = id.size();
  gnutls_x509_crt_t crt = certificate.get();
  if (auto serial = set_serial(certificate); !serial) return serial;
  const bool done =
      ::gnutls_x509_crt_set_version(crt, 3) == 0 &&
      ::gnutls_x509_crt_set_key(crt, key.get()) == 0 &&
      ::gnutls_x509_crt_set_activation_time(crt, from) == 0 &&
      ::gnutls_x509_crt_set_expiration_time(crt, until) == 0 &&
      ::gnutls_x509_crt_set_dn_by_oid(crt, GNUTLS_OID_X520_COMMON_NAME, 0, common_name.data(),
                                      static_cast<unsigned>(common_name.size())) == 0 &&
      ::gnutls_x509_crt_get_key_id(crt, GNUTLS_KEYID_USE_SHA1, id.data(), &id_size) == 0 &&
      ::gnutls_x509_crt_set_subject_key_id(crt, id.data(), id_size) == 0;
  if (!done)
    return fail(ErrorCode::InvalidArgument, "cannot make a certificate for '" + common_name + "'");
  return {};
}

bool is_dns_name(const std::string& name) {
  constexpr std::string_view kAllowed =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.*_";
  return !name.empty() && name.size() <= 253 &&
         name.find_first_not_of(kAllowed) == std::string::npos;
}

Status add_name(const Certificate& certificate, const std::string& name) {
  std::array<unsigned char, 16> address{};
  unsigned size = 0;
  if (::inet_pton(AF_INET, name.c_str(), address.data()) == 1) size = 4;
  if (size == 0 && ::inet_pton(AF_INET6, name.c_str(), address.data()) == 1) size = 16;
  if (size != 0) {
    return check(::gnutls_x509_crt_set_subject_alt_name(certificate.get(), GNUTLS_SAN_IPADDRESS,
                                                        address.data(), size, GNUTLS_FSAN_APPEND),
                 "put an address into the certificate");
  }
  if (!is_dns_name(name)) {
    return fail(ErrorCode::InvalidArgument,
                "'" + name + "' is neither a DNS name nor an IP address");
  }
  return check(::gnutls_x509_crt_set_subject_alt_name(
                   certificate.get(), GNUTLS_SAN_DNSNAME, name.data(),
                   static_cast<unsigned>(name.size()), GNUTLS_FSAN_APPEND),
               "put a name into the certificate");
}

/// Who signed it: without this some clients find no way from the server to its authority.
Status set_authority_key_id(const Certificate& certificate, const Certificate& authority) {
  std::array<unsigned char, 64> id{};
  std::size_t size = id.size();
  if (auto got =
          check(::gnutls_x509_crt_get_subject_key_id(authority.get(), id.data(), &size, nullptr),
                "read the authority's key id", ErrorCode::Corrupt);
      !got) {
    return got;
  }
  return check(::gnutls_x509_crt_set_authority_key_id(certificate.get(), id.data(), size),
               "name the authority's key");
}

Status sign(const Certificate& certificate, const Certificate& authority,
            const PrivateKey& authority_key) {
  return check(::gnutls_x509_crt_sign2(certificate.get(), authority.get(), authority_key.get(),
                                       GNUTLS_DIG_SHA256, 0),
               "sign the certificate");
}

Status fill_server(const Certificate& certificate, const std::vector<std::string>& names,
                   const Certificate& authority) {
  for (const auto& name : names) {
    if (auto added = add_name(certificate, name); !added) return added;
  }
  gnutls_x509_crt_t crt = certificate.get();
  const bool done = ::gnutls_x509_crt_set_basic_constraints(crt, 0, -1) == 0 &&
                    ::gnutls_x509_crt_set_key_usage(crt, GNUTLS_KEY_DIGITAL_SIGNATURE) == 0 &&
                    ::gnutls_x509_crt_set_key_purpose_oid(crt, GNUTLS_KP_TLS_WWW_SERVER, 0) == 0;
  if (!done) return fail(ErrorCode::Internal, "cannot set what the server's certificate is for");
  return set_authority_key_id(certificate, authority);
}

}  // namespace

Result<KeyAndCertificate> make_authority(const std::string& common_name, UnixTime now) {
  const auto key = PrivateKey::generate();
  if (!key) return tl::unexpected(key.error());
  const Certificate certificate;
  if (auto set = set_basics(certificate, *key, common_name, now, kAuthorityLife); !set) {
    return tl::unexpected(set.error());
  }
  gnutls_x509_crt_t crt = certificate.get();
  // Path length 0: it signs servers, not other authorities.
  const bool done =
      ::gnutls_x509_crt_set_basic_constraints(crt, 1, 0) == 0 &&
      ::gnutls_x509_crt_set_key_usage(crt, GNUTLS_KEY_KEY_CERT_SIGN | GNUTLS_KEY_CRL_SIGN) == 0;
  if (!done) return fail(ErrorCode::Internal, "cannot set what the authority's certificate is for");
  if (auto signed_by = sign(certificate, certificate, *key); !signed_by)
    return tl::unexpected(signed_by.error());
  return KeyAndCertificate{certificate.to_pem(), key->to_pem()};
}

Result<KeyAndCertificate> make_server_certificate(const KeyAndCertificate& authority,
                                                  const std::vector<std::string>& names,
                                                  UnixTime now) {
  if (names.empty()) return fail(ErrorCode::InvalidArgument, "a server's certificate needs a name");
  const auto authority_certificate = Certificate::from_pem(authority.certificate_pem);
  if (!authority_certificate) return tl::unexpected(authority_certificate.error());
  const auto authority_key = PrivateKey::from_pem(authority.key_pem);
  if (!authority_key) return tl::unexpected(authority_key.error());
  const auto key = PrivateKey::generate();
  if (!key) return tl::unexpected(key.error());
  const Certificate certificate;
  // The name that clients check stands among the alternative names; this one has room for 64
  // characters.
  const auto done =
      set_basics(certificate, *key, names.front().substr(0, 64), now, kServerLife)
          .and_then([&] { return fill_server(certificate, names, *authority_certificate); })
          .and_then([&] { return sign(certificate, *authority_certificate, *authority_key); });
  if (!done) return tl::unexpected(done.error());
  return KeyAndCertificate{certificate.to_pem(), key->to_pem()};
}

Result<std::string> certificate_sha256(const std::string& certificate_pem) {
  const auto certificate = Certificate::from_pem(certificate_pem);
  if (!certificate) return tl::unexpected(certificate.error());
  const std::string der = certificate->to_der();
  std::array<std::uint8_t, 32> digest{};
  if (auto hashed =
          check(::gnutls_hash_fast(GNUTLS_DIG_SHA256, der.data(), der.size(), digest.data()),
                "hash the certificate");
      !hashed) {
    return tl::unexpected(hashed.error());
  }
  return to_hex(digest);
}

Result<UnixTime> certificate_expires(const std::string& certificate_pem) {
  const auto certificate = Certificate::from_pem(certificate_pem);
  if (!certificate) return tl::unexpected(certificate.error());
  return certificate->expires();
}

}  // namespace muster::tls
