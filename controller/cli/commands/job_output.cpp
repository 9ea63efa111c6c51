#include <algorithm>
#include <client/jobs.hpp>
#include <iostream>
#include <muster/core/base/bytes.hpp>
#include <muster/core/base/utf8.hpp>
#include <muster/core/crypto/base64url.hpp>
#include <nlohmann/json.hpp>

#include "../command.hpp"
#include "../job_id.hpp"
#include "../records.hpp"
#include "../terminal.hpp"

namespace muster::cli {
namespace {

using client::OutputQuery;
using nlohmann::json;

/// Which stream of which task. Errors: Usage.
CliResult<OutputQuery> wanted_of(const client::Job& job, const Arguments& arguments) {
  OutputQuery wanted{arguments.value("node"), arguments.value("stream", "stdout")};
  if (wanted.node.empty() && job.tasks.size() == 1) wanted.node = job.tasks[0].node;
  if (!wanted.node.empty()) return wanted;
  return failure(Exit::Usage, "the job has several nodes; say which with --node NAME");
}

/// What the job says of it, without the bytes.
json kept_of(const client::Job& job, const OutputQuery& wanted) {
  client::TaskOutput kept;
  kept.stream = wanted.stream;
  for (const auto& task : job.tasks) {
    if (task.node != wanted.node) continue;
    for (const auto& output : task.outputs) {
      if (output.stream == wanted.stream) kept = output;
    }
  }
  json told{{"node", wanted.node},
            {"stream", kept.stream},
            {"size", kept.size},
            {"kept", kept.kept},
            {"truncated", kept.truncated}};
  if (!kept.digest.empty()) told["digest"] = kept.digest;
  return told;
}

/// With the bytes as "text", or as "base64" where they are no UTF-8: as in a job's events.
CliResult<Exit> print_as_json(ApiClient& api, const client::Job& job, const OutputQuery& wanted) {
  std::string bytes;
  const auto done = client::get_job_output(api, job.id, wanted, [&](std::string_view chunk) {
    bytes += chunk;
    return true;
  });
  if (!done) return tl::unexpected(done.error());
  auto output = kept_of(job, wanted);
  if (is_utf8(bytes)) {
    output["text"] = std::move(bytes);
  } else {
    output["base64"] = crypto::to_base64url(as_bytes(bytes));
  }
  std::cout << output.dump(2) << "\n";
  return Exit::Ok;
}

/// Takes from `pending` what can be shown to people.
std::string take_shown(std::string& pending, bool records) {
  if (!records) return take_printable(pending);
  std::string lines;
  for (const auto& record : take_records(pending)) lines += record_line(record) + "\n";
  return lines;
}

CliResult<Exit> job_output(ApiClient& api, const Arguments& arguments) {
  const auto id = named_job(api, arguments);
  if (!id) return tl::unexpected(id.error());
  const auto job = client::get_job(api, *id);
  if (!job) return or_look(job.error(), "muster job ls");
  const auto wanted = wanted_of(*job, arguments);
  if (!wanted) return tl::unexpected(wanted.error());
  if (arguments.has("json")) return print_as_json(api, *job, *wanted);
  const bool terminal = on_terminal();
  const bool records = wanted->stream == "records";
  std::string pending;  // of a character or record whose rest is still to come
  const auto done = client::get_job_output(api, *id, *wanted, [&](std::string_view chunk) {
    if (!terminal) return static_cast<bool>(std::cout << chunk);
    pending += chunk;
    return static_cast<bool>(std::cout << take_shown(pending, records));
  });
  if (!records) std::cout << printable(pending);
  if (records && terminal && !pending.empty()) {
    std::cerr << "muster: the last record is not whole and was left out\n";
  }
  if (!done && std::cout) return tl::unexpected(done.error());
  return Exit::Ok;  // also for a reader that has seen enough and closed the pipe
}

}  // namespace

std::vector<Command> job_output_commands() {
  return {
      {.words = "job output",
       .takes = "JOB",
       .summary = "one task's output, byte for byte",
       .about = "On a terminal, what could take it over is replaced, and the stream of records, "
                "which are msgpack, is shown as JSON, one a line.",
       .examples = {{"muster job output 7c1e2a58-9d1b-4c0e-8f63-2b7a5e90d4c1 --node web1"},
                    {"muster job output 7c1e2a58-9d1b-4c0e-8f63-2b7a5e90d4c1 --node web1 --stream "
                     "stderr > web1.err"}},
       .options = {{"node", "NODE", "whose (needed when the job has several nodes)"},
                   {"stream", "stdout|stderr|records", "which (default: stdout)"},
                   no_pager_option(),
                   json_option()},
       .run = job_output},
  };
}

}  // namespace muster::cli
