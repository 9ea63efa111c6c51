#include "timer_units.hpp"

#include <array>
#include <cstdio>

namespace muster::plugin::system {
namespace {

/// As the value of a setting that is no command line: only % means something there.
std::string plain(const std::string& text) {
  std::string result;
  for (const char c : text) result += c == '%' ? "%%" : std::string(1, c);
  return result;
}

bool is_one_line(const std::string& text) {
  return text.find_first_of(std::string_view("\0\r\n", 3)) == std::string::npos;
}

}  // namespace

std::string quoted_word(const std::string& word) {
  std::string text = "\"";
  for (const char c : word) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      text += {'\\', c};
    } else if (c == '%' || c == '$') {
      text += {c, c};
    } else if (byte < 0x20 || byte == 0x7f) {
      std::array<char, 8> escape{};
      std::snprintf(escape.data(), escape.size(), "\\x%02x", byte);
      text += escape.data();
    } else {
      text += c;
    }
  }
  return text + "\"";
}

sdk::Status check_timer(const TimerSpec& spec) {
  const auto wrong = [](const char* why, std::string field) {
    return sdk::fail(sdk::ErrorCode::InvalidArgument, why, std::move(field));
  };
  if (spec.argv.empty() || !spec.argv[0].starts_with('/')) {
    return wrong("the program must be an absolute path", "/argv/0");
  }
  for (std::size_t i = 0; i < spec.argv.size(); ++i) {
    if (spec.argv[i].find('\0') == std::string::npos) continue;
    return wrong("an argument has a NUL in it", "/argv/" + std::to_string(i));
  }
  for (std::size_t i = 0; i < spec.on_calendar.size(); ++i) {
    if (is_one_line(spec.on_calendar[i])) continue;
    return wrong("a time must be one line", "/on_calendar/" + std::to_string(i));
  }
  if (!is_one_line(spec.description))
    return wrong("the description must be one line", "/description");
  if (!is_one_line(spec.working_directory)) return wrong("the folder must be one line", "/cwd");
  if (spec.on_calendar.empty() && !spec.every_seconds) {
    return wrong("say when it runs: on_calendar or every_seconds", "/on_calendar");
  }
  return {};
}

std::string service_text(const TimerSpec& spec) {
  std::string text = kTimerMark;
  text += "[Unit]\nDescription=" + plain(spec.description) + "\n\n[Service]\nType=oneshot\n";
  if (spec.user) text += "User=" + plain(*spec.user) + "\n";
  text += "WorkingDirectory=" + plain(spec.working_directory) + "\nExecStart=";
  for (std::size_t i = 0; i < spec.argv.size(); ++i) {
    text += (i == 0 ? "" : " ") + quoted_word(spec.argv[i]);
  }
  return text + "\n";
}

std::string timer_text(const TimerSpec& spec) {
  std::string text = kTimerMark;
  text += "[Unit]\nDescription=" + plain(spec.description) + "\n\n[Timer]\n";
  for (const auto& time : spec.on_calendar) text += "OnCalendar=" + plain(time) + "\n";
  if (spec.every_seconds) {
    const auto seconds = std::to_string(*spec.every_seconds) + "s\n";
    text += "OnActiveSec=" + seconds + "OnUnitActiveSec=" + seconds;
  }
  text += "AccuracySec=1s\n";  // a minute otherwise: too much for every_seconds
  if (spec.random_delay_seconds > 0) {
    text += "RandomizedDelaySec=" + std::to_string(spec.random_delay_seconds) + "s\n";
  }
  if (spec.persistent) text += "Persistent=true\n";
  return text + "\n[Install]\nWantedBy=timers.target\n";
}

}  // namespace muster::plugin::system
