#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <muster/core/base/bytes.hpp>
#include <muster/core/base/utf8.hpp>
#include <muster/core/crypto/base64url.hpp>
#include <nlohmann/json.hpp>

#include "../care.hpp"
#include "../command.hpp"
#include "../interrupt.hpp"
#include "../job_filter.hpp"
#include "../job_follow.hpp"
#include "../job_head.hpp"
#include "../job_id.hpp"
#include "../job_table.hpp"
#include "../live_view.hpp"
#include "../output_form.hpp"
#include "../paged_list.hpp"
#include "../terminal.hpp"

namespace muster::cli {
namespace {

using nlohmann::json;

constexpr std::uint64_t kJobsOnAPage = 500;

/// Which jobs are listed. Errors: Usage.
CliResult<PagedList> jobs_to_list(ApiClient& api, const Arguments& arguments) {
  auto filters = job_filters(arguments);
  if (!filters) return tl::unexpected(filters.error());
  auto before = arguments.value("before");
  if (before.find_first_not_of("0123456789") != std::string::npos) {  // no `next` of a list
    const auto id = whole_job_id(api, before);
    if (!id) return tl::unexpected(id.error());
    before = *id;
  }
  filters->emplace_back("before", before);
  PagedList list{"/v1/jobs", std::move(*filters), "before", kJobsOnAPage, 50, "jobs"};
  if (!arguments.has("limit")) return list;
  const auto limit = number_from(arguments.value("limit"));
  if (!limit) return failure(Exit::Usage, "--limit wants a number of jobs, from 1 on");
  list.limit = *limit;
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
  json next = json::object();
  const auto listed = each_page(api, *list, [&](const json& page) {
    const auto& jobs = page.at("jobs");
    if (!as_json) rows.add(jobs);
    for (const auto& job : jobs) {
      if (as_json) object.add(job);
    }
    count += jobs.size();
    next = page.contains("next") ? json{{"next", page.at("next")}} : json::object();
    return static_cast<bool>(std::cout);
  });
  if (!listed) return tl::unexpected(listed.error());
  const bool found = count > 0 || list->query.size() == 1;  // by no more than where to begin
  if (as_json) {
    object.finish(next);
    return found ? Exit::Ok : Exit::MatchedNothing;
  }
  if (!found) return failure(Exit::MatchedNothing, "no job was found");
  rows.finish();
  return Exit::Ok;
}

CliResult<std::string> job_of(ApiClient& api, const Arguments& arguments) {
  if (auto right = expect_words(arguments, 1, "the id of one job (muster job ls)"); !right) {
    return tl::unexpected(right.error());
  }
  return whole_job_id(api, arguments.words[0]);
}

CliResult<std::string> job_path(ApiClient& api, const Arguments& arguments) {
  return job_of(api, arguments).map([](const std::string& id) { return "/v1/jobs/" + id; });
}

CliResult<Exit> show_job(ApiClient& api, const Arguments& arguments) {
  const auto path = job_path(api, arguments);
  if (!path) return tl::unexpected(path.error());
  const auto form = output_form(arguments, OutputForm::Variants);
  if (!form) return tl::unexpected(form.error());
  const auto job = api.get(*path);
  if (!job) return or_look(job.error(), "muster job ls");
  const bool in_blocks = *form == OutputForm::Variants || *form == OutputForm::ByNode;
  if (in_blocks) std::cout << head_text(*job, columns_of(STDOUT_FILENO));
  const auto shown = show_job_as_it_is(api, *job, *form);
  if (!shown) return shown;
  return Exit::Ok;  // it was shown; what the job came to is `job watch`'s exit
}

CliResult<Exit> watch_job(ApiClient& api, const Arguments& arguments) {
  const auto id = job_of(api, arguments);
  if (!id) return tl::unexpected(id.error());
  const auto form = output_form(arguments, OutputForm::Stream);
  if (!form) return tl::unexpected(form.error());
  Interrupt interrupt(std::nullopt);
  interrupt.job_is(*id);
  const auto ended = follow_job(api, *id, *form, interrupt);
  if (!ended) return or_look(ended.error(), "muster job ls");
  return ended;
}

/// What the job says of one stream of one task, without the bytes.
json kept_of(const json& tasks, const std::string& node, const std::string& stream) {
  json kept{{"node", node}, {"stream", stream}, {"size", 0}, {"kept", 0}, {"truncated", false}};
  for (const auto& task : tasks) {
    if (task.value("node", "") != node) continue;
    for (const auto& output : task.value("outputs", json::array())) {
      if (output.value("stream", "") == stream) kept.update(output);
    }
  }
  return kept;
}

/// With the bytes as "text", or as "base64" where they are no UTF-8: as in a job's events.
CliResult<Exit> output_as_json(ApiClient& api, const std::string& path, json output) {
  std::string bytes;
  const auto done = api.download(path, [&](std::string_view chunk) {
    bytes += chunk;
    return true;
  });
  if (!done) return tl::unexpected(done.error());
  if (is_utf8(bytes)) {
    output["text"] = std::move(bytes);
  } else {
    output["base64"] = crypto::to_base64url(as_bytes(bytes));
  }
  std::cout << output.dump(2) << "\n";
  return Exit::Ok;
}

CliResult<Exit> job_output(ApiClient& api, const Arguments& arguments) {
  const auto path = job_path(api, arguments);
  if (!path) return tl::unexpected(path.error());
  const auto job = api.get(*path);
  if (!job) return or_look(job.error(), "muster job ls");
  const auto& tasks = job->at("tasks");
  auto node = arguments.value("node");
  if (node.empty() && tasks.size() == 1) node = tasks[0].value("node", "");
  if (node.empty())
    return failure(Exit::Usage, "the job has several nodes; say which with --node NAME");
  const auto stream = arguments.value("stream", "stdout");
  const auto output = *path + "/output" + query({{"node", node}, {"stream", stream}});
  if (arguments.has("json")) return output_as_json(api, output, kept_of(tasks, node, stream));
  const bool terminal = on_terminal();
  std::string pending;  // of a character whose rest is still to come
  const auto done = api.download(output, [&](std::string_view chunk) {
    if (!terminal) return static_cast<bool>(std::cout << chunk);
    pending += chunk;
    return static_cast<bool>(std::cout << take_printable(pending));
  });
  std::cout << printable(pending);
  if (!done && std::cout) return tl::unexpected(done.error());
  return Exit::Ok;  // also for a reader that has seen enough and closed the pipe
}

CliResult<Exit> cancel_job(ApiClient& api, const Arguments& arguments) {
  const auto path = job_path(api, arguments);
  if (!path) return tl::unexpected(path.error());
  const auto answer = api.post(*path + "/cancel", json::object());
  if (!answer) return or_look(answer.error(), "muster job ls");
  if (arguments.has("json")) {
    std::cout << answer->dump() << "\n";
  } else if (answer->value("ended", false)) {
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
  const auto path = job_path(api, arguments);
  if (!path) return tl::unexpected(path.error());
  json request = json::object();
  if (auto states = states_to_retry(arguments); !states.empty()) request["states"] = states;
  if (auto read = read_care(arguments, request); !read) return tl::unexpected(read.error());
  const auto form = output_form(arguments, OutputForm::Variants);
  if (!form) return tl::unexpected(form.error());
  Interrupt interrupt(api.another());
  const auto created = make_job(api, *path + "/retry", request, interrupt);
  if (!created) return or_look(created.error(), "muster job show " + arguments.words[0]);
  const auto id = created->value("job", "");
  if (arguments.has("detach")) {
    std::cout << (is_json(*form) ? json{{"job", id}}.dump() : id) << "\n";
    return Exit::Ok;
  }
  return follow_job(api, id, *form, interrupt);
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
                "alike together. That it could be shown is exit 0, whatever the job came to.",
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
      {.words = "job output",
       .takes = "JOB",
       .summary = "one task's output, byte for byte",
       .examples = {{"muster job output 7c1e2a58-9d1b-4c0e-8f63-2b7a5e90d4c1 --node web1"},
                    {"muster job output 7c1e2a58-9d1b-4c0e-8f63-2b7a5e90d4c1 --node web1 --stream "
                     "stderr > web1.err"}},
       .options = {{"node", "NODE", "whose (needed when the job has several nodes)"},
                   {"stream", "stdout|stderr|records", "which (default: stdout)"},
                   no_pager_option(),
                   json_option()},
       .run = job_output},
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
