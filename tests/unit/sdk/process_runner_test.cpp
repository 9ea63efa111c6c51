#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <fstream>
#include <muster/sdk/process_runner.hpp>

#include "catch.hpp"
#include "temp_dir.hpp"

using namespace muster;
using namespace std::chrono_literals;
using sdk::ErrorCode;
using sdk::OutputStream;
using sdk::StopReason;

namespace {

struct Captured {
  std::string out;
  std::string err;

  [[nodiscard]] sdk::OutputSink sink() {
    return [this](OutputStream stream, std::span<const std::byte> piece) {
      auto& text = stream == OutputStream::Stdout ? out : err;
      text.append(reinterpret_cast<const char*>(piece.data()), piece.size());
      return true;
    };
  }
};

sdk::Program shell(const std::string& script) {
  sdk::Program program;
  program.argv = {"sh", "-c", script};
  program.environment = {"PATH=/usr/bin:/bin"};
  return program;
}

sdk::ProcessLimits quick() {
  sdk::ProcessLimits limits;
  limits.kill_grace = 100ms;
  return limits;
}

/// True once the process is gone or a zombie; false when that takes more than ten seconds.
bool ends(pid_t pid) {
  const int fd = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
  if (fd < 0) return true;
  pollfd set{fd, POLLIN, 0};
  const bool ended = ::poll(&set, 1, 10'000) == 1;
  ::close(fd);
  return ended;
}

void write_file(const std::filesystem::path& path, const std::string& text, mode_t mode) {
  std::ofstream(path) << text;
  ::chmod(path.c_str(), mode);
}

}  // namespace

TEST_CASE("a program's output arrives by stream, with its exit code", "[unit][sdk]") {
  Captured captured;
  const auto end =
      sdk::run_process(shell("echo hello; echo oops >&2; exit 3"), {}, captured.sink());
  REQUIRE(end);
  CHECK(captured.out == "hello\n");
  CHECK(captured.err == "oops\n");
  CHECK(end->exit_code == 3);
  CHECK(end->signal == 0);
  CHECK(end->stdout_bytes == 6);
  CHECK(end->stderr_bytes == 5);
  CHECK(end->stopped == StopReason::None);
}

TEST_CASE("a program ended by a signal has that signal and no exit code", "[unit][sdk]") {
  const auto end = sdk::run_process(shell("kill -SEGV $$"), {}, Captured().sink());
  REQUIRE(end);
  CHECK(end->signal == SIGSEGV);
  CHECK(end->exit_code == -1);
}

TEST_CASE("arguments are passed as they are, without a shell", "[unit][sdk]") {
  Captured captured;
  sdk::Program program;
  program.argv = {"/bin/echo", "$HOME", "a  b", "; false"};
  REQUIRE(sdk::run_process(program, {}, captured.sink()));
  CHECK(captured.out == "$HOME a  b ; false\n");
}

TEST_CASE("the environment and the directory are the given ones", "[unit][sdk]") {
  const test::TempDir dir;
  Captured captured;
  auto program = shell("/usr/bin/env | sort; pwd");
  program.environment.push_back("COLOUR=blue");
  program.working_directory = dir.path();
  REQUIRE(sdk::run_process(program, {}, captured.sink()));
  CHECK(captured.out.find("COLOUR=blue\n") != std::string::npos);
  CHECK(captured.out.find("HOME=") == std::string::npos);
  CHECK(captured.out.find(dir.path().string() + "\n") != std::string::npos);
}

TEST_CASE("standard input holds the given bytes and then ends", "[unit][sdk]") {
  const auto size = GENERATE(std::size_t{0}, std::size_t{5}, std::size_t{1'000'000});
  Captured captured;
  auto program = shell("cat");
  program.stdin_bytes = std::string(size, 'x');
  REQUIRE(sdk::run_process(program, {}, captured.sink()));
  CHECK(captured.out.size() == size);
}

TEST_CASE("a program that does not read its input does not end its caller", "[unit][sdk]") {
  auto program = shell("exec 0<&-; exit 7");
  program.stdin_bytes = std::string(1'000'000, 'x');
  const auto end = sdk::run_process(program, {}, Captured().sink());
  REQUIRE(end);
  CHECK(end->exit_code == 7);
}

TEST_CASE("a program inherits no descriptor of ours", "[unit][sdk]") {
  const int leaked = ::dup(0);  // without close-on-exec
  Captured captured;
  auto program = shell("ls /proc/$$/fd");
  REQUIRE(sdk::run_process(program, {}, captured.sink()));
  ::close(leaked);
  CHECK(captured.out == "0\n1\n2\n");
}

TEST_CASE("what could not be started says which step failed", "[unit][sdk]") {
  const test::TempDir dir;
  write_file(dir / "plain", "text", 0600);
  write_file(dir / "orphan", "#!/no/such/interpreter\n", 0700);
  sdk::Program program;
  program.environment = {"PATH=" + dir.path().string()};
  const auto run = [&] { return sdk::run_process(program, {}, Captured().sink()); };

  SECTION("no such program in PATH") {
    program.argv = {"no-such-program"};
    CHECK(run().error().code == ErrorCode::NotFound);
    CHECK(run().error().message == "there is no program no-such-program in " + dir.path().string());
  }
  SECTION("no such path") {
    program.argv = {"/no/such/program"};
    CHECK(run().error().code == ErrorCode::NotFound);
    CHECK(run().error().message == "there is no program /no/such/program");
  }
  SECTION("not executable") {
    program.argv = {"plain"};
    CHECK(run().error().code == ErrorCode::PermissionDenied);
    CHECK(run().error().message == (dir / "plain").string() + " is not an executable file");
  }
  SECTION("without its interpreter") {
    program.argv = {"orphan"};
    CHECK(run().error().code == ErrorCode::NotFound);
    CHECK(run().error().message.find("its interpreter does not exist") != std::string::npos);
  }
  SECTION("bad working directory") {
    program.argv = {"/bin/true"};
    program.working_directory = GENERATE("/no/such/dir", "/etc/passwd");
    CHECK(run().error().code == ErrorCode::NotFound);
    CHECK(run().error().message.find("cannot enter the working directory " +
                                     program.working_directory) == 0);
  }
  SECTION("no argv") { CHECK(run().error().code == ErrorCode::InvalidArgument); }
  SECTION("a NUL in an argument") {
    program.argv = {"/bin/true", std::string("a\0b", 3)};
    CHECK(run().error().code == ErrorCode::InvalidArgument);
  }
}

TEST_CASE("a request to stop ends the whole group", "[unit][sdk]") {
  std::stop_source stop;
  std::string out;
  const auto end = sdk::run_process(
      shell("sleep 1000 & echo $!; wait"), quick(),
      [&](OutputStream, std::span<const std::byte> piece) {
        out.append(reinterpret_cast<const char*>(piece.data()), piece.size());
        if (out.back() == '\n') stop.request_stop();
        return true;
      },
      stop.get_token());
  REQUIRE(end);
  CHECK(end->stopped == StopReason::Cancelled);
  CHECK(end->signal == SIGTERM);
  CHECK(ends(std::stoi(out)));
}

TEST_CASE("everybody in the group may clean up before it is killed", "[unit][sdk]") {
  std::stop_source stop;
  std::string out;
  const auto end = sdk::run_process(
      shell("sh -c \"trap 'echo bye; exit 0' TERM; echo ready; sleep 1000 & wait\" & wait"), {},
      [&](OutputStream, std::span<const std::byte> piece) {
        out.append(reinterpret_cast<const char*>(piece.data()), piece.size());
        stop.request_stop();
        return true;
      },
      stop.get_token());
  REQUIRE(end);
  CHECK(out == "ready\nbye\n");
}

TEST_CASE("what ignores SIGTERM is killed after the grace", "[unit][sdk]") {
  std::stop_source stop;
  const auto end = sdk::run_process(
      shell("trap '' TERM; echo ready; while :; do sleep 1000; done"), quick(),
      [&](OutputStream, std::span<const std::byte>) { return stop.request_stop(), true; },
      stop.get_token());
  REQUIRE(end);
  CHECK(end->signal == SIGKILL);
  CHECK(end->duration >= 100ms);
}

TEST_CASE("the deadline ends a program, one in the past at once", "[unit][sdk]") {
  auto limits = quick();
  limits.deadline = std::chrono::steady_clock::now() + GENERATE(-1s, 0s);
  const auto end = sdk::run_process(shell("sleep 1000"), limits, Captured().sink());
  REQUIRE(end);
  CHECK(end->stopped == StopReason::Deadline);
  CHECK(end->signal == SIGTERM);
}

TEST_CASE("what a program leaves running in its group is killed", "[unit][sdk]") {
  Captured captured;
  const auto end =
      sdk::run_process(shell("sleep 1000 >/dev/null 2>&1 & echo $!"), quick(), captured.sink());
  REQUIRE(end);
  CHECK(end->exit_code == 0);
  CHECK(ends(std::stoi(captured.out)));
}

TEST_CASE("a grandchild that escaped with the pipe does not hang the call", "[unit][sdk]") {
  const test::TempDir dir;
  Captured captured;
  auto program = shell("mkfifo f; setsid sh -c 'echo $$ >f; exec sleep 1000' & cat f");
  program.working_directory = dir.path();
  const auto end = sdk::run_process(program, quick(), captured.sink());
  REQUIRE(end);
  CHECK(end->exit_code == 0);
  CHECK(::kill(std::stoi(captured.out), SIGKILL) == 0);
}

TEST_CASE("output beyond the limit is counted and dropped, and the program goes on",
          "[unit][sdk]") {
  Captured captured;
  auto limits = quick();
  limits.max_output_bytes = 1000;
  const auto end =
      sdk::run_process(shell("head -c 300000 /dev/zero; exit 4"), limits, captured.sink());
  REQUIRE(end);
  CHECK(captured.out.size() == 1000);
  CHECK(end->stdout_bytes == 300'000);
  CHECK(end->truncated);
  CHECK(end->exit_code == 4);
}

TEST_CASE("output up to the limit is not truncated", "[unit][sdk]") {
  auto limits = quick();
  limits.max_output_bytes = 1000;
  const auto end = sdk::run_process(shell("head -c 1000 /dev/zero"), limits, Captured().sink());
  REQUIRE(end);
  CHECK_FALSE(end->truncated);
}

TEST_CASE("a sink that refuses ends the program", "[unit][sdk]") {
  const auto end = sdk::run_process(shell("yes"), quick(),
                                    [](OutputStream, std::span<const std::byte>) { return false; });
  REQUIRE(end);
  CHECK(end->stopped == StopReason::OutputRefused);
}

TEST_CASE("memory above the limit is refused to the program", "[unit][sdk]") {
  auto limits = quick();
  limits.max_memory_bytes = std::uint64_t{64} << 20U;
  const auto end =
      sdk::run_process(shell("exec head -c 1 /dev/zero | dd bs=256M iflag=fullblock of=/dev/null"),
                       limits, Captured().sink());
  REQUIRE(end);
  CHECK(end->exit_code != 0);
}
