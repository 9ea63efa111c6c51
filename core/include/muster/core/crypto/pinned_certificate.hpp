/// A certificate that nobody vouches for yet, and the digest by which it is compared. [any]
#pragma once

#include <muster/core/base/error.hpp>
#include <muster/core/crypto/digest.hpp>
#include <string>
#include <string_view>

namespace muster::crypto {

struct PinnedCertificate {
  std::string pem;  ///< made anew from the bytes of the digest: nothing else is in it
  Digest digest{};  ///< SHA-256 of its DER form
};

/// Reads the answer of GET /v1/ca, for example. Errors: Corrupt for anything but one PEM
/// certificate, with white space around it: a second one would be trusted without having been
/// compared.
[[nodiscard]] Result<PinnedCertificate> read_certificate(std::string_view pem);

}  // namespace muster::crypto
