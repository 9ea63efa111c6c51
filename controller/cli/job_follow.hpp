/// Follows a job to its end and shows it in a form.
#pragma once

#include <string>

#include "interrupt.hpp"
#include "output_form.hpp"

namespace muster::cli {

/// Waits for the job's end, and gives what it came to. A broken stream is taken up again for as
/// long as there is Patience with a controller that is away. Errors tell how to come back to the
/// job, which goes on; Interrupted, when whoever read the output is gone.
[[nodiscard]] CliResult<Exit> follow_job(client::ApiClient& api, const std::string& job_id,
                                         OutputForm form, Interrupt& interrupt);

}  // namespace muster::cli
