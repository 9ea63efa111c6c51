/// Which jobs a request looks for, by the parameters that the lists of jobs and of tasks share.
#pragma once

#include <muster/core/base/clock.hpp>
#include <muster/core/base/error.hpp>

#include "api/exchange.hpp"
#include "store/job_query.hpp"

namespace muster::controller::api {

/// Errors: InvalidArgument, with the parameter as the field.
[[nodiscard]] Result<JobFilter> job_filter_from(const Exchange& exchange, UnixTime now);

}  // namespace muster::controller::api
