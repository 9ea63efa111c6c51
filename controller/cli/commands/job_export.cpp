// Who ran what, where, when and with what result, for other programs.
#include <algorithm>
#include <array>
#include <client/tasks.hpp>
#include <functional>
#include <iostream>

#include "../command.hpp"
#include "../csv.hpp"
#include "../job_filter.hpp"
#include "../job_id.hpp"
#include "../json_text.hpp"
#include "../nothing_found.hpp"
#include "../terminal.hpp"

namespace muster::cli {
namespace {

using client::ListedTask;

constexpr std::array kStreams{"stdout", "stderr", "records"};

struct Column {
  std::string name;
  std::function<std::string(const ListedTask&)> cell;
};

/// What the fleet and its operators wrote, and so may mean harm to a spreadsheet.
Column text_column(const char* name, std::string ListedTask::*member) {
  return {name, [member](const ListedTask& task) { return no_formula(task.*member); }};
}

/// Our own words and times; "" for a time that has not come.
Column own_column(const char* name, std::string ListedTask::*member) {
  return {name, [member](const ListedTask& task) { return task.*member; }};
}

/// Size and digest of what is kept of it.
std::vector<Column> columns_of_stream(const std::string& stream) {
  const auto output_of = [stream](const ListedTask& task) -> const client::TaskOutput* {
    const auto found = std::find_if(task.outputs.begin(), task.outputs.end(),
                                    [&](const auto& output) { return output.stream == stream; });
    return found == task.outputs.end() ? nullptr : &*found;
  };
  return {{stream + "_bytes",
           [output_of](const ListedTask& task) {
             const auto* output = output_of(task);
             return output == nullptr ? "" : std::to_string(output->kept);
           }},
          {stream + "_digest", [output_of](const ListedTask& task) {
             const auto* output = output_of(task);
             return output == nullptr ? "" : output->digest;
           }}};
}

std::vector<Column> all_columns() {
  std::vector<Column> columns{
      text_column("job", &ListedTask::job),
      text_column("task", &ListedTask::id),
      text_column("operation", &ListedTask::operation),
      text_column("selector", &ListedTask::selector),
      text_column("requested_by", &ListedTask::requested_by),
      text_column("node", &ListedTask::node),
      text_column("node_id", &ListedTask::node_id),
      {"check", [](const ListedTask& task) { return task.check ? "true" : "false"; }},
      own_column("created", &ListedTask::created),
      own_column("state", &ListedTask::state),
      {"attempt", [](const ListedTask& task) { return std::to_string(task.attempt); }},
      own_column("started", &ListedTask::started),
      own_column("ended", &ListedTask::ended),
      {"exit_code",
       [](const ListedTask& task) {
         return task.exit_code ? std::to_string(*task.exit_code) : "";
       }},
      {"error_code", [](const ListedTask& task) { return task.error ? task.error->code : ""; }},
      {"error",
       [](const ListedTask& task) { return task.error ? no_formula(task.error->message) : ""; }}};
  for (const auto* stream : kStreams) {
    const auto more = columns_of_stream(stream);
    columns.insert(columns.end(), more.begin(), more.end());
  }
  return columns;
}

template <class CellOf>
std::string line_of(const std::vector<Column>& columns, const CellOf& cell_of) {
  std::vector<std::string> cells;
  cells.reserve(columns.size());
  for (const auto& column : columns) cells.push_back(cell_of(column));
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
CliResult<std::vector<client::TaskQuery>> queries_of(ApiClient& api, const Arguments& arguments) {
  const auto filter = job_filter(arguments);
  if (!filter) return tl::unexpected(filter.error());
  if (!arguments.after_dash.empty()) {
    return failure(Exit::Usage, "this command takes nothing after --");
  }
  if (arguments.has("task-state") && arguments.value("task-state").empty()) {
    return failure(Exit::Usage, "--task-state is empty; leave it out for all");
  }
  const client::TaskQuery query{.jobs = *filter, .task_state = arguments.value("task-state")};
  if (arguments.words.empty()) return std::vector{query};
  std::vector<client::TaskQuery> queries;
  for (const auto& typed : arguments.words) {
    const auto id = whole_job_id(api, typed);
    if (!id) return tl::unexpected(id.error());
    queries.push_back(query);
    queries.back().job = *id;
  }
  return queries;
}

/// As the pages come; counts the tasks.
class Printer {
 public:
  explicit Printer(bool csv) : csv_(csv) {}

  bool print(const client::Page<ListedTask>& page) {
    if (csv_ && !begun_) {
      std::cout << line_of(columns_, [](const Column& column) { return column.name; });
    }
    begun_ = true;
    for (const auto& task : page.items) {
      ++count_;
      std::cout << (csv_ ? line_of(columns_, [&](const Column& each) { return each.cell(task); })
                         : json_line(task.told) + "\n");
    }
    return static_cast<bool>(std::cout << std::flush);
  }
  [[nodiscard]] std::size_t count() const { return count_; }

 private:
  const std::vector<Column> columns_ = all_columns();
  bool csv_;
  bool begun_ = false;
  std::size_t count_ = 0;
};

CliResult<Exit> export_jobs(ApiClient& api, const Arguments& arguments) {
  const auto csv = is_csv(arguments);
  if (!csv) return tl::unexpected(csv.error());
  const auto queries = queries_of(api, arguments);
  if (!queries) return tl::unexpected(queries.error());
  Printer printer(*csv);
  for (const auto& query : *queries) {
    const auto done = client::each_page(client::list_tasks, api, query,
                                        [&](const auto& page) { return printer.print(page); });
    if (done) continue;
    Failure why(done.error());
    if (printer.count() > 0) why.message += "\nthe export is not whole: this came in its middle";
    return or_look(std::move(why), "muster job ls");
  }
  if (printer.count() == 0) {
    return tl::unexpected(nothing_found(api, queries->front().jobs, "no task was found"));
  }
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
