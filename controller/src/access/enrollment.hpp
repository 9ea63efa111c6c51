/// Enrolment tokens: the one line that lets nodes join. What a node does with it: Fleet::enroll.
///
/// One per process, built in app.cpp; everything is [loop].
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <muster/core/base/clock.hpp>
#include <string>
#include <utility>

#include "store/store.hpp"

namespace muster::controller {

inline constexpr std::uint32_t kMaxEnrollmentUses = 100'000;
inline constexpr std::chrono::hours kMaxEnrollmentLife{24 * 365};

/// Wrong secrets that one address may try within kWrongSecretWindow before it has to wait.
inline constexpr int kMaxWrongSecrets = 10;
inline constexpr std::chrono::minutes kWrongSecretWindow{1};
inline constexpr std::size_t kMaxWrongAddresses = 10'000;  ///< remembered at once

struct EnrollmentRequest {
  std::uint32_t uses = 1;
  std::chrono::milliseconds expires = std::chrono::hours(1);  ///< from now
  Labels labels;
  std::string created_by;
};

struct NewEnrollmentToken {
  EnrollmentToken record;
  std::string line;  ///< whoever has it may join: shown once, never logged, never stored
};

class Enrollment {
 public:
  /// `ca` is the SHA-256 of the fleet CA's DER.
  Enrollment(Store& store, const Clock& clock, Digest ca);
  /// Where nodes find the API, "HOST:PORT"; known once it listens, before the first create().
  void set_api_address(std::string address) { api_address_ = std::move(address); }

  /// Errors: InvalidArgument with the field ("/uses", "/expires", "/labels/…").
  void create(EnrollmentRequest request, Done<NewEnrollmentToken> done);
  [[nodiscard]] Result<std::vector<EnrollmentToken>> list() const;
  /// Errors: NotFound.
  void revoke(EnrollmentTokenId token, Done<void> done);

  /// Whether `address` may try a secret now. Errors: ResourceExhausted, with the time to wait,
  /// after too many wrong ones.
  [[nodiscard]] Status may_try(const std::string& address) const;
  void note_wrong_secret(const std::string& address);

 private:
  struct Wrong {
    MonoTime since{};
    int count = 0;
  };

  Store& store_;
  const Clock& clock_;
  std::string api_address_;
  Digest ca_;
  std::map<std::string, Wrong> wrong_;  // by address
};

}  // namespace muster::controller
