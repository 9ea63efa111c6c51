/// Owners for GnuTLS's objects, and its numbers as errors.
#pragma once

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include <muster/core/base/clock.hpp>
#include <muster/core/base/error.hpp>
#include <string>

namespace muster::tls {

class Certificate {
 public:
  Certificate();
  ~Certificate();
  Certificate(Certificate&& other) noexcept;
  Certificate(const Certificate&) = delete;
  Certificate& operator=(const Certificate&) = delete;
  [[nodiscard]] static Result<Certificate> from_pem(const std::string& pem);
  [[nodiscard]] gnutls_x509_crt_t get() const { return handle_; }
  [[nodiscard]] std::string to_pem() const;
  [[nodiscard]] std::string to_der() const;
  [[nodiscard]] UnixTime expires() const;

 private:
  gnutls_x509_crt_t handle_ = nullptr;
};

class PrivateKey {
 public:
  PrivateKey();
  ~PrivateKey();
  PrivateKey(PrivateKey&& other) noexcept;
  PrivateKey(const PrivateKey&) = delete;
  PrivateKey& operator=(const PrivateKey&) = delete;
  [[nodiscard]] static Result<PrivateKey> generate();
  [[nodiscard]] static Result<PrivateKey> from_pem(const std::string& pem);
  [[nodiscard]] gnutls_x509_privkey_t get() const { return handle_; }
  [[nodiscard]] std::string to_pem() const;

 private:
  gnutls_x509_privkey_t handle_ = nullptr;
};

/// "cannot <what>: <the library's words>" unless `result` is a success.
[[nodiscard]] Status check(int result, const char* what, ErrorCode code = ErrorCode::Internal);

/// True when `key` is the private half of `certificate`.
[[nodiscard]] bool belong_together(const Certificate& certificate, const PrivateKey& key);

}  // namespace muster::tls
