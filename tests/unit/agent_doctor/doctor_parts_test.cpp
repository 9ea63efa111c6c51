#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <muster/core/base/fd.hpp>

#include "catch.hpp"
#include "controller_checks.hpp"
#include "kernel_checks.hpp"
#include "running_agent.hpp"
#include "temp_dir.hpp"

namespace muster::agent {
namespace {

TEST_CASE("The agent of a state directory is who holds its lock") {
  const test::TempDir state;
  CHECK_FALSE(running_agent(state.path()));
  const UniqueFd lock(::open((state / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  CHECK_FALSE(running_agent(state.path()));
  REQUIRE(::flock(lock.get(), LOCK_EX) == 0);
  CHECK(running_agent(state.path()) == ::getpid());
}

TEST_CASE("Another kind of lock, or one of another file, is no agent's") {
  CHECK(lock_holders("1: FLOCK  ADVISORY  WRITE 7 08:11:42 0 EOF\n", 42) == std::vector<pid_t>{7});
  CHECK(lock_holders("1: FLOCK  ADVISORY  READ 7 08:11:42 0 EOF\n", 42).empty());
  CHECK(lock_holders("1: POSIX  ADVISORY  WRITE 7 08:11:42 0 EOF\n", 42).empty());
  CHECK(lock_holders("1: FLOCK  ADVISORY  WRITE 7 08:11:142 0 EOF\n", 42).empty());
  CHECK(lock_holders("nonsense\n\n", 42).empty());
}

TEST_CASE("A Date header is read as RFC 9110 writes it, and nothing else is") {
  const auto read = parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT");
  REQUIRE(read);
  CHECK(to_unix_ms(*read) == 784'111'777'000);
  CHECK_FALSE(parse_http_date("Sunday, 06-Nov-94 08:49:37 GMT"));
  CHECK_FALSE(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT+1"));
  CHECK_FALSE(parse_http_date(""));
}

TEST_CASE("The kernel is asked for all that keeps plugins apart") {
  std::vector<std::string> names;
  for (const auto& check : check_kernel()) names.push_back(check.name);
  CHECK(names == std::vector<std::string>{"kernel", "landlock", "seccomp", "cgroup"});
  CHECK(check_kernel().front().verdict == doctor::Verdict::Ok);
}

}  // namespace
}  // namespace muster::agent
