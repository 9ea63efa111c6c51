/// Samples as the Prometheus exposition format 0.0.4 has them. Plain values.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace muster::plugin::script {

struct Sample {
  std::string name;
  std::map<std::string, std::string> labels;
  double value = 0;
};

/// `text` with "_" for each character that a metric's or, without colons, a label's name may not
/// have; with "_" before a digit at its beginning.
[[nodiscard]] std::string metric_name(std::string_view text);
[[nodiscard]] std::string label_name(std::string_view text);

/// The names that this library gives its own metrics, and the agent its; a program's may not be
/// one.
[[nodiscard]] bool is_reserved_name(std::string_view name);

/// The text of all samples, by name; of several with equal name and labels the last.
[[nodiscard]] std::string exposition(const std::vector<Sample>& samples);

}  // namespace muster::plugin::script
