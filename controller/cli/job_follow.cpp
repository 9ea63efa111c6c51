#include "job_follow.hpp"

#include <pthread.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <iostream>
#include <map>
#include <muster/core/base/bytes.hpp>
#include <muster/core/crypto/base64url.hpp>
#include <nlohmann/json.hpp>
#include <thread>

#include "terminal.hpp"

namespace muster::cli {
namespace {

using nlohmann::json;

constexpr int kMaxBrokenStreams = 3;

/// Ctrl-C while a job is followed. The thread never ends: it leaves with the program, which holds
/// nothing that must be put away.
void detach_on_interrupt(const std::string& job_id) {
  sigset_t interrupt;
  sigemptyset(&interrupt);
  sigaddset(&interrupt, SIGINT);
  pthread_sigmask(SIG_BLOCK, &interrupt, nullptr);
  std::thread([interrupt, job_id] {
    int signal = 0;
    sigwait(&interrupt, &signal);
    const std::string text = "\ndetached; the job goes on.\n  muster job watch " + job_id +
                             "\n  muster job cancel " + job_id + "\n";
    [[maybe_unused]] const auto written = ::write(STDERR_FILENO, text.data(), text.size());
    std::_Exit(static_cast<int>(Exit::Interrupted));
  }).detach();
}

std::string bytes_of(const json& event) {
  if (event.contains("text")) return event.at("text").get<std::string>();
  const auto bytes = crypto::from_base64url(event.value("base64", ""));
  return bytes ? std::string(as_text(*bytes)) : std::string();
}

/// One job's live view.
class Follower {
 public:
  explicit Follower(LiveOutput output) : output_(output), progress_(::isatty(STDERR_FILENO) == 1) {}

  void on_event(const std::string& name, const json& data) {
    if (name == "task" && data.contains("counts")) show_counts(data.at("counts"));
    if (name == "output") show_output(data);
    if (name == "progress") show_progress(data);
    if (name == "gap")
      std::cerr << "some live output was left out; muster job output has all of it\n";
    if (name == "done") {
      done_ = data;
      clear_line();
    }
  }

  [[nodiscard]] bool is_done() const { return done_.is_object(); }
  [[nodiscard]] json take() { return std::move(done_); }

 private:
  void show_counts(const json& counts) {
    if (!progress_ || output_ != LiveOutput::None) return;
    std::string line;
    for (const auto& [state, count] : counts.items()) {
      if (state != "targets" && count.get<int>() > 0) {
        line += (line.empty() ? "" : " · ") + std::to_string(count.get<int>()) + " " + state;
      }
    }
    show_line(line + " of " + std::to_string(counts.value("targets", 0)));
  }

  void show_progress(const json& data) {
    if (!progress_) return;
    const auto percent = static_cast<int>(data.value("done", 0.0) * 100);
    show_line(printable(data.value("node", "")) + " " + std::to_string(percent) + "% " +
              printable(data.value("note", "")));
  }

  void show_output(const json& data) {
    const auto stream = data.value("stream", "");
    // A stream begins with what is, also when it was taken up again: nothing is shown twice.
    auto& shown = shown_[data.value("node", "") + "/" + stream];
    const auto offset = data.value("offset", std::uint64_t{0});
    if (offset < shown) return;
    shown = offset + data.value("bytes", std::uint64_t{1});
    if (output_ == LiveOutput::None) return;
    auto& out = stream == "stderr" ? std::cerr : std::cout;
    if (output_ == LiveOutput::Raw) {
      out << bytes_of(data) << std::flush;
      return;
    }
    std::string line;
    for (const char character : bytes_of(data)) {
      line += character;
      if (character == '\n') {
        out << printable(data.value("node", "")) << ": " << printable(line);
        line.clear();
      }
    }
    if (!line.empty()) out << printable(data.value("node", "")) << ": " << printable(line) << "\n";
    out << std::flush;
  }

  void show_line(const std::string& text) {
    std::cerr << "\r\x1b[K" << text << std::flush;
    line_open_ = true;
  }
  void clear_line() {
    if (line_open_) std::cerr << "\r\x1b[K" << std::flush;
    line_open_ = false;
  }

  LiveOutput output_;
  bool progress_;
  bool line_open_ = false;
  std::map<std::string, std::uint64_t> shown_;
  json done_;
};

/// For streams that ended without saying that the job is done.
CliResult<json> job_in_the_end(ApiClient& api, const std::string& job_id) {
  auto job = api.get("/v1/jobs/" + job_id);
  if (job && job->value("state", "") == "running") {
    return failure(Exit::Unreached,
                   "the controller ended the stream of the job's events\nthe job "
                   "goes on: muster job watch " +
                       job_id);
  }
  return job;
}

}  // namespace

CliResult<json> follow_job(ApiClient& api, const std::string& job_id, LiveOutput output) {
  detach_on_interrupt(job_id);
  Follower follower(output);
  for (int broken = 0; broken < kMaxBrokenStreams; ++broken) {
    const auto ended =
        api.events("/v1/jobs/" + job_id + "/events",
                   [&](const auto& name, const auto& data) { follower.on_event(name, data); });
    if (follower.is_done()) return follower.take();
    if (!ended && ended.error().exit != Exit::Unreached) return tl::unexpected(ended.error());
    if (!ended && broken + 1 == kMaxBrokenStreams) {
      return failure(Exit::Unreached,
                     ended.error().message + "\nthe job goes on: muster job watch " + job_id);
    }
  }
  return job_in_the_end(api, job_id);
}

}  // namespace muster::cli
