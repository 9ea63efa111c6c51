/// The two public routes of the controller's API that joining needs. One owner; blocks.
#pragma once

#include <array>
#include <filesystem>
#include <muster/core/base/error.hpp>
#include <muster/core/crypto/digest.hpp>
#include <string>
#include <string_view>

namespace muster::agent {

/// The fleet CA, and the digest by which a token knows it.
struct FleetCa {
  std::string pem;          ///< made anew from the bytes of the digest: nothing else is in it
  crypto::Digest digest{};  ///< of its DER form
};

/// Fetched without trusting anyone: compare the digest before using it.
[[nodiscard]] Result<FleetCa> fetch_ca(const std::string& base_url);

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

/// Reads the answer of GET /v1/ca, which nobody vouches for. Errors: Corrupt for anything but one
/// PEM certificate, with white space around it.
[[nodiscard]] Result<FleetCa> read_ca(std::string_view pem);

}  // namespace muster::agent
