#include "jobs/result_writer.hpp"

#include <algorithm>
#include <chrono>
#include <muster/core/log/logger.hpp>
#include <utility>

namespace muster::controller {
namespace {

constexpr std::chrono::seconds kRetry{1};

/// What an outcome holds in memory.
std::size_t size_of(const TaskOutcome& outcome) {
  std::size_t bytes = sizeof(TaskOutcome) + outcome.task.result.size();
  if (outcome.task.error) bytes += outcome.task.error->message.size();
  for (const auto& body : outcome.bodies) {
    bytes += static_cast<std::size_t>(std::min<std::uint64_t>(body->size(), kInlineOutput));
  }
  return bytes;
}

}  // namespace

ResultWriter::ResultWriter(run::EventLoop& loop, Store& store, log::Logger& log, Stored stored)
    : loop_(loop), store_(store), log_(log), stored_(std::move(stored)) {}

void ResultWriter::add(TaskOutcome outcome) {
  bytes_ += size_of(outcome);
  waiting_.push_back(std::move(outcome));
  if (!writing_) write();
}

void ResultWriter::write() {
  writing_ = true;
  if (batch_.empty()) batch_ = std::exchange(waiting_, {});
  store_.finish_tasks(batch_, [this](const Status& written) { on_written(written); });
}

void ResultWriter::on_written(const Status& written) {
  if (!written) {
    if (!std::exchange(failing_, true)) {
      log_.error("results cannot be stored, retrying every second",
                 {{"waiting", batch_.size()}, {"reason", written.error().message}});
    }
    again_ = loop_.after(kRetry, [this] { write(); });
    return;
  }
  if (std::exchange(failing_, false)) log_.info("results are stored again");
  const auto batch = std::exchange(batch_, {});
  for (const auto& outcome : batch) bytes_ -= size_of(outcome);
  writing_ = false;
  stored_(batch);
  if (!writing_ && !waiting_.empty()) write();
}

}  // namespace muster::controller
