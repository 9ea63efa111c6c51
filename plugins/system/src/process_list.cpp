#include "process_list.hpp"

#include <dirent.h>
#include <unistd.h>

#include <map>
#include <memory>

#include "accounts.hpp"
#include "text_files.hpp"

namespace muster::plugin::system {
namespace {

using Process = ProcessLsResultProcessesItem;

constexpr std::size_t kMaxScanned = 200'000;
constexpr std::size_t kMaxCommand = 1024;
constexpr std::size_t kMaxProcFile = std::size_t{16} << 10U;

const char* state_of(char letter) {
  switch (letter) {
    case 'R':
      return "running";
    case 'S':
      return "sleeping";
    case 'D':
      return "waiting";
    case 'Z':
      return "zombie";
    case 'T':
    case 't':
      return "stopped";
    case 'I':
      return "idle";
    default:
      return "other";
  }
}

/// Everything is relative to the machine that the numbers come from.
struct Units {
  double ticks_per_second = static_cast<double>(::sysconf(_SC_CLK_TCK));
  std::int64_t page_bytes = ::sysconf(_SC_PAGESIZE);
  std::int64_t boot_unix = 0;
};

/// proc(5): "pid (name) state ppid ...". The name may hold blanks and parentheses.
bool read_stat(std::string_view text, const Units& units, Process& process) {
  const auto open = text.find('(');
  const auto close = text.rfind(')');
  if (open == std::string_view::npos || close == std::string_view::npos || close < open) {
    return false;
  }
  const auto fields = words_of(text.substr(close + 1));  // from field 3 of proc(5) on
  if (fields.size() < 22) return false;
  const auto number = [&fields](std::size_t field) {
    return whole_number(fields[field - 3]).value_or(0);
  };
  process.name = printable(text.substr(open + 1, close - open - 1), kMaxCommand);
  process.state = state_of(fields[0].front());
  process.ppid = number(4);
  process.cpu_seconds = static_cast<double>(number(14) + number(15)) / units.ticks_per_second;
  process.started_unix =
      units.boot_unix +
      static_cast<std::int64_t>(static_cast<double>(number(22)) / units.ticks_per_second);
  process.rss_bytes = number(24) * units.page_bytes;
  return true;
}

/// Arguments end with a NUL each; a kernel thread has none, and is shown as others show it.
std::string command_of(std::string arguments, const std::string& name) {
  while (!arguments.empty() && arguments.back() == '\0') arguments.pop_back();
  if (arguments.empty()) return "[" + name + "]";
  std::replace(arguments.begin(), arguments.end(), '\0', ' ');
  return printable(arguments, kMaxCommand);
}

std::optional<Process> read_process(const std::string& folder, const Units& units) {
  Process process;
  if (!read_stat(text_of(folder + "/stat", kMaxProcFile), units, process)) return std::nullopt;
  for_each_pair(text_of(folder + "/status", kMaxProcFile), ':',
                [&process](std::string_view key, std::string_view value) {
                  if (key == "Uid") process.uid = whole_number(value).value_or(0);
                });
  process.command = command_of(text_of(folder + "/cmdline", kMaxProcFile), process.name);
  return process;
}

/// The name is the kernel's, which has 15 characters at most, or that of the program's file.
bool has_name(const Process& process, const std::string& name) {
  const auto program = process.command.substr(0, process.command.find(' '));
  return process.name == name || program.substr(program.rfind('/') + 1) == name;
}

bool is_meant(const Process& process, const ProcessLsArguments& arguments,
              const std::optional<uid_t>& user) {
  if (user && process.uid != *user) return false;
  if (arguments.name && !has_name(process, *arguments.name)) return false;
  return !arguments.contains || process.command.find(*arguments.contains) != std::string::npos;
}

sdk::Result<std::vector<Process>> scan(const std::string& root, const ProcessLsArguments& arguments,
                                       const std::optional<uid_t>& user) {
  const std::string proc = root + "/proc";
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir(proc.c_str()), ::closedir);
  if (!folder) return sdk::fail(sdk::ErrorCode::Unavailable, "cannot read " + proc);
  Units units;
  for_each_pair(text_of(proc + "/stat"), ' ', [&units](auto key, auto value) {
    if (key == "btime") units.boot_unix = whole_number(value).value_or(0);
  });
  std::vector<Process> found;
  while (const dirent* entry = ::readdir(folder.get())) {
    const auto pid = whole_number(entry->d_name);
    if (!pid) continue;
    auto process = read_process(proc + "/" + entry->d_name, units);
    if (!process) continue;
    process->pid = *pid;
    if (is_meant(*process, arguments, user)) found.push_back(std::move(*process));
    if (found.size() > kMaxScanned) {
      return sdk::fail(
          sdk::ErrorCode::ResourceExhausted,
          "more than " + std::to_string(kMaxScanned) + " processes are meant; name fewer");
    }
  }
  return found;
}

void sort(std::vector<Process>& processes, const std::string& by) {
  const auto before = [&by](const Process& a, const Process& b) {
    if (by == "cpu" && a.cpu_seconds != b.cpu_seconds) return a.cpu_seconds > b.cpu_seconds;
    if (by == "rss" && a.rss_bytes != b.rss_bytes) return a.rss_bytes > b.rss_bytes;
    return a.pid < b.pid;
  };
  std::sort(processes.begin(), processes.end(), before);
}

}  // namespace

sdk::Answer<ProcessLsResult> list_processes(const std::string& root,
                                            const ProcessLsArguments& arguments) {
  std::optional<uid_t> user;
  if (arguments.user) {
    auto number = user_number(*arguments.user, "/user");
    if (!number) return tl::unexpected(number.error());
    user = *number;
  }
  auto found = scan(root, arguments, user);
  if (!found) return tl::unexpected(found.error());
  sort(*found, arguments.sort);
  ProcessLsResult result;
  result.total = static_cast<std::int64_t>(found->size());
  found->resize(std::min(found->size(), static_cast<std::size_t>(arguments.limit)));
  std::map<std::int64_t, std::string> names;
  for (auto& process : *found) {
    auto [name, is_new] = names.try_emplace(process.uid);
    if (is_new) {
      name->second =
          user_name(static_cast<uid_t>(process.uid)).value_or(std::to_string(process.uid));
    }
    process.user = name->second;
  }
  result.processes = std::move(*found);
  return sdk::ok(std::move(result));
}

}  // namespace muster::plugin::system
