#include "live_view.hpp"

#include <unistd.h>

#include <iostream>
#include <muster/core/base/bytes.hpp>
#include <muster/core/crypto/base64url.hpp>
#include <utility>

#include "terminal.hpp"

namespace muster::cli {
namespace {

using nlohmann::json;

constexpr std::size_t kLongestLine = std::size_t{64} << 10U;  // that is kept back for its end

std::string bytes_of(const json& event) {
  if (event.contains("text")) return event.at("text").get<std::string>();
  const auto bytes = crypto::from_base64url(event.value("base64", ""));
  return bytes ? std::string(as_text(*bytes)) : std::string();
}

std::ostream& out_for(const std::string& stream) {
  return stream == "stderr" ? std::cerr : std::cout;
}

bool to_terminal(const std::string& stream) {
  return on_terminal(stream == "stderr" ? STDERR_FILENO : STDOUT_FILENO);
}

}  // namespace

LiveView::LiveView(std::string job_id, LiveOutput output)
    : job_id_(std::move(job_id)), output_(output), progress_(on_terminal(STDERR_FILENO)) {}

void LiveView::connection_began() {
  for (auto& [key, shown] : shown_) shown.place.connection_began();
}

void LiveView::on_event(const std::string& name, const json& data) {
  if (name == "task" && data.contains("counts")) show_counts(data.at("counts"));
  if (name == "output") show_output(data);
  if (name == "progress") show_progress(data);
  if (name == "gap") tell_of_gap();
  if (name == "done") {
    done_ = data;
    clear_line();
  }
}

CliResult<json> LiveView::finish(ApiClient& api) {
  one_ = done_.at("counts").value("targets", 0) == 1;
  for (const auto& task : done_.at("tasks")) {
    if (!passes_through()) break;
    for (const auto& output : task.value("outputs", json::array())) {
      auto& part = shown(task.value("node", ""), output.value("stream", ""));
      if (part.stream == "records") continue;
      if (part.place.shown() >= output.value("kept", std::uint64_t{0})) continue;
      if (auto fetched = fetch_rest(api, part); !fetched) return tl::unexpected(fetched.error());
    }
  }
  for (auto& [key, part] : shown_) end_line(part);
  std::cout << std::flush;
  return std::move(done_);
}

LiveView::Shown& LiveView::shown(const std::string& node, const std::string& stream) {
  auto& found = shown_[node + "/" + stream];
  found.node = node;
  found.stream = stream;
  return found;
}

void LiveView::show_counts(const json& counts) {
  one_ = counts.value("targets", 0) == 1;
  if (!progress_ || output_ == LiveOutput::Prefixed || passes_through()) return;
  std::string line;
  for (const auto& [state, count] : counts.items()) {
    if (state != "targets" && count.get<int>() > 0) {
      line += (line.empty() ? "" : " · ") + std::to_string(count.get<int>()) + " " + state;
    }
  }
  show_line(line + " of " + std::to_string(counts.value("targets", 0)));
}

void LiveView::show_progress(const json& data) {
  if (!progress_) return;
  const auto percent = static_cast<int>(data.value("done", 0.0) * 100);
  show_line(printable(data.value("node", "")) + " " + std::to_string(percent) + "% " +
            printable(data.value("note", "")));
}

void LiveView::show_output(const json& data) {
  if (output_ == LiveOutput::None || (output_ == LiveOutput::RawIfOne && !one_)) return;
  auto& part = shown(data.value("node", ""), data.value("stream", ""));
  const auto offset = data.value("offset", std::uint64_t{0});
  if (offset > part.place.shown()) {
    if (passes_through()) {
      // The events go on meanwhile, so this takes a connection of its own.
      auto other = ApiClient::from_environment();
      // Where that fails the end of the job is soon enough: finish().
      if (!other || !fetch_rest(*other, part) || offset > part.place.shown()) return;
    } else {
      end_line(part);
    }
  }
  const auto bytes = bytes_of(data);
  const auto fresh = part.place.take(offset, bytes.size());
  if (fresh.anew) {
    end_line(part);
    std::cerr << printable(part.node) << ": runs again; " << printable(part.stream)
              << " begins anew\n";
  }
  write(part, std::string_view(bytes).substr(static_cast<std::size_t>(fresh.skip)));
}

void LiveView::tell_of_gap() {
  // Where bytes are passed through they are fetched; what is shown at the end is whole.
  if (output_ != LiveOutput::Prefixed || std::exchange(gap_told_, true)) return;
  std::cerr << "some live output was left out; muster job output has all of it\n";
}

CliResult<void> LiveView::fetch_rest(ApiClient& api, Shown& shown) {
  const auto path = "/v1/jobs/" + job_id_ + "/output" +
                    query({{"node", shown.node},
                           {"stream", shown.stream},
                           {"offset", std::to_string(shown.place.shown())}});
  return api.download(path, [&](std::string_view chunk) {
    write(shown, chunk);
    shown.place.fetched(chunk.size());
    return true;
  });
}

void LiveView::write(Shown& shown, std::string_view bytes) {
  clear_line();
  if (output_ == LiveOutput::Prefixed) return write_lines(shown, bytes);
  auto& out = out_for(shown.stream);
  if (!to_terminal(shown.stream)) {
    out << bytes << std::flush;
    return;
  }
  shown.pending += bytes;
  out << take_printable(shown.pending) << std::flush;
}

void LiveView::write_lines(Shown& shown, std::string_view bytes) {
  auto& out = out_for(shown.stream);
  for (const char character : bytes) {
    shown.pending += character;
    if (character == '\n' || shown.pending.size() >= kLongestLine) end_line(shown);
  }
  out << std::flush;
}

void LiveView::end_line(Shown& shown) {
  if (shown.pending.empty()) return;
  auto& out = out_for(shown.stream);
  if (output_ == LiveOutput::Prefixed) {
    out << printable(shown.node) << ": "
        << (to_terminal(shown.stream) ? printable(shown.pending) : shown.pending);
    if (shown.pending.back() != '\n') out << "\n";
  } else {
    out << printable(shown.pending);
  }
  shown.pending.clear();
}

void LiveView::show_line(const std::string& text) {
  std::cerr << "\r\x1b[K" << text << std::flush;
  line_open_ = true;
}

void LiveView::clear_line() {
  if (line_open_) std::cerr << "\r\x1b[K" << std::flush;
  line_open_ = false;
}

}  // namespace muster::cli
