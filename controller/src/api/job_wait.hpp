/// Answers a request once a job is done, or says so far and no further when the time is up.
#pragma once

#include <chrono>

#include "api/exchange.hpp"
#include "services.hpp"

namespace muster::controller::api {

inline constexpr std::chrono::seconds kMaxJobWait{60};

/// The query's `wait`; 0 without it. Errors: InvalidArgument above kMaxJobWait.
[[nodiscard]] Result<std::chrono::milliseconds> wait_from(const Exchange& exchange);

/// 200 with the whole job when it is done within `wait`, else 201 with its id. [loop]
void wait_for_job(const Services& services, JobId job, std::chrono::milliseconds wait,
                  const ExchangePtr& exchange);

}  // namespace muster::controller::api
