/// The parts of records that are stored as JSON text. What is read back was written by us: a text
/// that does not parse gives an empty value.
#pragma once

#include <map>
#include <muster/core/wire/messages.hpp>
#include <optional>
#include <string>
#include <vector>

#include "store/records.hpp"

namespace muster::controller {

[[nodiscard]] std::string map_to_json(const std::map<std::string, std::string>& map);
[[nodiscard]] std::map<std::string, std::string> map_from_json(const std::string& text);
[[nodiscard]] std::string times_to_json(const std::map<std::string, UnixMs>& times);
[[nodiscard]] std::map<std::string, UnixMs> times_from_json(const std::string& text);
[[nodiscard]] std::string plugins_to_json(const std::vector<wire::PluginInfo>& plugins);
[[nodiscard]] std::vector<wire::PluginInfo> plugins_from_json(const std::string& text);
[[nodiscard]] std::string outputs_to_json(const std::vector<OutputRecord>& outputs);
[[nodiscard]] std::vector<OutputRecord> outputs_from_json(const std::string& text);
/// Empty for none.
[[nodiscard]] std::string drain_to_json(const std::optional<Drain>& drain);
[[nodiscard]] std::optional<Drain> drain_from_json(const std::string& text);
/// {"10": 3} for three tasks that are ok.
[[nodiscard]] std::string counts_to_json(const TaskCounts& counts);
[[nodiscard]] TaskCounts counts_from_json(const std::string& text);
/// Empty for no error.
[[nodiscard]] std::string error_to_json(const std::optional<Error>& error);
[[nodiscard]] std::optional<Error> error_from_json(const std::string& text);

}  // namespace muster::controller
