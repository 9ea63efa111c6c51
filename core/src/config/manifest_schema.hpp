/// The shape of a manifest as a JSON Schema. Private to the manifest's reader.
#pragma once

#include <muster/core/schema/schema.hpp>

namespace muster::config {

/// Compiled at the first call. [any]
[[nodiscard]] const schema::Schema& manifest_schema();

}  // namespace muster::config
