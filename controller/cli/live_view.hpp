/// What a job that is followed shows while it runs: counts and progress on standard error, output
/// where it belongs.
///
/// Each byte is shown once, in its place: what the events left out is fetched, where bytes are
/// passed through. One per follow_job(), one thread.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "api_client.hpp"
#include "job_follow.hpp"
#include "stream_place.hpp"

namespace muster::cli {

class LiveView {
 public:
  LiveView(std::string job_id, LiveOutput output);

  /// The stream of events begins, for the first time or anew, with what is.
  void connection_began();
  void on_event(const std::string& name, const nlohmann::json& data);

  [[nodiscard]] bool is_done() const { return done_.is_object(); }
  /// Once it is done: shows what is still missing of the output, and gives the job. Errors: those
  /// of ApiClient::download.
  [[nodiscard]] CliResult<nlohmann::json> finish(ApiClient& api);

 private:
  struct Shown {
    std::string node;
    std::string stream;
    StreamPlace place;
    std::string pending;  // of a line, or of a character, whose rest is still to come
  };

  [[nodiscard]] bool passes_through() const { return output_ == LiveOutput::RawIfOne && one_; }
  Shown& shown(const std::string& node, const std::string& stream);
  void show_counts(const nlohmann::json& counts);
  void show_progress(const nlohmann::json& data);
  void show_output(const nlohmann::json& data);
  void tell_of_gap();
  [[nodiscard]] CliResult<void> fetch_rest(ApiClient& api, Shown& shown);
  void write(Shown& shown, std::string_view bytes);
  void write_lines(Shown& shown, std::string_view bytes);
  void end_line(Shown& shown);
  void show_line(const std::string& text);
  void clear_line();

  std::string job_id_;
  LiveOutput output_;
  bool progress_;
  bool one_ = false;  // node
  bool line_open_ = false;
  bool gap_told_ = false;
  std::map<std::string, Shown> shown_;
  nlohmann::json done_;
};

}  // namespace muster::cli
