/// The text of the two unit files that make a timer of systemd. Pure.
#pragma once

#include <muster/sdk/error.hpp>
#include <optional>
#include <string>
#include <vector>

namespace muster::plugin::system {

/// The first line of both: who wrote them. A file without it is somebody else's.
inline constexpr const char* kTimerMark =
    "# Written by Muster (system.timer.present); what is changed here is lost.\n";

struct TimerSpec {
  std::string name;
  std::string description;
  std::vector<std::string> argv;
  std::vector<std::string> on_calendar;
  std::optional<std::int64_t> every_seconds;
  std::optional<std::string> user;
  std::string working_directory;
  std::int64_t random_delay_seconds = 0;
  bool persistent = false;
};

/// Errors: InvalidArgument with the field at fault: a program that is no absolute path, a text with
/// a line end, no time at all.
[[nodiscard]] sdk::Status check_timer(const TimerSpec& spec);

[[nodiscard]] std::string service_text(const TimerSpec& spec);
[[nodiscard]] std::string timer_text(const TimerSpec& spec);

/// As one word of a command line in a unit file (systemd.service(5)), with nothing in it that
/// systemd would replace.
[[nodiscard]] std::string quoted_word(const std::string& word);

}  // namespace muster::plugin::system
