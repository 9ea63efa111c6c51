/// The states of a job's tasks in words, and how many are in which. Plain functions, any thread.
#pragma once

#include <client/jobs.hpp>
#include <string>
#include <string_view>

namespace muster::cli {

/// In check mode nothing was changed: "would change".
[[nodiscard]] std::string words_of_state(std::string_view state, bool check);

enum class Paint { Plain, Coloured };

/// "2 ok, 1 failed", with `between` for the comma. `check`: of a job in check mode.
[[nodiscard]] std::string counts_text(const client::Counts& counts, bool check,
                                      std::string_view between, Paint paint = Paint::Plain);

}  // namespace muster::cli
