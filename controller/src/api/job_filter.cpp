#include "api/job_filter.hpp"

#include <array>
#include <muster/core/base/time_text.hpp>

namespace muster::controller::api {
namespace {

tl::unexpected<Error> refuse(const std::string& name, const std::string& why) {
  return fail(ErrorCode::InvalidArgument, name + ": " + why, "/" + name);
}

Status read_operation(const std::string& text, JobFilter& filter) {
  if (!selector::is_pattern(text)) {
    filter.operation = text;
    return {};
  }
  auto pattern = selector::Pattern::compile(text);
  if (!pattern) return refuse("operation", pattern.error());
  filter.operations = std::move(*pattern);
  return {};
}

/// One of the words of the document.
void read_state(const std::string& word, JobFilter& filter) {
  filter.ended = word == "ended";
  for (const auto state :
       {JobState::Running, JobState::Done, JobState::Cancelled, JobState::Stopped}) {
    if (word == to_string(state)) filter.state = state;
  }
  for (const auto outcome : {JobOutcome::Ok, JobOutcome::Failed, JobOutcome::Incomplete}) {
    if (word == to_string(outcome)) filter.outcome = outcome;
  }
}

Status read_time(const Exchange& exchange, const std::string& name, UnixTime now, UnixMs& time) {
  const auto text = exchange.query(name);
  if (text.empty()) return {};
  const auto parsed = parse_time(text, now, name == "until" ? Moment::Last : Moment::First);
  if (!parsed) return refuse(name, parsed.error().message);
  time = to_unix_ms(*parsed);
  return {};
}

}  // namespace

Result<JobFilter> job_filter_from(const Exchange& exchange, UnixTime now) {
  JobFilter filter;
  if (auto read = read_operation(exchange.query("operation"), filter); !read) {
    return tl::unexpected(read.error());
  }
  filter.requested_by = exchange.query("by");
  filter.node = exchange.query("node");
  read_state(exchange.query("state"), filter);
  for (const auto& [name, time] :
       std::array{std::pair{"since", &filter.since}, std::pair{"until", &filter.until}}) {
    if (auto read = read_time(exchange, name, now, *time); !read) {
      return tl::unexpected(read.error());
    }
  }
  if (filter.since > filter.until) return refuse("until", "this is before since");
  return filter;
}

}  // namespace muster::controller::api
