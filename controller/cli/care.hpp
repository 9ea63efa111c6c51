/// The options with which a job, or a command that changes nodes, goes carefully over many nodes,
/// and the question for their number.
#pragma once

#include <client/jobs.hpp>
#include <functional>
#include <string>
#include <vector>

#include "arguments.hpp"
#include "interrupt.hpp"

namespace muster::cli {

/// --expect.
[[nodiscard]] Option expect_option();
/// --expect, --at-once and --max-failures, then the command's other options.
[[nodiscard]] std::vector<Option> with_care(std::vector<Option> others);
/// What they say. Errors: Usage.
[[nodiscard]] CliResult<client::Care> care_of(const Arguments& arguments);

/// Holds `count` nodes, to which something would be done because a selector means them, against
/// --expect. Without it, who sits at a terminal is asked for the number of more than a few, and
/// others need it. `would` says what, such as "be drained". Errors: Usage; nothing was done then.
[[nodiscard]] CliResult<void> expect_number(const Arguments& arguments, std::size_t count,
                                            const std::string& would);

/// Before something is done to one node that cannot be undone, `what` in a sentence: who sits at a
/// terminal is asked for its name, unless --expect 1 was given, which others need. Errors: Usage;
/// nothing was done then.
[[nodiscard]] CliResult<void> expect_name(const Arguments& arguments, const std::string& name,
                                          const std::string& what);

/// Asks the controller for a job with `ask`, and who sits at a terminal for the number of nodes
/// where the controller wants it, and whether to go on where the selector is strange; shows the
/// warnings about it before, and leaves none in the job then; tells `interrupt` what runs. Errors:
/// those of `ask`; Usage for a wrong number.
[[nodiscard]] CliResult<client::MadeJob> make_job(
    const std::function<client::Result<client::MadeJob>(const client::Care&)>& ask,
    client::Care care, Interrupt& interrupt);

}  // namespace muster::cli
