/// Checks as JSON, the same from every program: {"name", "verdict", "says", "advice"}, the last
/// left out when it is empty. [any]
#pragma once

#include <muster/core/doctor/check.hpp>
#include <nlohmann/json_fwd.hpp>

namespace muster::doctor {

[[nodiscard]] nlohmann::json to_json(const Checks& checks);

}  // namespace muster::doctor
