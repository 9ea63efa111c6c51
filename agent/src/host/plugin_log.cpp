#include "host/plugin_log.hpp"

#include <algorithm>
#include <cctype>
#include <sstream>
#include <utility>
#include <vector>

#define MSGPACK_NO_BOOST
#include <msgpack.hpp>

namespace muster::agent {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

constexpr std::size_t kMaxKey = 64;
constexpr std::size_t kMaxDepth = 4;

log::Level level_of(std::uint8_t level) {
  switch (level) {
    case 1:
      return log::Level::Debug;
    case 2:
      return log::Level::Info;
    case 3:
      return log::Level::Warn;
    default:
      return log::Level::Error;
  }
}

/// A key that cannot be taken for another field, nor for the one that we add.
std::string key_of(const msgpack::object& object) {
  std::string key = object.as<std::string>().substr(0, kMaxKey);
  std::replace_if(
      key.begin(), key.end(),
      [](unsigned char c) { return std::isalnum(c) == 0 && c != '_' && c != '.' && c != '-'; },
      '_');
  return key == "plugin" ? "plugin_" : key;
}

std::string value_of(const msgpack::object& object) {
  if (object.type == msgpack::type::STR) {
    return object.as<std::string>().substr(0, PluginLog::kMaxValue);
  }
  std::ostringstream text;
  text << object;
  return text.str().substr(0, PluginLog::kMaxValue);
}

/// The fields, or one that says what is wrong with them.
Pairs pairs_of(const Bytes& fields) {
  Pairs pairs;
  if (fields.empty()) return pairs;
  try {
    const msgpack::unpack_limit limit(plugins::kMaxLogFields, plugins::kMaxLogFields,
                                      plugins::kMaxLogFields, plugins::kMaxLogFields,
                                      plugins::kMaxLogFields, kMaxDepth);
    const auto unpacked = msgpack::unpack(reinterpret_cast<const char*>(fields.data()),
                                          fields.size(), nullptr, nullptr, limit);
    if (unpacked->type != msgpack::type::MAP) return {{"fields", "(not a map)"}};
    const auto count = std::min<std::size_t>(unpacked->via.map.size, PluginLog::kMaxFields);
    for (std::size_t i = 0; i < count; ++i) {
      const auto& pair = unpacked->via.map.ptr[i];
      pairs.emplace_back(key_of(pair.key), value_of(pair.val));
    }
  } catch (const std::exception&) {  // of msgpack: cut short, too deep, a key that is no text
    return {{"fields", "(not readable)"}};
  }
  return pairs;
}

}  // namespace

void PluginLog::take(const plugins::Log& line) {
  auto logger = logger_;
  std::string kept = line.message;
  for (const auto& [key, value] : pairs_of(line.fields)) {
    logger = logger.with({{key, value}});
    kept.append(" ").append(key).append("=").append(value);
  }
  logger.log(level_of(line.level), line.message);
  last_.push_back(kept.substr(0, kMaxLine));
  if (last_.size() > kKeptLines) last_.pop_front();
}

std::string PluginLog::take_last_lines() {
  std::string lines;
  for (const auto& line : std::exchange(last_, {})) lines += lines.empty() ? line : "\n" + line;
  return lines;
}

}  // namespace muster::agent
