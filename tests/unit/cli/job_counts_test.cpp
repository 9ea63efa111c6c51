#include <cli/job_counts.hpp>

#include "catch.hpp"

using namespace muster::cli;

TEST_CASE("of a job in check mode nothing is said to have changed", "[unit][cli]") {
  const muster::client::Counts counts{14, {{"changed", 12}, {"ok", 2}, {"failed", 0}}};
  CHECK(counts_text(counts, false, ", ") == "12 changed, 2 ok");
  CHECK(counts_text(counts, true, " · ") == "12 would change · 2 ok");
  CHECK(words_of_state("changed", true) == "would change");
  CHECK(words_of_state("changed", false) == "changed");
  CHECK(words_of_state("ok", true) == "ok");
}
