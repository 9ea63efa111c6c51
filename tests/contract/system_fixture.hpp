/// The system plugin brought up, and small files around it. For tests alone.
#pragma once

#include <fstream>
#include <iterator>
#include <string>

#include "plugin_driver.hpp"
#include "temp_dir.hpp"

namespace muster::test {

struct System : PluginDriver {
  explicit System(const nlohmann::json& config = nlohmann::json::object())
      : PluginDriver(SYSTEM_PLUGIN, "system") {
    bring_up(config);
  }

  CallRecord check(const std::string& operation, const nlohmann::json& arguments) {
    CallOptions options;
    options.flags = MUSTER_REQUEST_CHECK;
    return run(operation, arguments, options);
  }
};

inline void write(const std::filesystem::path& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

inline std::string read(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace muster::test
