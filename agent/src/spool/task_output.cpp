#include "spool/task_output.hpp"

namespace muster::agent {

StreamSpool& TaskOutput::stream(wire::Stream which) {
  auto& slot = streams_[static_cast<std::size_t>(which)];
  if (!slot) slot = std::make_unique<StreamSpool>(store_, cap_);
  return *slot;
}

StreamSpool* TaskOutput::find(wire::Stream which) const {
  return streams_[static_cast<std::size_t>(which)].get();
}

void TaskOutput::restore(wire::Stream which, const StreamSpool::Kept& kept) {
  streams_[static_cast<std::size_t>(which)] = std::make_unique<StreamSpool>(store_, kept);
}

void TaskOutput::finish() {
  each([](wire::Stream, StreamSpool& stream) { stream.finish(); });
}

void TaskOutput::discard() {
  each([](wire::Stream, StreamSpool& stream) { stream.discard(); });
}

std::vector<wire::OutputSummary> TaskOutput::summary() const {
  std::vector<wire::OutputSummary> all;
  each([&all](wire::Stream which, const StreamSpool& stream) {
    const auto parts = stream.kept_parts();
    all.push_back({which, parts.size, parts.kept, parts.digest});
  });
  return all;
}

bool TaskOutput::all_sent() const {
  bool all = true;
  each([&all](wire::Stream, const StreamSpool& stream) { all = all && stream.all_sent(); });
  return all;
}

std::uint64_t TaskOutput::in_flight() const {
  std::uint64_t bytes = 0;
  each([&bytes](wire::Stream, const StreamSpool& stream) { bytes += stream.in_flight(); });
  return bytes;
}

void TaskOutput::restart_sending() {
  each([](wire::Stream, StreamSpool& stream) { stream.restart_sending(); });
}

}  // namespace muster::agent
