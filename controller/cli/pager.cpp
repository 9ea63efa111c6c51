#include "pager.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <muster/sdk/descriptor.hpp>
#include <streambuf>
#include <string>
#include <utility>
#include <vector>

#include "terminal.hpp"

namespace muster::cli {
namespace {

constexpr const char* kDefault =
    "if command -v less >/dev/null; then exec less -FRX; else exec cat; fi";

/// "" when it is not set.
std::string variable(const char* name) {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing in this program writes the environment
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

bool is_set(const char* name) {
  return std::getenv(name) != nullptr;  // NOLINT(concurrency-mt-unsafe): as above
}

/// The shell command, or "" for none.
std::string pager_command() {
  const auto terminal = variable("TERM");
  if (!on_terminal() || terminal.empty() || terminal == "dumb") return {};
  for (const auto* name : {"MUSTER_PAGER", "PAGER"}) {
    if (is_set(name)) return variable(name) == "cat" ? "" : variable(name);
  }
  return kDefault;
}

/// Ours, and what makes `less` show colours, other scripts, and short output without a key.
std::vector<std::string> environment_of_pager() {
  std::vector<std::string> all;
  for (char** each = ::environ; *each != nullptr; ++each) all.emplace_back(*each);
  if (!is_set("LESS")) all.emplace_back("LESS=FRX");
  if (!is_set("LESSCHARSET")) all.emplace_back("LESSCHARSET=utf-8");
  return all;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (auto& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

/// Runs `command` with `input` as its standard input; -1 where that fails.
pid_t spawn_shell(const std::string& command, int input) {
  std::vector<std::string> words{"sh", "-c", command};
  auto variables = environment_of_pager();
  posix_spawn_file_actions_t files{};
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_adddup2(&files, input, STDIN_FILENO);
  posix_spawnattr_t attributes{};
  posix_spawnattr_init(&attributes);
  sigset_t ours;  // to what they were before this program changed them
  sigemptyset(&ours);
  sigaddset(&ours, SIGINT);
  sigaddset(&ours, SIGPIPE);
  posix_spawnattr_setsigdefault(&attributes, &ours);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
  pid_t pid = -1;
  if (::posix_spawn(&pid, "/bin/sh", &files, &attributes, pointers_to(words).data(),
                    pointers_to(variables).data()) != 0) {
    pid = -1;
  }
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&files);
  return pid;
}

}  // namespace

/// To the pager, which it starts when the first bytes come.
class Pager::Pipe final : public std::streambuf {
 public:
  explicit Pipe(std::string command) : command_(std::move(command)) {
    setp(buffer_.data(), buffer_.data() + buffer_.size());
  }

  /// Its exit status, as waitpid() gives it; 0 when it never began.
  int close() {
    (void)sync();
    if (pid_ < 0) return 0;
    write_end_.close();
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    std::signal(SIGINT, interrupt_before_);
    return status;
  }

 private:
  int_type overflow(int_type next) override {
    if (sync() != 0) return traits_type::eof();
    if (!traits_type::eq_int_type(next, traits_type::eof())) {
      sputc(traits_type::to_char_type(next));
    }
    return traits_type::not_eof(next);
  }

  int sync() override {
    const auto size = static_cast<std::size_t>(pptr() - pbase());
    if (size == 0) return 0;
    if (!std::exchange(begun_, true)) start();
    const bool written = write_all(pbase(), size);
    setp(buffer_.data(), buffer_.data() + buffer_.size());
    return written ? 0 : -1;
  }

  /// Where that fails the terminal gets the output itself.
  void start() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return;
    const sdk::Descriptor read_end(ends[0]);
    sdk::Descriptor write_end(ends[1]);
    pid_ = spawn_shell(command_, read_end.get());
    if (pid_ < 0) return;
    write_end_ = std::move(write_end);
    interrupt_before_ = std::signal(SIGINT, SIG_IGN);
  }

  bool write_all(const char* data, std::size_t size) const {
    const int to = write_end_.is_open() ? write_end_.get() : STDOUT_FILENO;
    while (size > 0) {
      const auto written = ::write(to, data, size);
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return false;
      data += written;
      size -= static_cast<std::size_t>(written);
    }
    return true;
  }

  std::string command_;
  std::array<char, 8192> buffer_{};
  bool begun_ = false;
  pid_t pid_ = -1;
  sdk::Descriptor write_end_;
  void (*interrupt_before_)(int) = SIG_DFL;
};

Pager::Pager(bool wanted) {
  const auto command = wanted ? pager_command() : "";
  if (command.empty()) return;
  pipe_ = std::make_unique<Pipe>(command);
  standard_output_ = std::cout.rdbuf(pipe_.get());
}

Pager::~Pager() { (void)close(); }

CliResult<void> Pager::close() {
  const auto pipe = std::move(pipe_);
  if (pipe == nullptr) return {};
  const int status = pipe->close();
  std::cout.rdbuf(standard_output_);  // good again, also when the pager was left early
  const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
  if (code != 126 && code != 127) return {};
  return failure(
      Exit::Usage,
      "the pager that MUSTER_PAGER or PAGER names could not be run; --no-pager shows the "
      "output without one");
}

}  // namespace muster::cli
