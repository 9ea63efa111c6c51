/// Ids in paths and queries: text that is no id names nothing.
#pragma once

#include <muster/core/base/error.hpp>
#include <muster/core/base/ids.hpp>
#include <string>

namespace muster::controller::api {

[[nodiscard]] inline Result<JobId> job_id_from(const std::string& text) {
  if (const auto id = JobId::parse(text)) return *id;
  return fail(ErrorCode::NotFound, "'" + text + "' is not the id of a job");
}

}  // namespace muster::controller::api
