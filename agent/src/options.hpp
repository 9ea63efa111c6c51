/// The command line of muster-agent, read and checked. Plain values.
#pragma once

#include <chrono>
#include <filesystem>
#include <muster/core/base/error.hpp>
#include <muster/core/log/logger.hpp>
#include <string>
#include <vector>

namespace muster::agent {

inline constexpr const char* kVersion = MUSTER_VERSION;

struct RunOptions {
  std::filesystem::path state;
  std::filesystem::path plugins;
  std::filesystem::path plugin_config;  ///< has `<plugin id>.yaml`; empty: no configuration
  std::string name;                     ///< empty: the one that the node joined with
  std::string metrics;                  ///< "ADDRESS:PORT"; empty: no page
  std::chrono::milliseconds facts_every = std::chrono::minutes(5);  ///< looked for
  bool dev_trust = false;
  log::Level log_level = log::Level::Info;
  log::Format log_format = log::Format::Text;
};

enum class Command { Run, Join, Doctor, Help, Version };

struct Options {
  Command command = Command::Help;
  RunOptions run;
  std::vector<std::string> other_arguments;  ///< of Join and Doctor, as given
};

/// `arguments` without the program's name. Errors: InvalidArgument, a sentence for the person who
/// typed.
[[nodiscard]] Result<Options> parse_options(const std::vector<std::string>& arguments);

[[nodiscard]] std::string help_text();

}  // namespace muster::agent
