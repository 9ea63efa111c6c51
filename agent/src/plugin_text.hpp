/// What one plugin answered when it was asked for its metrics.
#pragma once

#include <functional>
#include <muster/core/base/error.hpp>
#include <string>
#include <vector>

namespace muster::agent {

struct PluginText {
  std::string plugin;
  Result<std::string> text;  ///< in the Prometheus text format, unchecked
};
using PluginTexts = std::function<void(std::vector<PluginText>)>;

}  // namespace muster::agent
