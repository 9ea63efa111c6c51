/// What a job was to do, for people: operation, arguments, nodes, who and when. Plain function, any
/// thread.
#pragma once

#include <client/jobs.hpp>
#include <cstddef>
#include <string>

namespace muster::cli {

/// Lines in printable(), with an empty one at the end. `columns`: how wide the terminal is; 0 where
/// there is none.
[[nodiscard]] std::string head_text(const client::Job& job, std::size_t columns);

}  // namespace muster::cli
