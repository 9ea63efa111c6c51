/// The stream "records" of a task: msgpack maps, one after the other. Plain functions, any thread.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace muster::cli {

/// Takes the whole records from the beginning of `pending` and leaves the part of one whose rest is
/// still to come. What is no record takes all that follows with it.
[[nodiscard]] std::vector<nlohmann::json> take_records(std::string& pending);

/// One line, in printable().
[[nodiscard]] std::string record_line(const nlohmann::json& record);

}  // namespace muster::cli
