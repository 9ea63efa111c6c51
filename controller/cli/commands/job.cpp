#include <unistd.h>

#include <algorithm>
#include <client/jobs.hpp>
#include <iostream>
#include <nlohmann/json.hpp>

#include "../care.hpp"
#include "../command.hpp"
#include "../interrupt.hpp"
#include "../job_filter.hpp"
#include "../job_follow.hpp"
#include "../job_head.hpp"
#include "../job_id.hpp"
#include "../job_table.hpp"
#include "../json_list.hpp"
#include "../json_text.hpp"
#include "../live_view.hpp"
#include "../nothing_found.hpp"
#include "../output_form.hpp"
#include "../terminal.hpp"

namespace muster::cli {
namespace {

using nlohmann::json;

struct JobsToList {
  client::JobQuery query;
  std::uint64_t count = 50;
};

/// Which jobs are listed. Errors: Usage.
CliResult<JobsToList> jobs_to_list(ApiClient& api, const Arguments& arguments) {
  const auto filter = job_filter(arguments);
  if (!filter) return tl::unexpected(filter.error());
  JobsToList list{{.which = *filter, .cursor = arguments.value("before")}};
  if (list.query.cursor.find_first_not_of("0123456789") != std::string::npos) {
    const auto id = whole_job_id(api, list.query.cursor);  // it is no `next` of a list
    if (!id) return tl::unexpected(id.error());
    list.query.cursor = *id;
  }
  if (!arguments.has("limit")) return list;
  const auto limit = number_from(arguments.value("limit"));
  if (!limit) return failure(Exit::Usage, "--limit wants a number of jobs, from 1 on");
  list.count = *limit;
  return list;
}

CliResult<Exit> list_jobs(ApiClient& api, const Arguments& arguments) {
  if (auto right = expect_no_words(arguments); !right) return tl::unexpected(right.error());
  const auto list = jobs_to_list(api, arguments);
  if (!list) return tl::unexpected(list.error());
  const bool as_json = arguments.has("json");
  std::size_t count = 0;
  JsonList object(std::cout, "jobs");
  JobTable rows(std::cout, columns_of(STDOUT_FILENO));
  std::string next;
  const auto on_page = [&](const client::Page<client::Job>& page) {
    if (!as_json) rows.add(page.items);
    for (const auto& job : page.items) {
      if (as_json) object.add(*job.told);
    }
    count += page.items.size();
    next = page.next;
    return static_cast<bool>(std::cout);
  };
  const auto listed = client::each_page(client::list_jobs, api, list->query, on_page, list->count);
  if (!listed) return tl::unexpected(listed.error());
  const bool found = count > 0 || list->query.which == client::JobFilter();
  if (as_json) {
    object.finish(next.empty() ? json::object() : json{{"next", next}});
    return found ? Exit::Ok : Exit::MatchedNothing;
  }
  if (!found) return tl::unexpected(nothing_found(api, list->query.which, "no job was found"));
  rows.finish();
  return Exit::Ok;
}

CliResult<Exit> show_job(ApiClient& api, const Arguments& arguments) {
  const auto id = named_job(api, arguments);
  if (!id) return tl::unexpected(id.error());
  const auto form = output_form(arguments, OutputForm::Variants);
  if (!form) return tl::unexpected(form.error());
  const auto job = client::get_job(api, *id);
  if (!job) return or_look(job.error(), "muster job ls");
  const bool in_blocks = *form == OutputForm::Variants || *form == OutputForm::ByNode;
  if (in_blocks) std::cout << head_text(*job, columns_of(STDOUT_FILENO));
  if (auto shown = show_job_as_it_is(api, *job, *form); !shown) return shown;
  return Exit::Ok;  // it was shown; what the job came to is `job watch`'s exit
}

CliResult<Exit> watch_job(ApiClient& api, const Arguments& arguments) {
  const auto id = named_job(api, arguments);
  if (!id) return tl::unexpected(id.error());
  const auto form = output_form(arguments, OutputForm::Stream);
  if (!form) return tl::unexpected(form.error());
  Interrupt interrupt(std::nullopt);
  interrupt.job_is(*id);
  auto ended = follow_job(api, *id, *form, interrupt);
  if (!ended) return or_look(ended.error(), "muster job ls");
  return ended;
}

CliResult<Exit> cancel_job(ApiClient& api, const Arguments& arguments) {
  const auto id = named_job(api, arguments);
  if (!id) return tl::unexpected(id.error());
  const auto answer = client::cancel_job(api, *id);
  if (!answer) return or_look(answer.error(), "muster job ls");
  if (arguments.has("json")) {
    std::cout << json_line(answer->told) << "\n";
  } else if (answer->ended) {
    std::cerr << "the job was over already; muster job show " << arguments.words[0] << "\n";
  } else {
    std::cerr << "asked every task that is not over to end; muster job watch " << arguments.words[0]
              << "\n";
  }
  return Exit::Ok;
}

/// --failed says what holds when nothing is said, and --state adds to it.
std::vector<std::string> states_to_retry(const Arguments& arguments) {
  auto states = arguments.values("state");
  if (states.empty() || !arguments.has("failed")) return states;
  for (const auto* state :
       {"failed", "timed_out", "refused", "expired", "skipped", "unreachable"}) {
    if (std::find(states.begin(), states.end(), state) == states.end()) states.emplace_back(state);
  }
  return states;
}

/// What `run` does with a job that it made.
CliResult<Exit> retry_job(ApiClient& api, const Arguments& arguments) {
  const auto id = named_job(api, arguments);
  if (!id) return tl::unexpected(id.error());
  const auto care = care_of(arguments);
  if (!care) return tl::unexpected(care.error());
  const auto form = output_form(arguments, OutputForm::Variants);
  if (!form) return tl::unexpected(form.error());
  Interrupt interrupt(api.another());
  const auto made = make_job(
      [&](const client::Care& with) {
        return client::retry_job(api, *id, {states_to_retry(arguments), with});
      },
      *care, interrupt);
  if (!made) return or_look(made.error(), "muster job show " + arguments.words[0]);
  if (arguments.has("detach")) {
    std::cout << (is_json(*form) ? json{{"job", made->id}}.dump() : made->id) << "\n";
    return Exit::Ok;
  }
  return follow_job(api, made->id, *form, interrupt);
}

}  // namespace

std::vector<Command> job_commands() {
  return {
      {.words = "job ls",
       .summary = "the latest jobs, or those that were asked for",
       .about = "The latest first. A job is found by all of the options that are given.\n\n"
                "Wherever a command takes a JOB, the beginning of its id is enough, from 4 "
                "characters on, if no other job's id begins so.",
       .examples = {{"muster job ls --limit 10"},
                    {"muster job ls --node web1 --since 24h", "what was done on a node"},
                    {"muster job ls --operation 'system.*' --state failed --by admin"}},
       .options = with_job_filters({{"limit", "N", "how many (default: 50)"},
                                    {"before", "JOB", "older than this job"},
                                    no_pager_option(),
                                    json_option()}),
       .run = list_jobs},
      {.words = "job show",
       .takes = "JOB",
       .summary = "one job with its results",
       .about = "What it was to do, where, by whom and when; then the results, nodes that answered "
                "alike together; of a node that is away, until when it is waited for. That it "
                "could be shown is exit 0, whatever the job came to.",
       .examples = {{"muster job show 7c1e2a58-9d1b-4c0e-8f63-2b7a5e90d4c1"},
                    {"muster job show 7c1e2a58-9d1b-4c0e-8f63-2b7a5e90d4c1 --output by-node"},
                    {"muster job show 7c1e2a58-9d1b-4c0e-8f63-2b7a5e90d4c1 --json"}},
       .options = with_output({no_pager_option()}),
       .run = show_job},
      {.words = "job watch",
       .takes = "JOB",
       .summary = "follow a job to its end",
       .examples = {{"muster job watch 7c1e2a58-9d1b-4c0e-8f63-2b7a5e90d4c1"},
                    {"muster job watch $(muster exec --on role=web --detach -- uptime)",
                     "start it now, follow it later"}},
       .options = with_output({}),
       .ends_as_job = true,
       .run = watch_job},
      {.words = "job cancel",
       .takes = "JOB",
       .summary = "end what is still to do or running",
       .about = "Returns when every task was asked to end; `muster job watch` tells how they did.",
       .examples = {{"muster job cancel 7c1e2a58-9d1b-4c0e-8f63-2b7a5e90d4c1"}},
       .options = {json_option()},
       .run = cancel_job},
      {.words = "job retry",
       .takes = "JOB",
       .summary = "run a job again where it did not end well",
       .about = "A new job, with the same operation and arguments. What may have run is not run "
                "again unless --state indeterminate says so.",
       .examples = {{"muster job retry --failed 7c1e2a58-9d1b-4c0e-8f63-2b7a5e90d4c1"},
                    {"muster job retry 7c1e2a58-9d1b-4c0e-8f63-2b7a5e90d4c1 --state failed --state "
                     "timed_out"}},
       .options = with_care(with_output(
           {{"failed", "",
             "where it did not end well: failed, timed_out, refused, expired, skipped or "
             "unreachable, but not indeterminate; so it is without --state, too"},
            {"state", "STATE", "where it ended so; may be repeated", true},
            {"detach", "", "print the new job's id and do not wait"}})),
       .ends_as_job = true,
       .run = retry_job},
  };
}

}  // namespace muster::cli
