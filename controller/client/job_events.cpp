#include "client/job_events.hpp"

#include <muster/core/base/bytes.hpp>
#include <muster/core/crypto/base64url.hpp>

#include "client/job_place.hpp"

namespace muster::client {

static void read(const Place& place, TaskEvent& event) {
  read(place, event.task);
  place.must("counts", event.counts);
  place.may("check", event.check);
}

static void read(const Place& place, OutputEvent& event) {
  place.must("node", event.node);
  place.must("stream", event.stream);
  place.must("offset", event.offset);
  place.may("text", event.bytes);
  std::string encoded;
  place.may("base64", encoded);
  const auto bytes = crypto::from_base64url(encoded);
  if (place.expect(bytes.has_value(), "base64url")) event.bytes += as_text(*bytes);
}

static void read(const Place& place, ProgressEvent& event) {
  place.must("node", event.node);
  place.must("done", event.done);
  place.must("note", event.note);
  event.told = place.told();
}

static void read(const Place& place, GapEvent& event) { place.must("reason", event.reason); }

static void read(const Place& place, AwayEvent& event) {
  place.must("node", event.node);
  place.must_or_null("since", event.since);
  place.must("until", event.until);
}

static void read(const Place& place, DoneEvent& event) { read(place, event.job); }

namespace {

using Read = Result<JobEvent> (*)(const std::string& text);

template <class Event>
Result<JobEvent> read_event(const std::string& text) {
  return read_text<Event>(text).map([](Event event) { return JobEvent(std::move(event)); });
}

/// Null for a name that this version does not know.
Read reader_of(const std::string& name) {
  static const std::map<std::string, Read> kReaders{
      {"task", read_event<TaskEvent>},         {"output", read_event<OutputEvent>},
      {"progress", read_event<ProgressEvent>}, {"gap", read_event<GapEvent>},
      {"away", read_event<AwayEvent>},         {"done", read_event<DoneEvent>}};
  const auto found = kReaders.find(name);
  return found == kReaders.end() ? nullptr : found->second;
}

}  // namespace

Result<void> watch_job(ApiClient& api, const std::string& job, std::string& last,
                       const std::function<void()>& on_anew,
                       const std::function<bool(const JobEvent&)>& on_event) {
  Result<void> understood;
  const auto ended = api.events("/v1/jobs/" + sdk::percent_encode(job) + "/events", last, on_anew,
                                [&](const std::string& name, const std::string& text) {
                                  const auto reader = reader_of(name);
                                  if (reader == nullptr) return true;
                                  const auto event = reader(text);
                                  if (!event) understood = tl::unexpected(event.error());
                                  return event && on_event(*event);
                                });
  return understood ? ended : understood;
}

}  // namespace muster::client
