#include "live_view.hpp"

#include <iostream>
#include <utility>
#include <variant>

#include "job_counts.hpp"
#include "job_exit.hpp"
#include "job_report.hpp"
#include "json_lines.hpp"
#include "json_text.hpp"
#include "terminal.hpp"

namespace muster::cli {
namespace {

std::unique_ptr<LiveSink> sink_for(OutputForm form, const std::string& job_id) {
  if (form == OutputForm::Stream) return prefixed_sink();
  if (form == OutputForm::JsonLines) return std::make_unique<JsonLines>(job_id, std::cout);
  return nullptr;
}

}  // namespace

LiveView::LiveView(client::ApiClient& api, std::string job_id, OutputForm form)
    : api_(api), job_id_(std::move(job_id)), form_(form), sink_(sink_for(form, job_id_)) {}

void LiveView::connection_began() {
  for (auto& [name, place] : places_) place.connection_began();
}

void LiveView::on_event(const client::JobEvent& event) {
  std::visit([&](const auto& one) { show(one); }, event);
}

CliResult<Exit> LiveView::finish(const client::Job& job) {
  settle_form(job.counts);
  if (sink_) {
    // A reader that is gone needs nothing more.
    if (auto fetched = fetch_the_rest(job); !fetched && std::cout) {
      return tl::unexpected(fetched.error());
    }
    sink_->end(job);
  } else if (form_ == OutputForm::Json) {
    std::cout << json_text(job.told);
  } else if (auto printed = print_job(api_, job, form_); !printed) {
    return tl::unexpected(printed.error());
  }
  std::cout << std::flush;
  return exit_of_job(job);
}

/// With how many nodes the job has, which shows when the first of its tasks is told.
void LiveView::settle_form(const client::Counts& counts) {
  if (form_ != OutputForm::PassThrough || sink_) return;
  if (counts.targets == 1) {
    sink_ = pass_through_sink();
  } else {
    form_ = OutputForm::Variants;
  }
}

void LiveView::show(const client::TaskEvent& event) {
  settle_form(event.counts);
  if (sink_) return sink_->task(event);
  progress_.show(counts_text(event.counts, event.check, " · ") + " of " +
                 std::to_string(event.counts.targets));
}

void LiveView::show(const client::ProgressEvent& event) {
  if (sink_) sink_->progress(event);
  if (form_ == OutputForm::JsonLines) return;
  const auto percent = static_cast<int>(event.done * 100);
  progress_.show(printable(event.node) + " " + std::to_string(percent) + "% " +
                 printable(event.note));
}

/// Each node once, and of many only the first: they are told again by each connection.
void LiveView::show(const client::AwayEvent& event) {
  if (!away_.insert(event.node).second || away_.size() > kMostAway + 1) return;
  progress_.clear();
  if (away_.size() > kMostAway) {
    std::cerr << "muster: more nodes are away; muster node ls shows them\n";
    return;
  }
  std::cerr << "muster: " << printable(event.node) << " is away since " << short_time(event.since)
            << "; unless it comes back, its task ends as indeterminate at "
            << short_time(event.until) << "\n";
}

void LiveView::show(const client::DoneEvent&) {
  is_done_ = true;
  progress_.clear();
}

void LiveView::show(const client::OutputEvent& event) {
  if (!sink_) return;
  const StreamName name{event.node, event.stream};
  auto& place = places_[name];
  if (event.offset > place.shown()) {
    // Where that fails the end of the job is soon enough: fetch_the_rest().
    if (!fetch_while_followed(name, place) || event.offset > place.shown()) return;
  }
  const auto fresh = place.take(event.offset, event.bytes.size());
  progress_.clear();
  if (fresh.anew) sink_->begins_anew(name);
  sink_->output(name, event.offset + fresh.skip,
                std::string_view(event.bytes).substr(static_cast<std::size_t>(fresh.skip)));
}

CliResult<void> LiveView::fetch_while_followed(const StreamName& name, StreamPlace& place) {
  if (!fetching_) fetching_ = api_.another();
  return fetch(*fetching_, name, place);
}

CliResult<void> LiveView::fetch(client::ApiClient& api, const StreamName& name,
                                StreamPlace& place) {
  progress_.clear();
  const auto done = client::get_job_output(
      api, job_id_, {.node = name.node, .stream = name.stream, .offset = place.shown()},
      [&](std::string_view chunk) {
        sink_->output(name, place.shown(), chunk);
        place.fetched(chunk.size());
        return static_cast<bool>(std::cout);
      });
  if (!done) return tl::unexpected(done.error());
  return {};
}

CliResult<void> LiveView::fetch_the_rest(const client::Job& job) {
  for (const auto& task : job.tasks) {
    for (const auto& output : task.outputs) {
      const StreamName name{task.node, output.stream};
      auto& place = places_[name];
      if (place.shown() >= output.kept) continue;
      if (auto fetched = fetch(api_, name, place); !fetched) return fetched;
    }
  }
  return {};
}

CliResult<Exit> show_job_as_it_is(client::ApiClient& api, const client::Job& job, OutputForm form) {
  LiveView view(api, job.id, form);
  return view.finish(job);
}

}  // namespace muster::cli
