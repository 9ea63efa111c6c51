#include <cstdio>
#include <cstdlib>
#include <random>

#include "catch.hpp"
#include "diff.hpp"
#include "system_fixture.hpp"

using namespace muster;
using plugin::system::unified_diff;
using test::TempDir;
using test::write;

namespace {

std::string output_of(const std::string& command) {
  std::string text;
  std::FILE* pipe = ::popen(command.c_str(), "r");
  REQUIRE(pipe != nullptr);
  char buffer[4096];
  std::size_t count = 0;
  while ((count = std::fread(buffer, 1, sizeof buffer, pipe)) > 0) text.append(buffer, count);
  ::pclose(pipe);
  return text;
}

std::string random_text(std::mt19937& random, int lines, int kinds) {
  std::string text;
  for (int i = 0; i < lines; ++i) text += std::to_string(static_cast<int>(random() % kinds)) + "\n";
  if (random() % 3 == 0 && !text.empty()) text.pop_back();
  return text;
}

}  // namespace

TEST_CASE("a diff is the one that diff -u writes", "[contract][system]") {
  const auto [before, after] = GENERATE(table<std::string, std::string>({
      {"a\nb\nc\n", "a\nx\nc\n"},
      {"", "a\n"},
      {"a\n", ""},
      {"a\nb", "a\nb\n"},
      {"a\nb\n", "a\nb"},
      {"1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nx\n6\n7\n8\n9\n"},
      {"1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n", "x\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\ny\n"},
      {"1\n2\n3\n4\n5\n6\n7\n8\n", "x\n2\n3\n4\n5\n6\n7\ny\n"},
      {"a\nb\nc\nd\ne\n", "b\nc\nd\ne\nf\n"},
  }));
  TempDir dir;
  write(dir / "a", before);
  write(dir / "b", after);
  CHECK(unified_diff("name", before, after).text ==
        output_of("diff -u --label name --label name " + (dir / "a").string() + " " +
                  (dir / "b").string()));
}

TEST_CASE("texts that are equal have no diff", "[contract][system]") {
  CHECK(unified_diff("n", "a\n", "a\n").text.empty());
  CHECK(unified_diff("n", "", "").text.empty());
}

TEST_CASE("patch makes the new text from the old one and the diff", "[contract][system]") {
  std::mt19937 random(7);
  TempDir dir;
  const auto max_changes = GENERATE(1000, 3);  // the second gives up soon
  for (int i = 0; i < 60; ++i) {
    const auto before = random_text(random, static_cast<int>(random() % 30), 5);
    const auto after = random_text(random, static_cast<int>(random() % 30), 5);
    if (before == after) continue;
    write(dir / "f", before);
    write(dir / "diff", unified_diff("f", before, after, {max_changes, 1U << 20U}).text);
    const auto said = output_of("patch -s -o " + (dir / "out").string() + " " +
                                (dir / "f").string() + " " + (dir / "diff").string() + " 2>&1");
    CAPTURE(before, after, test::read(dir / "diff"), said);
    REQUIRE(test::read(dir / "out") == after);
  }
}

TEST_CASE("texts that have nothing in common do not take long", "[contract][system]") {
  std::string before;
  std::string after;
  for (int i = 0; i < 100'000; ++i) {
    before += "a" + std::to_string(i) + "\n";
    after += "b" + std::to_string(i) + "\n";
  }
  const auto diff = unified_diff("f", before, after);
  CHECK(diff.truncated);
  CHECK(diff.text.size() <= 65'536);
  CHECK(diff.text.starts_with("--- f\n+++ f\n@@ -1,100000 +1,100000 @@\n-a0\n"));
}
