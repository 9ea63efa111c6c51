#include <cli/job_head.hpp>

#include "catch.hpp"
#include "told_job.hpp"

using namespace muster::cli;
using nlohmann::json;

namespace {

json job() {
  return {
      {"selector", "role=web"}, {"state", "running"}, {"counts", {{"targets", 2}, {"running", 2}}}};
}

}  // namespace

TEST_CASE("a job says what it was to do, where, by whom and when", "[unit][cli]") {
  CHECK(head_text(told_job(job()), 0) ==
        "operation  system.exec\n"
        "on         role=web  (2 nodes)\n"
        "by         admin 2026-01-31 12:00:00Z\n"
        "state      running\n\n");
}

TEST_CASE("what was given with it is said where it was given", "[unit][cli]") {
  auto whole = job();
  whole["arguments"] = {{"argv", {"uname", "-a"}}};
  whole["check"] = true;
  whole["limit"] = "5%";
  whole["seed"] = "x1";
  whole["state"] = "done";
  whole["ended"] = "2026-01-31T12:00:02.000Z";
  CHECK(head_text(told_job(whole), 0) ==
        "operation  system.exec  (--check: nothing is changed)\n"
        "arguments\n"
        "  argv  uname, -a\n"
        "on         role=web  (2 nodes: --limit 5% --seed x1)\n"
        "by         admin 2026-01-31 12:00:00Z\n"
        "state      done 2026-01-31 12:00:02Z\n\n");
}

TEST_CASE("on a narrow terminal what does not fit goes on below itself", "[unit][cli]") {
  auto whole = job();
  whole["selector"] = "role=web and not node:web9";
  CHECK(head_text(told_job(whole), 30) ==
        "operation  system.exec\n"
        "on         role=web and not\n           node:web9  (2\n           nodes)\n"
        "by         admin 2026-01-31\n           12:00:00Z\n"
        "state      running\n\n");
}

TEST_CASE("of a long argument its beginning is shown", "[unit][cli]") {
  auto whole = job();
  whole["arguments"] = {{"content", std::string(99, 'x') + "\n" + std::string(100'000, 'y')}};
  CHECK(head_text(told_job(whole), 0)
            .find("  content  " + std::string(99, 'x') + " … (100100 bytes)\n") !=
        std::string::npos);
  whole["arguments"] = {{"argv", {std::string(200, 'x'), std::string(201, 'y')}}};
  const auto head = head_text(told_job(whole), 0);
  CHECK(head.find(" " + std::string(200, 'x') + "\n") != std::string::npos);
  CHECK(head.find(" " + std::string(100, 'y') + "… (201 bytes)\n") != std::string::npos);
}

TEST_CASE("nothing that was given can take the terminal over", "[unit][cli]") {
  auto evil = job();
  evil["arguments"] = {{"a\x1b[2J", "\x1b[2J"}};
  evil["selector"] = "role=\x1b[2J\n";
  CHECK(head_text(told_job(evil), 80).find('\x1b') == std::string::npos);
}
