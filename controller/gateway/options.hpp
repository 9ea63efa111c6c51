/// The command line of muster-gateway.
#pragma once

#include <optional>

#include "app.hpp"

namespace muster::gateway {

/// Nothing when help was asked for and printed. Errors: InvalidArgument with a sentence.
[[nodiscard]] Result<std::optional<Options>> parse_options(int argc, char** argv);

}  // namespace muster::gateway
