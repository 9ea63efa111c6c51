#include "net/tls_objects.hpp"

#include <array>
#include <utility>

namespace muster::tls {
namespace {

gnutls_datum_t as_datum(const std::string& text) {
  // The library takes its inputs without const and does not write to them.
  auto* bytes = reinterpret_cast<unsigned char*>(const_cast<char*>(text.data()));
  return {bytes, static_cast<unsigned>(text.size())};
}

/// Text that the library allocated, copied and freed.
std::string take(gnutls_datum_t datum) {
  std::string text(reinterpret_cast<const char*>(datum.data), datum.size);
  ::gnutls_memset(datum.data, 0, datum.size);  // it may be a key
  ::gnutls_free(datum.data);
  return text;
}

using KeyId = std::array<unsigned char, 32>;

}  // namespace

Status check(int result, const char* what, ErrorCode code) {
  if (result >= 0) return {};
  return fail(code, std::string("cannot ") + what + ": " + ::gnutls_strerror(result));
}

Certificate::Certificate() { ::gnutls_x509_crt_init(&handle_); }
Certificate::~Certificate() {
  if (handle_ != nullptr) ::gnutls_x509_crt_deinit(handle_);
}
Certificate::Certificate(Certificate&& other) noexcept
    : handle_(std::exchange(other.handle_, nullptr)) {}

Result<Certificate> Certificate::from_pem(const std::string& pem) {
  Certificate certificate;
  const gnutls_datum_t datum = as_datum(pem);
  auto read = check(::gnutls_x509_crt_import(certificate.get(), &datum, GNUTLS_X509_FMT_PEM),
                    "read the certificate", ErrorCode::Corrupt);
  if (!read) return tl::unexpected(read.error());
  return certificate;
}

std::string Certificate::to_pem() const {
  gnutls_datum_t out{};
  return ::gnutls_x509_crt_export2(handle_, GNUTLS_X509_FMT_PEM, &out) == 0 ? take(out)
                                                                            : std::string();
}

UnixTime Certificate::expires() const {
  return std::chrono::system_clock::from_time_t(::gnutls_x509_crt_get_expiration_time(handle_));
}

std::string Certificate::to_der() const {
  gnutls_datum_t out{};
  return ::gnutls_x509_crt_export2(handle_, GNUTLS_X509_FMT_DER, &out) == 0 ? take(out)
                                                                            : std::string();
}

PrivateKey::PrivateKey() { ::gnutls_x509_privkey_init(&handle_); }
PrivateKey::~PrivateKey() {
  if (handle_ != nullptr) ::gnutls_x509_privkey_deinit(handle_);
}
PrivateKey::PrivateKey(PrivateKey&& other) noexcept
    : handle_(std::exchange(other.handle_, nullptr)) {}

Result<PrivateKey> PrivateKey::generate() {
  PrivateKey key;
  const unsigned p256 = GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1);
  auto made =
      check(::gnutls_x509_privkey_generate(key.get(), GNUTLS_PK_ECDSA, p256, 0), "make a TLS key");
  if (!made) return tl::unexpected(made.error());
  return key;
}

Result<PrivateKey> PrivateKey::from_pem(const std::string& pem) {
  PrivateKey key;
  const gnutls_datum_t datum = as_datum(pem);
  auto read = check(::gnutls_x509_privkey_import(key.get(), &datum, GNUTLS_X509_FMT_PEM),
                    "read the TLS key", ErrorCode::Corrupt);
  if (!read) return tl::unexpected(read.error());
  return key;
}

std::string PrivateKey::to_pem() const {
  gnutls_datum_t out{};
  return ::gnutls_x509_privkey_export2(handle_, GNUTLS_X509_FMT_PEM, &out) == 0 ? take(out)
                                                                                : std::string();
}

bool belong_together(const Certificate& certificate, const PrivateKey& key) {
  KeyId of_certificate{};
  KeyId of_key{};
  std::size_t certificate_size = of_certificate.size();
  std::size_t key_size = of_key.size();
  return ::gnutls_x509_crt_get_key_id(certificate.get(), GNUTLS_KEYID_USE_SHA256,
                                      of_certificate.data(), &certificate_size) == 0 &&
         ::gnutls_x509_privkey_get_key_id(key.get(), GNUTLS_KEYID_USE_SHA256, of_key.data(),
                                          &key_size) == 0 &&
         of_certificate == of_key;
}

}  // namespace muster::tls
