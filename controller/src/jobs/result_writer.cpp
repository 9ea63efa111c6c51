#include "jobs/result_writer.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>
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
  if (batch_.empty()) {
    const auto end =
        waiting_.begin() + static_cast<std::ptrdiff_t>(std::min(most_, waiting_.size()));
    batch_.assign(std::make_move_iterator(waiting_.begin()), std::make_move_iterator(end));
    waiting_.erase(waiting_.begin(), end);
  }
  store_.finish_tasks(batch_, [this](const Status& written) { on_written(written); });
}

void ResultWriter::on_written(const Status& written) {
  const bool for_good = !written && written.error().code == ErrorCode::NotFound;
  if (for_good && lessen(written.error())) return write();
  if (!written && !for_good) {
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
  most_ = std::min(most_ * 2, kMostAtOnce);
  stored_(batch);
  if (!writing_ && !waiting_.empty()) write();
}

bool ResultWriter::lessen(const Error& why) {
  if (batch_.size() > 1) {
    most_ = batch_.size() / 2;
    const auto rest = batch_.begin() + static_cast<std::ptrdiff_t>(most_);
    waiting_.insert(waiting_.begin(), std::make_move_iterator(rest),
                    std::make_move_iterator(batch_.end()));
    batch_.erase(rest, batch_.end());
    return true;
  }
  auto& outcome = batch_.front();
  const bool had_output = !outcome.bodies.empty();
  log_.error(had_output ? "an output is lost, storing the result without it"
                        : "a result cannot be stored, giving it up",
             {{"task", outcome.task.id.text()}, {"reason", why.message}});
  bytes_ -= size_of(outcome);
  outcome.bodies.clear();
  bytes_ += size_of(outcome);
  for (auto& output : outcome.task.outputs) {
    output.kept = 0;
    output.digest = crypto::sha256({});
  }
  return had_output;
}

}  // namespace muster::controller
