/// The Prometheus text format 0.0.4, piece by piece. Pure functions. [any]
#pragma once

#include <muster/core/metrics/registry.hpp>

namespace muster::metrics {

/// HELP has no quotes to escape, a label's value has.
void append_escaped(std::string& out, std::string_view text, bool quotes);
void append_family(std::string& out, std::string_view name, std::string_view help, Type type);
void append_sample(std::string& out, std::string_view name, const Labels& labels,
                   std::string_view value);
void append_histogram(std::string& out, const std::string& name, const Labels& labels,
                      const Histogram& histogram);
/// The shortest text that reads back as `value`; +Inf, -Inf, NaN.
[[nodiscard]] std::string number_text(double value);

[[nodiscard]] bool label_names_ok(const Labels& labels, Type type);

}  // namespace muster::metrics
