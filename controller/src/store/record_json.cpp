#include "store/record_json.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace muster::controller {
namespace {

using nlohmann::json;

/// What peers wrote may be no UTF-8; a replacement character is better than losing the record.
std::string dump(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

json parse_array(const std::string& text) {
  auto value = json::parse(text, nullptr, false);
  return value.is_array() ? value : json::array();
}

Digest digest_from(const json& value) {
  Digest digest{};
  Bytes bytes;
  if (value.is_string() && from_hex(value.get<std::string>(), bytes) &&
      bytes.size() == digest.size()) {
    std::copy(bytes.begin(), bytes.end(), digest.begin());
  }
  return digest;
}

}  // namespace

std::string map_to_json(const std::map<std::string, std::string>& map) {
  return map.empty() ? "{}" : dump(json(map));
}

std::map<std::string, std::string> map_from_json(const std::string& text) {
  std::map<std::string, std::string> map;
  const auto value = json::parse(text, nullptr, false);
  if (!value.is_object()) return map;
  for (const auto& [name, member] : value.items()) {
    if (member.is_string()) map[name] = member.get<std::string>();
  }
  return map;
}

std::string times_to_json(const std::map<std::string, UnixMs>& times) {
  return times.empty() ? "{}" : dump(json(times));
}

std::map<std::string, UnixMs> times_from_json(const std::string& text) {
  std::map<std::string, UnixMs> times;
  const auto value = json::parse(text, nullptr, false);
  if (!value.is_object()) return times;
  for (const auto& [name, member] : value.items()) {
    if (member.is_number_integer()) times[name] = member.get<UnixMs>();
  }
  return times;
}

std::string plugins_to_json(const std::vector<wire::PluginInfo>& plugins) {
  auto array = json::array();
  for (const auto& plugin : plugins) {
    array.push_back({{"id", plugin.id},
                     {"version", plugin.version},
                     {"manifest", to_hex(plugin.manifest)},
                     {"state", plugin.state},
                     {"class", plugin.plugin_class},
                     {"reason", plugin.reason}});
  }
  return dump(array);
}

std::vector<wire::PluginInfo> plugins_from_json(const std::string& text) {
  std::vector<wire::PluginInfo> plugins;
  for (const auto& item : parse_array(text)) {
    if (!item.is_object()) continue;
    plugins.push_back({item.value("id", ""), item.value("version", ""),
                       digest_from(item.value("manifest", json())), item.value("state", ""),
                       item.value("class", std::uint8_t{0}), item.value("reason", "")});
  }
  return plugins;
}

std::string outputs_to_json(const std::vector<OutputRecord>& outputs) {
  auto array = json::array();
  for (const auto& output : outputs) {
    array.push_back({{"stream", static_cast<int>(output.stream)},
                     {"size", output.size},
                     {"kept", output.kept},
                     {"digest", to_hex(output.digest)}});
  }
  return dump(array);
}

std::vector<OutputRecord> outputs_from_json(const std::string& text) {
  std::vector<OutputRecord> outputs;
  for (const auto& item : parse_array(text)) {
    if (!item.is_object()) continue;
    outputs.push_back({static_cast<wire::Stream>(item.value("stream", 0)),
                       item.value("size", std::uint64_t{0}), item.value("kept", std::uint64_t{0}),
                       digest_from(item.value("digest", json()))});
  }
  return outputs;
}

std::string drain_to_json(const std::optional<Drain>& drain) {
  if (!drain) return {};
  return dump({{"since", drain->since}, {"by", drain->by}, {"reason", drain->reason}});
}

std::optional<Drain> drain_from_json(const std::string& text) {
  const auto value = json::parse(text, nullptr, false);
  if (!value.is_object()) return std::nullopt;
  return Drain{value.value("since", UnixMs{0}), value.value("by", ""), value.value("reason", "")};
}

std::string counts_to_json(const TaskCounts& counts) {
  auto object = json::object();
  for (int state = 0; state < TaskCounts::kStates; ++state) {
    if (const auto n = counts.of(static_cast<TaskState>(state)); n != 0) {
      object[std::to_string(state)] = n;
    }
  }
  return dump(object);
}

TaskCounts counts_from_json(const std::string& text) {
  TaskCounts counts;
  const auto value = json::parse(text, nullptr, false);
  if (!value.is_object()) return counts;
  for (int state = 0; state < TaskCounts::kStates; ++state) {
    counts.set(static_cast<TaskState>(state), value.value(std::to_string(state), std::int64_t{0}));
  }
  return counts;
}

std::string error_to_json(const std::optional<Error>& error) {
  if (!error) return {};
  return dump({{"code", static_cast<std::int32_t>(error->code)},
               {"message", error->message},
               {"field", error->field},
               {"retryable", error->retryable},
               {"retry_after_ms", error->retry_after.count()}});
}

std::optional<Error> error_from_json(const std::string& text) {
  if (text.empty()) return std::nullopt;
  const auto value = json::parse(text, nullptr, false);
  if (!value.is_object()) return std::nullopt;
  return Error{error_code_from(value.value("code", 0)), value.value("message", ""),
               value.value("field", ""), value.value("retryable", false),
               std::chrono::milliseconds(value.value("retry_after_ms", std::int64_t{0}))};
}

}  // namespace muster::controller
