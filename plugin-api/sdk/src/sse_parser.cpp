#include <muster/sdk/sse_parser.hpp>
#include <utility>

namespace muster::sdk {
namespace {
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
}  // namespace

SseParser::SseParser(std::function<void(const SseEvent&)> on_event, std::size_t max_event_bytes)
    : on_event_(std::move(on_event)), max_event_bytes_(max_event_bytes) {}

bool SseParser::feed(std::string_view chunk) {
  while (!failed_ && !chunk.empty()) {
    if (std::exchange(skip_line_feed_, false) && chunk.front() == '\n') {
      chunk.remove_prefix(1);
      continue;
    }
    const std::size_t end = chunk.find_first_of("\r\n");
    const std::string_view part = chunk.substr(0, end);
    if (line_.size() + part.size() > max_event_bytes_) {
      failed_ = true;
      break;
    }
    line_ += part;
    if (end == std::string_view::npos) break;
    skip_line_feed_ = chunk[end] == '\r';
    chunk.remove_prefix(end + 1);
    const std::string line = std::exchange(line_, {});
    take_line(line);
  }
  return !failed_;
}

void SseParser::take_line(std::string_view line) {
  if (std::exchange(at_start_, false) && line.starts_with(kByteOrderMark)) {
    line.remove_prefix(kByteOrderMark.size());
  }
  if (line.empty()) return dispatch();
  if (line.front() == ':') return;  // a comment: the server's heartbeat
  const std::size_t colon = line.find(':');
  const std::string_view field = line.substr(0, colon);
  std::string_view value =
      colon == std::string_view::npos ? std::string_view() : line.substr(colon + 1);
  if (value.starts_with(' ')) value.remove_prefix(1);
  if (field == "event") {
    pending_.event = value;
  } else if (field == "id") {
    if (value.find('\0') == std::string_view::npos) pending_.id = value;
  } else if (field == "data") {
    if (pending_.data.size() + value.size() + 1 > max_event_bytes_) {
      failed_ = true;
      return;
    }
    if (std::exchange(has_data_, true)) pending_.data += '\n';
    pending_.data += value;
  }
}

void SseParser::dispatch() {
  if (std::exchange(has_data_, false)) {
    if (pending_.event.empty()) pending_.event = "message";
    on_event_(pending_);
  }
  pending_.event.clear();
  pending_.data.clear();  // the id stays: it holds until the server gives another
}

}  // namespace muster::sdk
