/// What a job that is followed shows: as it comes where the form is one of those, at its end
/// otherwise, and how far it is on a terminal's standard error meanwhile.
///
/// Each byte of output is shown once, in its place: what the events left out is fetched. One per
/// job, one thread.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "failure.hpp"
#include "live_sink.hpp"
#include "output_form.hpp"
#include "progress_line.hpp"
#include "stream_place.hpp"

namespace muster::cli {

class LiveView {
 public:
  static constexpr std::size_t kMostAway = 5;  ///< nodes that are told to be away

  /// `api` is for what is fetched at the end and lives longer.
  LiveView(client::ApiClient& api, std::string job_id, OutputForm form);

  /// The stream of events begins, for the first time or anew, with what is.
  void connection_began();
  void on_event(const client::JobEvent& event);

  [[nodiscard]] bool is_done() const { return is_done_; }
  /// Once it is done: shows what was not shown yet of the job with its tasks, and gives what it
  /// came to. Errors: those of get_job_output.
  [[nodiscard]] CliResult<Exit> finish(const client::Job& job);

 private:
  void settle_form(const client::Counts& counts);
  void show(const client::TaskEvent& event);
  void show(const client::OutputEvent& event);
  void show(const client::ProgressEvent& event);
  void show(const client::GapEvent&) {}  // what it leaves out is fetched
  void show(const client::AwayEvent& event);
  void show(const client::DoneEvent& event);
  [[nodiscard]] CliResult<void> fetch_while_followed(const StreamName& name, StreamPlace& place);
  [[nodiscard]] CliResult<void> fetch(client::ApiClient& api, const StreamName& name,
                                      StreamPlace& place);
  [[nodiscard]] CliResult<void> fetch_the_rest(const client::Job& job);

  client::ApiClient& api_;
  std::string job_id_;
  OutputForm form_;
  std::unique_ptr<LiveSink> sink_;             // null: the form shows nothing before the end
  std::optional<client::ApiClient> fetching_;  // beside the connection that the events keep busy
  ProgressLine progress_;
  std::set<std::string> away_;  // nodes that were told to be so
  std::map<StreamName, StreamPlace> places_;
  bool is_done_ = false;
};

/// The same of a job as it is now.
[[nodiscard]] CliResult<Exit> show_job_as_it_is(client::ApiClient& api, const client::Job& job,
                                                OutputForm form);

}  // namespace muster::cli
