/// How many requests each token may make, so that one client's loop does not take the controller
/// from the others.
///
/// One per process; [loop], but for refused(), which is [any].
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <muster/core/base/clock.hpp>
#include <muster/core/base/error.hpp>
#include <muster/core/base/rate_limit.hpp>

#include "store/records.hpp"

namespace muster::controller::api {

class RequestLimit {
 public:
  /// Two seconds' worth may come at once.
  RequestLimit(const Clock& clock, unsigned per_second) : clock_(clock), per_second_(per_second) {}

  /// One more request of `token`. Errors: ResourceExhausted, with the time to wait.
  [[nodiscard]] Status take(ApiTokenId token);
  [[nodiscard]] std::uint64_t refused() const { return refused_; }

 private:
  const Clock& clock_;
  const unsigned per_second_;
  std::map<ApiTokenId, RateLimit> tokens_;
  std::atomic<std::uint64_t> refused_{0};
};

}  // namespace muster::controller::api
