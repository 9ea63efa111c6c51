// Who ran what, where, when and with what result, for other programs.
#include <array>
#include <iostream>
#include <muster/core/base/ids.hpp>
#include <nlohmann/json.hpp>

#include "../command.hpp"
#include "../csv.hpp"
#include "../job_filter.hpp"
#include "../paged_list.hpp"
#include "../terminal.hpp"

namespace muster::cli {
namespace {

using nlohmann::json;

constexpr std::uint64_t kTasksOnAPage = 1000;
constexpr std::array kStreams{"stdout", "stderr", "records"};

/// What the fleet and its operators wrote, and so may mean harm to a spreadsheet.
constexpr std::array kTexts{"job",          "task", "operation", "selector",
                            "requested_by", "node", "node_id"};
constexpr std::array kOwnWords{"check",   "created", "state",    "attempt",
                               "started", "ended",   "exit_code"};

std::vector<std::string> header() {
  std::vector<std::string> names(kTexts.begin(), kTexts.end());
  names.insert(names.end(), kOwnWords.begin(), kOwnWords.end());
  names.insert(names.end(), {"error_code", "error"});
  for (const std::string stream : kStreams) {
    names.insert(names.end(), {stream + "_bytes", stream + "_digest"});
  }
  return names;
}

/// "" for null, as for a time that has not come.
std::string cell_of(const json& value) {
  if (value.is_null()) return {};
  return value.is_string() ? value.get<std::string>() : value.dump();
}

/// What of it is kept, as the digest stands for just that.
json output_named(const json& task, const std::string& stream) {
  for (const auto& output : task.at("outputs")) {
    if (output.value("stream", "") == stream) return output;
  }
  return json::object();
}

std::string csv_of(const json& task) {
  std::vector<std::string> cells;
  for (const auto* name : kTexts) cells.push_back(no_formula(text_of(task, name)));
  for (const auto* name : kOwnWords) cells.push_back(cell_of(task.at(name)));
  const auto error = task.at("error").is_object() ? task.at("error") : json::object();
  cells.push_back(text_of(error, "code"));
  cells.push_back(no_formula(text_of(error, "message")));
  for (const auto* stream : kStreams) {
    const auto output = output_named(task, stream);
    cells.push_back(cell_of(output.value("kept", json())));
    cells.push_back(text_of(output, "digest"));
  }
  return csv_line(cells);
}

/// Whether it is CSV. Errors: Usage.
CliResult<bool> is_csv(const Arguments& arguments) {
  const auto format = arguments.value("format", "jsonl");
  if (format != "jsonl" && format != "csv") {
    return failure(Exit::Usage, "--format wants jsonl or csv, but got '" + printable(format) + "'");
  }
  if (format == "csv" && arguments.has("json")) {
    return failure(Exit::Usage, "--format csv and --json contradict each other; give one");
  }
  return format == "csv";
}

/// One for each job that was named, or one for all. Errors: Usage, MatchedNothing.
CliResult<std::vector<PagedList>> lists_of(const Arguments& arguments) {
  auto filters = job_filters(arguments);
  if (!filters) return tl::unexpected(filters.error());
  if (!arguments.after_dash.empty()) {
    return failure(Exit::Usage, "this command takes nothing after --");
  }
  if (arguments.has("task-state") && arguments.value("task-state").empty()) {
    return failure(Exit::Usage, "--task-state is empty; leave it out for all");
  }
  filters->emplace_back("task_state", arguments.value("task-state"));
  PagedList list{"/v1/tasks", std::move(*filters), "after", kTasksOnAPage};
  if (arguments.words.empty()) return std::vector{list};
  std::vector<PagedList> lists;
  for (const auto& id : arguments.words) {
    if (!JobId::parse(id)) {
      return or_look({Exit::MatchedNothing, "'" + printable(id) + "' is not the id of a job"},
                     "muster job ls");
    }
    lists.push_back(list);
    lists.back().query.emplace_back("job", id);
  }
  return lists;
}

/// As the pages come; gives how many tasks there were.
class Printer {
 public:
  explicit Printer(bool csv) : csv_(csv) {}

  bool print(const json& page) {
    if (csv_ && !begun_) std::cout << csv_line(header());
    begun_ = true;
    for (const auto& task : page.at("tasks")) {
      ++count_;
      std::cout << (csv_ ? csv_of(task) : task.dump() + "\n");
    }
    return static_cast<bool>(std::cout << std::flush);
  }
  [[nodiscard]] std::size_t count() const { return count_; }

 private:
  bool csv_;
  bool begun_ = false;
  std::size_t count_ = 0;
};

CliResult<Exit> export_jobs(ApiClient& api, const Arguments& arguments) {
  const auto csv = is_csv(arguments);
  if (!csv) return tl::unexpected(csv.error());
  const auto lists = lists_of(arguments);
  if (!lists) return tl::unexpected(lists.error());
  Printer printer(*csv);
  for (const auto& list : *lists) {
    const auto done = each_page(api, list, [&](const json& page) { return printer.print(page); });
    if (done) continue;
    auto why = done.error();
    if (printer.count() > 0) why.message += "\nthe export is not whole: this came in its middle";
    return or_look(std::move(why), "muster job ls");
  }
  if (printer.count() == 0) return failure(Exit::MatchedNothing, "no task was found");
  return Exit::Ok;
}

}  // namespace

std::vector<Command> job_export_commands() {
  return {
      {.words = "job export",
       .takes = "[JOB ...]",
       .summary = "who ran what, where, when and with what result, for other programs",
       .about =
           "One line for each task, those of the newest job first: of all jobs, of those that are "
           "named, or of those that the options mean. What was printed is told by size and digest; "
           "arguments and results are left out, because they may be secret.\n\nAs CSV, a text that "
           "a spreadsheet would take for a formula, because it begins with = + - @, a tab or a "
           "line "
           "break, gets an apostrophe before it. As JSON it stays as it is.",
       .examples = {{"muster job export --since 30d > history.jsonl"},
                    {"muster job export --format csv --node web1 --task-state changed > web1.csv"},
                    {"muster job export 7c1e2a58-9d1b-4c0e-8f63-2b7a5e90d4c1"}},
       .options = with_job_filters(
           {{"task-state", "STATE", "the tasks that ended so"},
            {"format", "jsonl|csv", "one JSON object a line (the default), or CSV with a header"},
            {"json", "", "the same as --format jsonl"}}),
       .run = export_jobs},
  };
}

}  // namespace muster::cli
