/// Enrolment tokens in rows, for people, and the one that somebody names. On a terminal that is too
/// narrow for all of it ids and times are short. Plain functions, any thread.
#pragma once

#include <client/enrollment.hpp>
#include <cstddef>
#include <iosfwd>
#include <string>
#include <vector>

#include "failure.hpp"

namespace muster::cli {

/// `columns`: how wide the terminal is to which `out` writes; 0 when it writes to none. Of an id
/// the first 8 characters are enough where it has them for itself.
void write_tokens(std::ostream& out, const std::vector<client::EnrollmentToken>& tokens,
                  std::size_t columns);

/// The id that `typed` is or, of at least 4 characters, begins, in capitals too; what begins none
/// stays as it is.
/// Errors: Usage when several begin so.
[[nodiscard]] CliResult<std::string> whole_token_id(
    const std::vector<client::EnrollmentToken>& tokens, const std::string& typed);

}  // namespace muster::cli
