/// What a plugin says about itself, typed and checked: `plugin.yaml`, or its JSON form in the
/// plugin's file.
///
/// Everyone reads the manifest through this: controller, agent, plugin host, command line, code
/// generator. Plain values, free to copy between threads. It says what the plugin declares; whether
/// that is granted is decided elsewhere. Uses muster::schema; in the order of libraries, config
/// comes after schema.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <muster/core/base/error.hpp>
#include <muster/core/schema/schema.hpp>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace muster::config {

inline constexpr std::size_t kMaxManifestBytes = std::size_t{256} << 10U;  ///< as compact JSON
inline constexpr std::size_t kMaxOperations = 256;
inline constexpr std::size_t kMaxEventTypes = 256;
inline constexpr std::chrono::milliseconds kDefaultOperationTimeout{60'000};

enum class PluginClass : std::uint8_t { Confined, Privileged };
enum class PluginStatus : std::uint8_t { Stable, Preview };
enum class Risk : std::uint8_t { Read, Change, Dangerous };
enum class Streams : std::uint8_t { None, Text, Records };

[[nodiscard]] std::string_view to_string(PluginClass value);
[[nodiscard]] std::string_view to_string(PluginStatus value);
[[nodiscard]] std::string_view to_string(Risk value);
[[nodiscard]] std::string_view to_string(Streams value);

struct Operation {
  std::string name;             ///< in full: "system.exec"
  std::string doc;              ///< one sentence
  Risk risk = Risk::Dangerous;  ///< missing or unknown counts as dangerous
  bool idempotent = false;      ///< always true for Risk::Read
  bool cancellable = false;
  bool check = false;  ///< can say what it would change without changing it
  std::chrono::milliseconds timeout = kDefaultOperationTimeout;
  Streams streams = Streams::None;
  schema::Schema arguments;  ///< of an object; without one in the manifest, only {} is valid
  schema::Schema result;     ///< without one in the manifest, anything is valid
};

struct Services {
  std::vector<std::string> required;  ///< "muster.log/1"
  std::vector<std::string> optional;
  /// Whether `id` is in one of them.
  [[nodiscard]] bool has(std::string_view id) const;
};

struct FileGrants {
  std::vector<std::string> read;  ///< absolute paths; `${config.pointer}` is not replaced here
  std::vector<std::string> write;
};

struct Metric {
  std::string name;
  std::string type;  ///< counter, gauge or histogram
  std::string doc;
  std::vector<std::string> labels;
};

struct EventType {
  std::string name;  ///< in full: "system.reboot.wanted"
  std::string doc;   ///< one sentence
};

struct Manifest {
  std::string id;
  std::string name;     ///< for people; the id when the manifest has none
  std::string version;  ///< semantic version
  std::string doc;
  int abi_major = 0;
  int abi_min_minor = 0;
  PluginClass cls = PluginClass::Confined;
  PluginStatus status = PluginStatus::Preview;
  std::vector<Operation> operations;  ///< sorted by name
  std::vector<std::string> provides;  ///< interfaces: "notify/1"
  Services services;
  std::vector<std::vector<std::string>> programs;  ///< argv patterns: {"git", "*"}
  std::vector<std::string> connect;                ///< "tcp:host:port", "unix:path"
  std::vector<std::string> listen;
  FileGrants files;
  std::vector<Metric> metrics;
  std::vector<EventType> events;              ///< sorted by name
  schema::Schema config_schema;               ///< without one in the manifest, only {} is valid
  std::shared_ptr<const nlohmann::json> raw;  ///< as read, never null after parse_manifest

  /// The operation with this full name, or null. Lives as long as the manifest.
  [[nodiscard]] const Operation* find_operation(std::string_view full_name) const;
  [[nodiscard]] bool has_event(std::string_view type) const;
};

/// Checks every rule. Errors: InvalidArgument with the JSON pointer to the value at fault in
/// `field`; ResourceExhausted above a limit; Unsupported for a later manifest format than 1.
[[nodiscard]] Result<Manifest> parse_manifest(const nlohmann::json& document);

/// Whether the operations take the `examples` of their own arguments, which people copy. For who
/// builds a plugin: one that is wrong harms nobody who runs it. Errors: InvalidArgument as above.
[[nodiscard]] Status check_examples(const Manifest& manifest);

}  // namespace muster::config
