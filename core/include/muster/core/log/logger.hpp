/// Logging for programs: a fixed sentence and `key=value` fields.
///
/// Built in main() and handed down by value (a Logger is two words and shares its sink); there is
/// no global one. Every method is [any]. A message whose level is off allocates nothing. Values of
/// the keys in the redaction list (token, secret, password, authorization, key, and names that end
/// in `_` and one of these) become `***`. Control characters are escaped, so that what a peer sent
/// cannot forge a line.
#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <muster/core/base/clock.hpp>
#include <muster/core/base/error.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace muster::log {

/// error: someone must act. warn: we go on. info: the state changed. debug: the rest.
enum class Level { Error, Warn, Info, Debug };

enum class Format {
  Text,  ///< `2026-01-02T03:04:05.678Z info muster-agent: joined node=web9 address="a b"`
  Json,  ///< one object a line: time, level, program, message, and the fields as strings
};

/// The level with this name. Errors: InvalidArgument, naming the four.
[[nodiscard]] Result<Level> parse_level(std::string_view name);
[[nodiscard]] std::string_view to_string(Level level);

/// One `key=value`. Borrows: text must live until the log call returns.
class Field {
 public:
  Field(std::string_view key, std::string_view value) : key_(key), value_(value) {}
  Field(std::string_view key, const std::string& value)
      : key_(key), value_(std::string_view(value)) {}
  Field(std::string_view key, const char* value) : key_(key), value_(std::string_view(value)) {}
  Field(std::string_view key, bool value) : key_(key), value_(value) {}
  Field(std::string_view key, std::floating_point auto value)
      : key_(key), value_(static_cast<double>(value)) {}
  Field(std::string_view key, std::signed_integral auto value)
      : key_(key), value_(static_cast<std::int64_t>(value)) {}
  Field(std::string_view key, std::unsigned_integral auto value)
      : key_(key), value_(static_cast<std::uint64_t>(value)) {}

  [[nodiscard]] std::string_view key() const { return key_; }
  [[nodiscard]] std::string text() const;

 private:
  std::string_view key_;
  std::variant<std::string_view, bool, double, std::int64_t, std::uint64_t> value_;
};

using Fields = std::initializer_list<Field>;

/// What a sink gets: redacted, not yet escaped.
struct Entry {
  Level level = Level::Info;
  UnixTime time;
  std::string program;
  std::string sentence;
  std::vector<std::pair<std::string, std::string>> fields;

  /// The value of the first field named `key`, or empty.
  [[nodiscard]] std::string_view field(std::string_view key) const;
};

/// The line for an entry, without the newline. [any]
[[nodiscard]] std::string format_line(const Entry& entry, Format format);

/// Takes entries from any thread; must not log.
using Sink = std::function<void(const Entry&)>;

/// Writes lines to stderr.
[[nodiscard]] Sink stderr_sink(Format format);

class Logger {
 public:
  /// `clock` must outlive the logger and its children.
  Logger(std::string program, Level level, Sink sink, const Clock& clock);

  void error(std::string_view sentence, Fields fields = {}) const {
    log(Level::Error, sentence, fields);
  }
  void warn(std::string_view sentence, Fields fields = {}) const {
    log(Level::Warn, sentence, fields);
  }
  void info(std::string_view sentence, Fields fields = {}) const {
    log(Level::Info, sentence, fields);
  }
  void debug(std::string_view sentence, Fields fields = {}) const {
    log(Level::Debug, sentence, fields);
  }
  void log(Level level, std::string_view sentence, Fields fields = {}) const {
    if (enabled(level)) write(level, sentence, fields);
  }
  [[nodiscard]] bool enabled(Level level) const;

  /// A logger that adds `fields` (copied) to each of its messages, before their own.
  [[nodiscard]] Logger with(Fields fields) const;

  /// Changes the level of this logger and of all that came from it by with().
  void set_level(Level level) const;

 private:
  struct Shared;
  using Kept = std::vector<std::pair<std::string, std::string>>;
  Logger(std::shared_ptr<Shared> shared, std::shared_ptr<const Kept> kept);
  void write(Level level, std::string_view sentence, Fields fields) const;

  std::shared_ptr<Shared> shared_;
  std::shared_ptr<const Kept> kept_;  // null when there are none
};

}  // namespace muster::log
