/// The line protocol of InfluxDB, which Telegraf's exec inputs print:
/// `measurement,tag=value field=1.5,other=3i 1700000000000000000`.
///
/// Pure. A field becomes the metric `measurement_field` (the field "value" just `measurement`) with
/// the tags as labels; true and false are 1 and 0, texts are left out, times are not kept.
#pragma once

#include <cstddef>
#include <muster/sdk/error.hpp>
#include <string_view>
#include <vector>

#include "samples.hpp"

namespace muster::plugin::script {

inline constexpr std::size_t kMaxTags = 32;  ///< of one line, and fields

/// The samples of one line without its line break; none for a comment or a blank line. `left_out`
/// counts fields that are text. Errors: InvalidArgument with what is wrong.
[[nodiscard]] sdk::Result<std::vector<Sample>> read_influx_line(std::string_view line,
                                                                std::size_t& left_out);

}  // namespace muster::plugin::script
