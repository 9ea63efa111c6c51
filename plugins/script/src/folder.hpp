/// What a folder's plugin.yaml asks of this library: which program each operation runs, and which
/// run by themselves for their metrics.
///
/// Read once and then constant; every function is [any].
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <muster/sdk/error.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "command.hpp"

namespace muster::plugin::script {

inline constexpr std::size_t kMaxCollectors = 32;
inline constexpr std::chrono::seconds kShortestPeriod{1};
inline constexpr std::chrono::milliseconds kDefaultTimeout{10'000};  ///< of a collector
inline constexpr std::chrono::milliseconds kLongestTimeout{60'000};  ///< likewise

/// How a program is understood.
enum class Protocol : std::uint8_t { Json, Nagios, Influx };

struct OperationSpec {
  Protocol protocol = Protocol::Json;
  Command command;
  bool reads = false;  ///< its risk is read
};

struct CollectorSpec {
  std::string name;
  Protocol protocol = Protocol::Influx;
  Command command;
  nlohmann::json arguments = nlohmann::json::object();
  std::chrono::milliseconds every{0};
  std::chrono::milliseconds timeout = kDefaultTimeout;
};

struct Folder {
  std::string path;
  nlohmann::json config = nlohmann::json::object();
  std::uint64_t max_memory_bytes = 0;               ///< of each program; 0: no limit
  std::map<std::string, OperationSpec> operations;  ///< by full name
  std::vector<CollectorSpec> collectors;

  /// `manifest` was checked against the schema of manifests. Errors: InvalidArgument, with a
  /// pointer into the manifest in `field`, for whatever would never work: no program, an unknown
  /// protocol or value, a program of the folder that is not there or may not be run; and, with no
  /// pointer, for a folder that others can change.
  [[nodiscard]] static sdk::Result<Folder> read(std::string path, const nlohmann::json& manifest,
                                                nlohmann::json config);
};

}  // namespace muster::plugin::script
