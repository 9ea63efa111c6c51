/// What an operation found, as people read it: its members one a line, lists of things as tables,
/// a difference between two texts as one.
///
/// Whatever a node put there is printable(). Plain functions, any thread.
#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <string>

namespace muster::cli {

/// Lines that begin with `indent` blanks; none for null, an empty list or an empty object.
/// `columns`: how wide the terminal is; with 0 there is none, and no table is
/// cut and no line broken. Text of several lines stays as it is.
[[nodiscard]] std::string result_text(const nlohmann::json& result, std::size_t indent,
                                      std::size_t columns);

}  // namespace muster::cli
