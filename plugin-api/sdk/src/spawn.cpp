#include "spawn.hpp"

#include <fcntl.h>
#include <linux/close_range.h>
#include <pthread.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <vector>

namespace muster::sdk {
namespace {

constexpr std::string_view kDefaultPath =
    "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

enum class Step : int { WorkingDirectory = 1, Streams, Limits, Exec };

/// What the child writes when it could not become the program.
struct Report {
  Step step;
  int error_number;
};

struct Pipe {
  Descriptor read_end;
  Descriptor write_end;
};

/// All that the child needs, made before the fork, because between fork and exec it may not
/// allocate.
struct ChildPlan {
  const char* path;
  char* const* argv;
  char* const* environment;
  const char* working_directory;
  std::uint64_t max_memory_bytes;
  std::array<int, 3> streams;
  int report;
  pid_t parent;
};

ErrorCode code_of(int error_number) {
  switch (error_number) {
    case ENOENT:
    case ENOTDIR:
      return ErrorCode::NotFound;
    case EACCES:
    case EPERM:
      return ErrorCode::PermissionDenied;
    case EAGAIN:
    case ENOMEM:
    case EMFILE:
    case ENFILE:
      return ErrorCode::ResourceExhausted;
    case E2BIG:
    case ENOEXEC:
      return ErrorCode::InvalidArgument;
    default:
      return ErrorCode::Internal;
  }
}

tl::unexpected<Error> fail_errno(const std::string& what, int error_number) {
  return fail(code_of(error_number), "cannot " + what + ": " + std::strerror(error_number));
}

Result<Pipe> make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return fail_errno("make a pipe", errno);
  return Pipe{Descriptor(ends[0]), Descriptor(ends[1])};
}

[[noreturn]] void give_up(const ChildPlan& plan, Step step) {
  const Report report{step, errno};
  [[maybe_unused]] const auto written = ::write(plan.report, &report, sizeof report);
  ::_exit(127);
}

/// Signals as a fresh program expects them: nothing blocked, nothing ignored.
void reset_signals() {
  struct sigaction plain {};
  plain.sa_handler = SIG_DFL;
  for (int number = 1; number < NSIG; ++number) ::sigaction(number, &plain, nullptr);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

/// Runs in the child of a process that may have many threads: only async-signal-safe calls.
[[noreturn]] void become_program(const ChildPlan& plan) {
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != plan.parent) ::_exit(127);
  for (int target = 0; target < 3; ++target) {
    if (::dup2(plan.streams[static_cast<std::size_t>(target)], target) < 0) {
      give_up(plan, Step::Streams);
    }
  }
  ::syscall(SYS_close_range, 3U, ~0U,
            CLOSE_RANGE_CLOEXEC);  // an old kernel lacks it; ours are CLOEXEC
  if (::chdir(plan.working_directory) != 0) give_up(plan, Step::WorkingDirectory);
  if (plan.max_memory_bytes != 0) {
    const rlimit limit{plan.max_memory_bytes, plan.max_memory_bytes};
    if (::setrlimit(RLIMIT_AS, &limit) != 0) give_up(plan, Step::Limits);
  }
  reset_signals();
  ::execve(plan.path, plan.argv, plan.environment);
  give_up(plan, Step::Exec);
}

/// Forks with all signals blocked, so that no handler of the caller's runs in the child.
pid_t fork_quietly(const ChildPlan& plan) {
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  const pid_t pid = ::fork();
  if (pid == 0) become_program(plan);
  const int error_number = errno;
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  errno = error_number;
  return pid;
}

std::vector<char*> pointers_to(const std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  pointers.reserve(strings.size() + 1);
  for (const auto& text : strings) pointers.push_back(const_cast<char*>(text.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

std::string search_path(const std::vector<std::string>& environment) {
  for (const auto& entry : environment) {
    if (entry.starts_with("PATH=")) return entry.substr(5);
  }
  return std::string(kDefaultPath);
}

/// 0 when it can be executed, else the errno that says why not.
int executable(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return errno;
  if (!S_ISREG(status.st_mode)) return EACCES;
  return ::faccessat(AT_FDCWD, path.c_str(), X_OK, AT_EACCESS) == 0 ? 0 : errno;
}

Result<std::string> explain(const std::string& path, int error_number) {
  switch (error_number) {
    case 0:
      return path;
    case ENOENT:
    case ENOTDIR:
      return fail(ErrorCode::NotFound, "there is no program " + path);
    case EACCES:
      return fail(ErrorCode::PermissionDenied, path + " is not an executable file");
    default:
      return fail_errno("look at " + path, error_number);
  }
}

Status check(const Program& program) {
  if (program.argv.empty() || program.argv.front().empty()) {
    return fail(ErrorCode::InvalidArgument, "no program was named");
  }
  const auto has_nul = [](const std::string& text) { return text.find('\0') != std::string::npos; };
  if (std::any_of(program.argv.begin(), program.argv.end(), has_nul) ||
      std::any_of(program.environment.begin(), program.environment.end(), has_nul) ||
      has_nul(program.working_directory)) {
    return fail(ErrorCode::InvalidArgument,
                "a NUL character cannot be passed to a program in argv, environment or directory");
  }
  return {};
}

/// Waits until the child has become the program (the pipe closes) or has said why it could not.
Status await_exec(int report_end, pid_t pid, const Program& program, const std::string& path) {
  Report report{};
  ssize_t count = 0;
  do {
    count = ::read(report_end, &report, sizeof report);
  } while (count < 0 && errno == EINTR);
  if (count == 0) return {};
  while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
  }
  switch (report.step) {
    case Step::WorkingDirectory:
      return fail_errno("enter the working directory " + program.working_directory,
                        report.error_number);
    case Step::Streams:
      return fail_errno("connect the streams of " + path, report.error_number);
    case Step::Limits:
      return fail_errno("limit the memory of " + path, report.error_number);
    case Step::Exec:
      break;
  }
  if (report.error_number == ENOENT) {
    return fail(ErrorCode::NotFound, "cannot run " + path + ": its interpreter does not exist");
  }
  return fail_errno("run " + path, report.error_number);
}

Status prepare(Spawned& child) {
  child.exited = Descriptor(static_cast<int>(::syscall(SYS_pidfd_open, child.pid, 0)));
  if (!child.exited.is_open()) {
    const int error_number = errno;
    ::kill(-child.pid, SIGKILL);
    ::waitpid(child.pid, nullptr, 0);
    return fail_errno("watch the program", error_number);
  }
  for (const int fd : {child.in.get(), child.out.get(), child.err.get()}) {
    ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
  }
  return {};
}

}  // namespace

Result<std::string> find_program(const std::string& name,
                                 const std::vector<std::string>& environment,
                                 const std::string& working_directory) {
  if (name.find('/') != std::string::npos) {
    return explain(name, executable(name.front() == '/' ? name : working_directory + '/' + name));
  }
  const std::string path = search_path(environment);
  std::string unusable;
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find(':', begin), path.size());
    const std::string candidate = path.substr(begin, end - begin) + '/' + name;
    begin = end + 1;
    if (candidate.front() != '/' || candidate.size() == name.size() + 1) continue;
    const int error_number = executable(candidate);
    if (error_number == 0) return candidate;
    if (error_number == EACCES && unusable.empty()) unusable = candidate;
  }
  if (!unusable.empty()) return explain(unusable, EACCES);
  return fail(ErrorCode::NotFound, "there is no program " + name + " in " + path);
}

Result<Spawned> spawn(const Program& program, std::uint64_t max_memory_bytes) {
  if (auto checked = check(program); !checked) return tl::unexpected(checked.error());
  struct stat directory {};
  if (::stat(program.working_directory.c_str(), &directory) != 0) {
    return fail_errno("enter the working directory " + program.working_directory, errno);
  }
  auto path = find_program(program.argv.front(), program.environment, program.working_directory);
  if (!path) return tl::unexpected(path.error());

  auto in = make_pipe();
  auto out = make_pipe();
  auto err = make_pipe();
  auto report = make_pipe();
  for (const auto* pipe : {&in, &out, &err, &report}) {
    if (!*pipe) return tl::unexpected(pipe->error());
  }
  const auto argv = pointers_to(program.argv);
  const auto environment = pointers_to(program.environment);
  const pid_t pid = fork_quietly({path->c_str(),
                                  argv.data(),
                                  environment.data(),
                                  program.working_directory.c_str(),
                                  max_memory_bytes,
                                  {in->read_end.get(), out->write_end.get(), err->write_end.get()},
                                  report->write_end.get(),
                                  ::getpid()});
  if (pid < 0) return fail_errno("start " + *path, errno);
  ::setpgid(pid,
            pid);  // the child does it too; whoever is first, it is done before anyone is killed
  report->write_end.close();
  if (auto became = await_exec(report->read_end.get(), pid, program, *path); !became) {
    return tl::unexpected(became.error());
  }
  Spawned child{
      pid, {}, std::move(in->write_end), std::move(out->read_end), std::move(err->read_end)};
  if (auto prepared = prepare(child); !prepared) return tl::unexpected(prepared.error());
  return child;
}

}  // namespace muster::sdk
