/// What becomes of a job's news while it is followed, in the forms that show them as they come.
///
/// LiveView gives each byte that a task printed once and in its place; a sink only says how it
/// looks. One owner, one thread.
#pragma once

#include <client/job_events.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace muster::cli {

/// One stream of one task.
struct StreamName {
  std::string node;
  std::string stream;  ///< stdout, stderr or records
  [[nodiscard]] auto operator<=>(const StreamName&) const = default;
};

class LiveSink {
 public:
  virtual ~LiveSink() = default;

  /// The bytes that come next.
  virtual void output(const StreamName& name, std::uint64_t offset, std::string_view bytes) = 0;
  /// The task runs again: what it prints begins anew.
  virtual void begins_anew(const StreamName& name) = 0;
  /// A task's state, with its job's counts.
  virtual void task(const client::TaskEvent& event) = 0;
  virtual void progress(const client::ProgressEvent& event) = 0;
  /// Nothing more comes: what is left to say of the job with its tasks.
  virtual void end(const client::Job& job) = 0;
};

/// All bytes as they come; on a terminal those that could take it over are replaced. For a job with
/// one node.
[[nodiscard]] std::unique_ptr<LiveSink> pass_through_sink();
/// Whole lines, with the node's name before them.
[[nodiscard]] std::unique_ptr<LiveSink> prefixed_sink();

}  // namespace muster::cli
