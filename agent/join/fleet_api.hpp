/// The two public routes of the controller's API that joining needs. One owner; blocks.
#pragma once

#include <array>
#include <filesystem>
#include <muster/core/base/error.hpp>
#include <muster/core/crypto/pinned_certificate.hpp>
#include <string>

namespace muster::agent {

/// Fetched without trusting anyone: compare the digest before using it.
[[nodiscard]] Result<crypto::PinnedCertificate> fetch_ca(const std::string& base_url);

/// What the enrolment answer holds, as text that is not checked yet.
struct EnrolAnswer {
  std::string node;
  std::string gateway_address;
  std::array<std::uint8_t, 32> gateway_key{};
  std::array<std::uint8_t, 32> session_key{};
  std::array<std::uint8_t, 32> signing_key{};
};

/// POSTs `body` (JSON) to /v1/enroll, trusting `ca_file` alone.
[[nodiscard]] Result<EnrolAnswer> enrol(const std::string& base_url,
                                        const std::filesystem::path& ca_file,
                                        const std::string& body);

}  // namespace muster::agent
