#include "collectors.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "influx.hpp"
#include "nagios.hpp"
#include "run.hpp"

namespace muster::plugin::script {
namespace {

using sdk::ErrorCode;

struct Unit {
  std::string_view written;
  std::string_view base;
  double factor;
};
/// What checks write, in base units. Of KB and the like it is not said which they mean; bytes of
/// 1,024 are what the Monitoring Plugins print so.
constexpr std::array<Unit, 15> kUnits{{{"s", "seconds", 1},
                                       {"ms", "seconds", 1e-3},
                                       {"us", "seconds", 1e-6},
                                       {"ns", "seconds", 1e-9},
                                       {"%", "percent", 1},
                                       {"c", "count", 1},
                                       {"B", "bytes", 1},
                                       {"KB", "bytes", 1024.0},
                                       {"KiB", "bytes", 1024.0},
                                       {"MB", "bytes", 1048576.0},
                                       {"MiB", "bytes", 1048576.0},
                                       {"GB", "bytes", 1073741824.0},
                                       {"GiB", "bytes", 1073741824.0},
                                       {"TB", "bytes", 1099511627776.0},
                                       {"TiB", "bytes", 1099511627776.0}}};

Sample sample_of(const std::string& check, const PerfValue& value) {
  Sample sample{"check_value", {{"check", check}, {"label", value.label}}, value.value};
  if (value.unit.empty()) return sample;
  std::string unit = value.unit;
  for (const auto& known : kUnits) {
    if (known.written != value.unit) continue;
    unit = known.base;
    sample.value *= known.factor;
    break;
  }
  sample.labels["unit"] = unit;
  return sample;
}

sdk::Result<std::vector<Sample>> read_influx(std::string_view output, std::size_t& dropped) {
  std::vector<Sample> all;
  std::size_t number = 0;
  while (!output.empty()) {
    ++number;
    const auto end = std::min(output.find('\n'), output.size());
    auto samples = read_influx_line(output.substr(0, end), dropped);
    if (!samples) {
      return sdk::fail(ErrorCode::Corrupt, "line " + std::to_string(number) +
                                               " of its output: " + samples.error().message);
    }
    for (auto& sample : *samples) {
      if (all.size() < kMaxSamples && !is_reserved_name(sample.name)) {
        all.push_back(std::move(sample));
      } else {
        ++dropped;
      }
    }
    output.remove_prefix(std::min(end + 1, output.size()));
  }
  return all;
}

double seconds(std::chrono::steady_clock::duration time) {
  return std::chrono::duration<double>(time).count();
}

}  // namespace

sdk::Result<std::vector<Sample>> read_samples(const CollectorSpec& spec, int exit_code,
                                              std::string_view output, std::size_t& dropped) {
  if (spec.protocol == Protocol::Nagios) {
    const auto report = read_check(exit_code, output);
    std::vector<Sample> samples{
        {"check_status", {{"check", spec.name}}, static_cast<double>(report.status)}};
    for (const auto& value : report.values) samples.push_back(sample_of(spec.name, value));
    dropped += report.unreadable;
    return samples;
  }
  if (exit_code != 0) {
    return sdk::fail(
        ErrorCode::FailedPrecondition,
        exit_code < 0 ? "a signal ended it" : "it exited with " + std::to_string(exit_code));
  }
  return read_influx(output, dropped);
}

Collectors::Collectors(const Folder& folder, sdk::Log log)
    : folder_(folder), log_(log), seen_(folder.collectors.size()) {}

void Collectors::start() {
  if (folder_.collectors.empty()) return;
  thread_ = std::jthread([this](const std::stop_token& stop) { work(stop); });
}

void Collectors::stop() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  thread_.join();
}

void Collectors::work(const std::stop_token& stop) {
  std::vector<Clock::time_point> due(folder_.collectors.size(), Clock::now());
  for (;;) {
    const auto next = std::min_element(due.begin(), due.end());
    {
      std::unique_lock lock(mutex_);
      wake_.wait_until(lock, stop, *next, [] { return false; });
    }
    if (stop.stop_requested()) return;
    const auto index = static_cast<std::size_t>(next - due.begin());
    const auto& spec = folder_.collectors[index];
    auto seen = run(spec, stop);
    if (stop.stop_requested()) return;
    keep(index, std::move(seen));
    // In step with the period; what was missed because others took long is left out.
    const auto now = Clock::now();
    while (*next <= now) *next += spec.every;
  }
}

Collectors::Seen Collectors::run(const CollectorSpec& spec, const std::stop_token& stop) const {
  Seen seen;
  const auto begun = Clock::now();
  sdk::ProcessLimits limits;
  limits.deadline = begun + spec.timeout;
  limits.max_memory_bytes = folder_.max_memory_bytes;
  std::string output;
  bool too_much = false;
  const auto take = [&](sdk::OutputStream stream, std::span<const std::byte> piece) {
    if (stream == sdk::OutputStream::Stderr) return true;
    too_much = output.size() + piece.size() > kMaxCollectorOutput;
    if (!too_much) output.append(reinterpret_cast<const char*>(piece.data()), piece.size());
    return !too_much;
  };
  const auto samples = [&]() -> sdk::Result<std::vector<Sample>> {
    const auto program = program_for(folder_, spec.command, spec.arguments);
    if (!program) return tl::unexpected(program.error());
    const auto end = sdk::run_process(*program, limits, take, stop);
    if (!end) return tl::unexpected(end.error());
    if (too_much) return sdk::fail(ErrorCode::ResourceExhausted, "it printed more than 1 MiB");
    if (end->stopped != sdk::StopReason::None) {
      return sdk::fail(ErrorCode::Timeout, "it took longer than its timeout");
    }
    return read_samples(spec, end->exit_code, output, seen.dropped);
  }();
  seen.ended = Clock::now();
  seen.duration = std::chrono::duration_cast<std::chrono::milliseconds>(seen.ended - begun);
  seen.up = samples.has_value();
  if (samples) {
    seen.samples = *samples;
  } else {
    seen.why_not = samples.error().message;
  }
  return seen;
}

void Collectors::keep(std::size_t index, Seen seen) {
  const auto& name = folder_.collectors[index].name;
  const std::lock_guard lock(mutex_);
  auto& kept = seen_[index];
  const bool was_up = !kept || kept->up;
  if (was_up && !seen.up) {
    log_.warn("collector gives no metrics", {{"collector", name}, {"why", seen.why_not}});
  } else if (kept && !was_up && seen.up) {
    log_.info("collector gives metrics again", {{"collector", name}});
  }
  kept = std::move(seen);
}

std::string Collectors::text() const {
  std::vector<Sample> all;
  const auto now = Clock::now();
  const std::lock_guard lock(mutex_);
  for (std::size_t i = 0; i < seen_.size(); ++i) {
    if (!seen_[i]) continue;  // it has not ended once yet
    const auto& seen = *seen_[i];
    const std::map<std::string, std::string> labels{{"collector", folder_.collectors[i].name}};
    all.insert(all.end(), seen.samples.begin(), seen.samples.end());
    all.push_back({"script_collector_up", labels, seen.up ? 1.0 : 0.0});
    all.push_back({"script_collector_duration_seconds", labels, seconds(seen.duration)});
    all.push_back({"script_collector_age_seconds", labels, seconds(now - seen.ended)});
    all.push_back({"script_collector_dropped", labels, static_cast<double>(seen.dropped)});
  }
  return exposition(all);
}

}  // namespace muster::plugin::script
