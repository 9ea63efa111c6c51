#include "folder.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string_view>
#include <utility>

#include "declared.hpp"
#include "program_file.hpp"
#include "samples.hpp"

namespace muster::plugin::script {
namespace {

using nlohmann::json;
using sdk::ErrorCode;
using std::chrono::milliseconds;

constexpr std::array<std::string_view, 3> kProtocols{"json", "nagios", "influx"};

tl::unexpected<sdk::Error> refuse(const std::string& pointer, const std::string& why) {
  return sdk::fail(ErrorCode::InvalidArgument, why, pointer);
}

std::string child(const std::string& parent, std::string_view name) {
  std::string pointer = parent + "/";
  for (const char c : name) {
    pointer += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
  }
  return pointer;
}

/// "90s", "1.5h": the host has checked the format.
std::optional<milliseconds> duration(const std::string& text) {
  constexpr std::array<std::pair<std::string_view, double>, 5> kUnits{
      {{"ms", 1}, {"s", 1e3}, {"m", 60e3}, {"h", 3600e3}, {"d", 86400e3}}};
  double number = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
  const std::string_view unit(parsed.ptr,
                              static_cast<std::size_t>(text.data() + text.size() - parsed.ptr));
  for (const auto& [name, factor] : kUnits) {
    if (parsed.ec == std::errc() && unit == name && number * factor < 1e12) {
      return milliseconds(static_cast<std::int64_t>(number * factor));
    }
  }
  return std::nullopt;
}

sdk::Result<Protocol> protocol_of(const json& part, const std::string& pointer,
                                  std::initializer_list<Protocol> allowed) {
  const auto named = part.find("protocol");
  if (named == part.end()) return *allowed.begin();
  const auto found = std::find(kProtocols.begin(), kProtocols.end(), named->get<std::string>());
  const auto protocol = static_cast<Protocol>(found - kProtocols.begin());
  if (found != kProtocols.end() &&
      std::find(allowed.begin(), allowed.end(), protocol) != allowed.end()) {
    return protocol;
  }
  std::string names;
  for (const auto one : allowed) {
    names +=
        (names.empty() ? "" : " or ") + std::string(kProtocols.at(static_cast<std::size_t>(one)));
  }
  return refuse(pointer + "/protocol", "must be " + names);
}

sdk::Status is_ours(const std::string& path) {
  return real_path_of_ours(path).map([](const std::string&) {}).map_error([](sdk::Error error) {
    error.code = ErrorCode::InvalidArgument;
    return error;
  });
}

/// Reads the parts of one manifest.
class Reader {
 public:
  Reader(const json& manifest, Folder& folder) : manifest_(manifest), folder_(folder) {}

  sdk::Status operations() {
    const json operations = manifest_.value("operations", json::object());
    for (const auto& [name, part] : operations.items()) {
      auto spec = operation(part, child("/operations", name));
      if (!spec) return tl::unexpected(spec.error());
      folder_.operations.emplace(name, std::move(*spec));
    }
    return {};
  }

  sdk::Status collectors() {
    const json collectors = manifest_.value("collectors", json::object());
    if (collectors.size() > kMaxCollectors) return refuse("/collectors", "has more than 32");
    for (const auto& [name, part] : collectors.items()) {
      const auto pointer = child("/collectors", name);
      if (name.empty() || label_name(name) != name) {
        return refuse(pointer, "must be named with letters, digits and _");
      }
      auto spec = collector(part, pointer);
      if (!spec) return tl::unexpected(spec.error());
      spec->name = name;
      folder_.collectors.push_back(std::move(*spec));
    }
    return {};
  }

 private:
  sdk::Result<Command> command(const json& part, const json& arguments,
                               const std::string& pointer) {
    if (!part.contains("run")) {
      return refuse(pointer, "has no run: the program to start, with its arguments");
    }
    auto command = Command::parse(part["run"], manifest_, arguments, pointer + "/run");
    if (!command || !command->program().starts_with("./")) return command;
    // A program of the folder can be judged now; one of the node may come and go.
    if (auto path = program_path(folder_.path, command->program()); !path) {
      return refuse(pointer + "/run/0", path.error().message);
    }
    return command;
  }

  sdk::Result<OperationSpec> operation(const json& part, const std::string& pointer) {
    OperationSpec spec;
    const auto protocol = protocol_of(part, pointer, {Protocol::Json, Protocol::Nagios});
    if (!protocol) return tl::unexpected(protocol.error());
    spec.protocol = *protocol;
    spec.reads = part.value("risk", "") == "read";
    if (part.value("check", false) && spec.protocol != Protocol::Json) {
      return refuse(pointer + "/check",
                    "cannot be true: only protocol json tells the program of it");
    }
    auto command = this->command(part, part.value("arguments", json()), pointer);
    if (!command) return tl::unexpected(command.error());
    spec.command = std::move(*command);
    return spec;
  }

  sdk::Result<CollectorSpec> collector(const json& part, const std::string& pointer) {
    CollectorSpec spec;
    for (const auto& [key, into] : {std::pair{"every", &spec.every}, {"timeout", &spec.timeout}}) {
      if (!part.contains(key)) continue;
      const auto time = duration(part[key].get<std::string>());
      if (!time || *time <= milliseconds(0)) return refuse(pointer + "/" + key, "is no such time");
      *into = *time;
    }
    if (spec.every < kShortestPeriod) return refuse(pointer + "/every", "must be 1s or longer");
    if (spec.timeout > kLongestTimeout)
      return refuse(pointer + "/timeout", "must be 60s or shorter");
    auto filled = part.contains("operation") ? from_operation(spec, part, pointer)
                                             : from_program(spec, part, pointer);
    if (!filled) return tl::unexpected(filled.error());
    return spec;
  }

  sdk::Status from_program(CollectorSpec& spec, const json& part, const std::string& pointer) {
    const auto protocol = protocol_of(part, pointer, {Protocol::Influx, Protocol::Nagios});
    if (!protocol) return tl::unexpected(protocol.error());
    spec.protocol = *protocol;
    if (part.contains("arguments")) {
      return refuse(pointer + "/arguments", "are those of an operation, and none is named");
    }
    auto command = this->command(part, json(), pointer);
    if (!command) return tl::unexpected(command.error());
    spec.command = std::move(*command);
    return {};
  }

  /// A check that runs by itself is an operation with arguments that are fixed.
  sdk::Status from_operation(CollectorSpec& spec, const json& part, const std::string& pointer) {
    for (const auto* key : {"run", "protocol"}) {
      if (part.contains(key)) {
        return refuse(pointer + "/" + key, "is that of the operation; leave it out");
      }
    }
    const auto name = part["operation"].get<std::string>();
    const auto found = folder_.operations.find(name);
    if (found == folder_.operations.end()) {
      return refuse(pointer + "/operation", "must be one of this manifest's operations");
    }
    if (found->second.protocol != Protocol::Nagios || !found->second.reads) {
      return refuse(pointer + "/operation", "must be of protocol nagios and of risk read");
    }
    spec.protocol = Protocol::Nagios;
    spec.command = found->second.command;
    spec.arguments = part.value("arguments", json::object());
    fill_defaults(spec.arguments, manifest_,
                  manifest_["operations"][name].value("arguments", json::object()));
    const auto words = spec.command.words(spec.arguments, folder_.config);
    if (!words) {
      return refuse(pointer + (part.contains("arguments") ? "/arguments" : ""),
                    words.error().message);
    }
    return {};
  }

  const json& manifest_;
  Folder& folder_;
};

}  // namespace

sdk::Result<Folder> Folder::read(std::string path, const json& manifest, json config) {
  Folder folder;
  folder.path = std::move(path);
  if (config.is_object()) folder.config = std::move(config);
  for (const auto& part : {folder.path, folder.path + "/plugin.yaml"}) {
    if (auto ours = is_ours(part); !ours) return tl::unexpected(ours.error());
  }
  if (manifest.contains("limits") && manifest["limits"].contains("memory_mb")) {
    folder.max_memory_bytes = manifest["limits"]["memory_mb"].get<std::uint64_t>() << 20U;
  }
  Reader reader(manifest, folder);
  if (auto read = reader.operations(); !read) return tl::unexpected(read.error());
  if (auto read = reader.collectors(); !read) return tl::unexpected(read.error());
  return folder;
}

}  // namespace muster::plugin::script
