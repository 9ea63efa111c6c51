/// A job as it happens, one JSON object a line, for programs: the schema stands in output.md.
///
/// Each state of a task is told once, however often the controller tells it anew. One per follower,
/// one thread.
#pragma once

#include <iosfwd>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "live_sink.hpp"

namespace muster::cli {

class JsonLines final : public LiveSink {
 public:
  JsonLines(std::string job_id, std::ostream& out);

  void output(const StreamName& name, std::uint64_t offset, std::string_view bytes) override;
  void begins_anew(const StreamName&) override {}  // its offset goes back, and its attempt went up
  void task(const client::TaskEvent& event) override;
  void progress(const client::ProgressEvent& event) override;
  /// The states that were not told yet, and the job.
  void end(const client::Job& job) override;

 private:
  void task(const client::Task& task, const nlohmann::json& told);
  void line(const char* event, const nlohmann::json& members);

  std::string job_id_;
  std::ostream& out_;
  std::map<std::string, std::string> told_;  // of each node: attempt and state
};

}  // namespace muster::cli
