/// Server-sent events out of a stream of chunks (WHATWG HTML, section 9.2), with a limit on their
/// size.
///
/// One parser per stream, one thread at a time. Chunks may be cut anywhere.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace muster::sdk {

struct SseEvent {
  std::string event;  ///< "message" when the server named none
  std::string id;     ///< the last id that the server gave
  std::string data;   ///< its lines joined by '\n'
};

class SseParser {
 public:
  explicit SseParser(std::function<void(const SseEvent&)> on_event,
                     std::size_t max_event_bytes = std::size_t{1} << 20U);

  /// Calls `on_event` for each event that `chunk` completes. False once a line or an event's data
  /// was over the limit: the stream cannot be trusted any more, and every later call says false
  /// too.
  [[nodiscard]] bool feed(std::string_view chunk);

 private:
  void take_line(std::string_view line);
  void dispatch();

  std::function<void(const SseEvent&)> on_event_;
  std::size_t max_event_bytes_;
  std::string line_;
  SseEvent pending_;
  bool has_data_ = false;
  bool skip_line_feed_ = false;  // the last chunk ended in CR: an LF now belongs to it
  bool at_start_ = true;         // a byte order mark may come
  bool failed_ = false;
};

}  // namespace muster::sdk
