/// Why a search for jobs found nothing, where that can be known: a name that is misspelt looks like
/// proof that nothing was done.
#pragma once

#include <client/jobs.hpp>

#include "failure.hpp"

namespace muster::cli {

/// MatchedNothing with `sentence`, and behind it the first of the names in `filter` that the fleet
/// has not and that no job has either.
[[nodiscard]] Failure nothing_found(client::ApiClient& api, const client::JobFilter& filter,
                                    const std::string& sentence);

}  // namespace muster::cli
