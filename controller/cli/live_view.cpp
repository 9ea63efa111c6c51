#include "live_view.hpp"

#include <iostream>
#include <muster/core/base/bytes.hpp>
#include <muster/core/crypto/base64url.hpp>
#include <utility>

#include "job_counts.hpp"
#include "job_exit.hpp"
#include "job_report.hpp"
#include "json_lines.hpp"
#include "terminal.hpp"

namespace muster::cli {
namespace {

using nlohmann::json;

std::string bytes_of(const json& event) {
  if (event.contains("text")) return event.at("text").get<std::string>();
  const auto bytes = crypto::from_base64url(event.value("base64", ""));
  return bytes ? std::string(as_text(*bytes)) : std::string();
}

std::unique_ptr<LiveSink> sink_for(OutputForm form, const std::string& job_id) {
  if (form == OutputForm::Stream) return prefixed_sink();
  if (form == OutputForm::JsonLines) return std::make_unique<JsonLines>(job_id, std::cout);
  return nullptr;
}

}  // namespace

LiveView::LiveView(ApiClient& api, std::string job_id, OutputForm form)
    : api_(api), job_id_(std::move(job_id)), form_(form), sink_(sink_for(form, job_id_)) {}

void LiveView::connection_began() {
  for (auto& [name, place] : places_) place.connection_began();
}

void LiveView::on_event(const std::string& name, const json& data) {
  if (name == "task" && data.contains("counts")) {
    settle_form(data.at("counts"));
    show_counts(data.at("counts"), data.value("check", false));
    if (sink_) sink_->task(data);
  }
  if (name == "output") show_output(data);
  if (name == "progress") show_progress(data);
  if (name == "away") show_away(data);
  if (name == "done") {
    is_done_ = true;
    progress_.clear();
  }
}

CliResult<Exit> LiveView::finish(const json& job) {
  settle_form(job.at("counts"));
  if (sink_) {
    // A reader that is gone needs nothing more.
    if (auto fetched = fetch_the_rest(job); !fetched && std::cout) {
      return tl::unexpected(fetched.error());
    }
    sink_->end(job);
  } else if (form_ == OutputForm::Json) {
    std::cout << job.dump(2) << "\n";
  } else if (auto printed = print_job(api_, job, form_); !printed) {
    return tl::unexpected(printed.error());
  }
  std::cout << std::flush;
  return exit_of_job(job);
}

/// With how many nodes the job has, which shows when the first of its tasks is told.
void LiveView::settle_form(const json& counts) {
  if (form_ != OutputForm::PassThrough || sink_) return;
  if (counts.value("targets", 0) == 1) {
    sink_ = pass_through_sink();
  } else {
    form_ = OutputForm::Variants;
  }
}

void LiveView::show_counts(const json& counts, bool check) {
  if (sink_) return;
  progress_.show(counts_text(counts, check, " · ") + " of " +
                 std::to_string(counts.value("targets", 0)));
}

void LiveView::show_progress(const json& data) {
  if (sink_) sink_->progress(data);
  if (form_ == OutputForm::JsonLines) return;
  const auto percent = static_cast<int>(data.value("done", 0.0) * 100);
  progress_.show(printable(data.value("node", "")) + " " + std::to_string(percent) + "% " +
                 printable(data.value("note", "")));
}

/// Each node once, and of many only the first: they are told again by each connection.
void LiveView::show_away(const json& data) {
  const auto node = data.value("node", "");
  if (!away_.insert(node).second || away_.size() > kMostAway + 1) return;
  progress_.clear();
  if (away_.size() > kMostAway) {
    std::cerr << "muster: more nodes are away; muster node ls shows them\n";
    return;
  }
  std::cerr << "muster: " << printable(node) << " is away since "
            << short_time(text_of(data, "since"))
            << "; unless it comes back, its task ends as indeterminate at "
            << short_time(text_of(data, "until")) << "\n";
}

void LiveView::show_output(const json& data) {
  const StreamName name{data.value("node", ""), data.value("stream", "")};
  if (!sink_) return;
  auto& place = places_[name];
  const auto offset = data.value("offset", std::uint64_t{0});
  if (offset > place.shown()) {
    // Where that fails the end of the job is soon enough: fetch_the_rest().
    if (!fetch_while_followed(name, place) || offset > place.shown()) return;
  }
  const auto bytes = bytes_of(data);
  const auto fresh = place.take(offset, bytes.size());
  progress_.clear();
  if (fresh.anew) sink_->begins_anew(name);
  sink_->output(name, offset + fresh.skip,
                std::string_view(bytes).substr(static_cast<std::size_t>(fresh.skip)));
}

CliResult<void> LiveView::fetch_while_followed(const StreamName& name, StreamPlace& place) {
  if (!fetching_) fetching_ = api_.another();
  return fetch(*fetching_, name, place);
}

CliResult<void> LiveView::fetch(ApiClient& api, const StreamName& name, StreamPlace& place) {
  const auto path = "/v1/jobs/" + job_id_ + "/output" +
                    query({{"node", name.node},
                           {"stream", name.stream},
                           {"offset", std::to_string(place.shown())}});
  progress_.clear();
  return api.download(path, [&](std::string_view chunk) {
    sink_->output(name, place.shown(), chunk);
    place.fetched(chunk.size());
    return static_cast<bool>(std::cout);
  });
}

CliResult<void> LiveView::fetch_the_rest(const json& job) {
  for (const auto& task : job.at("tasks")) {
    for (const auto& output : task.value("outputs", json::array())) {
      const StreamName name{task.value("node", ""), output.value("stream", "")};
      auto& place = places_[name];
      if (place.shown() >= output.value("kept", std::uint64_t{0})) continue;
      if (auto fetched = fetch(api_, name, place); !fetched) return fetched;
    }
  }
  return {};
}

CliResult<Exit> show_job_as_it_is(ApiClient& api, const json& job, OutputForm form) {
  LiveView view(api, job.value("job", ""), form);
  return view.finish(job);
}

}  // namespace muster::cli
