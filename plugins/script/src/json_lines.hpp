/// What a program says while it runs, one JSON object a line: {"progress": 0.4, "note": "..."},
/// {"log": "...", "level": "warn"}, {"record": {...}}, and at the end {"result": {...}} or
/// {"error": "..."}.
///
/// Fed with pieces cut anywhere; remembers at most one line. One thread. Strict: what is not one of
/// these, more than one end, and a line that is too long break it, at a line that is named.
#pragma once

#include <cstddef>
#include <functional>
#include <muster/sdk/error.hpp>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace muster::plugin::script {

inline constexpr std::size_t kMaxLineBytes = std::size_t{1} << 20U;
inline constexpr int kMaxValueDepth = 30;  ///< a payload has 32, with what is around it

struct JsonSinks {
  std::function<void(double done, const std::string& note)> progress;  ///< done from 0 to 1
  std::function<void(const std::string& level, const std::string& text)> log;
  std::function<sdk::Status(const nlohmann::json& record)> record;
};

/// How the program says that it ended.
struct JsonEnd {
  nlohmann::json result = nlohmann::json::object();
  std::optional<bool> changed;
  std::optional<sdk::Error> error;
};

class JsonLines {
 public:
  explicit JsonLines(JsonSinks sinks) : sinks_(std::move(sinks)) {}

  /// False once it is broken: stop the program then.
  bool take(std::string_view piece);
  /// The program has ended. Errors: Corrupt for what broke it or for no end; those of the sinks.
  [[nodiscard]] sdk::Result<JsonEnd> end();

 private:
  sdk::Status take_line(std::string_view line);
  sdk::Status take_object(const nlohmann::json& object);
  sdk::Status take_end(const nlohmann::json& object);

  JsonSinks sinks_;
  std::string line_;
  std::size_t number_ = 0;
  std::optional<JsonEnd> end_;
  std::optional<sdk::Error> broken_;
};

}  // namespace muster::plugin::script
