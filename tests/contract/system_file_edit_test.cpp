#include <sys/stat.h>

#include <thread>

#include "catch.hpp"
#include "system_fixture.hpp"

using namespace muster;
using nlohmann::json;
using test::read;
using test::System;
using test::TempDir;
using test::write;

namespace {

/// What becomes of a text; "failed: FIELD" when it is refused.
std::string edited(const std::string& text, json arguments) {
  System system;
  TempDir dir;
  write(dir / "f", text);
  arguments["path"] = (dir / "f").string();
  const auto record = system.run("system.file.edit", arguments);
  if (record.outcome == MUSTER_OUTCOME_FAILED) {
    CHECK_FALSE(record.error_message.empty());
    CHECK(read(dir / "f") == text);
    return "failed: " + record.error_field;
  }
  const auto result = read(dir / "f");
  const auto expected = result == text ? MUSTER_OUTCOME_OK : MUSTER_OUTCOME_CHANGED;
  CHECK(record.outcome == static_cast<std::uint32_t>(expected));
  CHECK(system.run("system.file.edit", arguments).outcome == MUSTER_OUTCOME_OK);  // now it is so
  CHECK(read(dir / "f") == result);
  return result;
}

}  // namespace

TEST_CASE("edit sees to it that a line is there", "[contract][system]") {
  CHECK(edited("a\nb\n", {{"line", "c"}}) == "a\nb\nc\n");
  CHECK(edited("a\nb\n", {{"line", "b"}}) == "a\nb\n");
  CHECK(edited("a\nb", {{"line", "c"}}) == "a\nb\nc\n");
  CHECK(edited("", {{"line", "c"}}) == "c\n");
  CHECK(edited("a\nb\nab\n", {{"line", "c"}, {"after", "^a"}}) == "a\nb\nab\nc\n");
  CHECK(edited("a\nb\nab\nz", {{"line", "c"}, {"after", "^a$"}}) == "a\nc\nb\nab\nz");
  CHECK(edited("x\na\na\n", {{"line", "c"}, {"before", "^a"}}) == "x\nc\na\na\n");
  CHECK(edited("x\n", {{"line", "c"}, {"before", "^a"}}) == "failed: /before");
  CHECK(edited("x\n", {{"line", "c"}, {"after", "^a"}}) == "failed: /after");
}

TEST_CASE("edit replaces the last line that matches", "[contract][system]") {
  const json port{{"line", "Port 2222"}, {"match", "^#?Port\\b"}};
  CHECK(edited("A\n#Port 22\nB\n", port) == "A\nPort 2222\nB\n");
  CHECK(edited("#Port 22\nPort 23\nB\n", port) == "#Port 22\nPort 2222\nB\n");
  CHECK(edited("A\n", port) == "A\nPort 2222\n");
  CHECK(edited("Port 22", port) == "Port 2222");
  // A line that is there already is not put a second time, though the expression misses it.
  CHECK(edited("x\n", {{"line", "x"}, {"match", "^y"}}) == "x\n");
}

TEST_CASE("edit takes lines away", "[contract][system]") {
  CHECK(edited("a\nb\na\n", {{"line", "a"}, {"state", "absent"}}) == "b\n");
  CHECK(edited("a1\nb\na2", {{"match", "^a"}, {"state", "absent"}}) == "b\n");
  CHECK(edited("b\n", {{"match", "^a"}, {"state", "absent"}}) == "b\n");
}

TEST_CASE("lines keep their ends, and new ones end as the first does", "[contract][system]") {
  CHECK(edited("a\r\nb\nc\r\n", {{"line", "d"}}) == "a\r\nb\nc\r\nd\r\n");
  CHECK(edited("a\r\nb\r\n", {{"line", "b"}}) == "a\r\nb\r\n");
  CHECK(edited("a\nb\r\n", {{"line", "x"}, {"match", "^b$"}}) == "a\nx\r\n");
}

TEST_CASE("edit puts a block between its marks and replaces it there", "[contract][system]") {
  const json block{{"block", "one\ntwo\n"}};
  CHECK(edited("a\n", block) == "a\n# BEGIN muster\none\ntwo\n# END muster\n");
  CHECK(edited("a\n# BEGIN muster\nold\n# END muster\nz\n", block) ==
        "a\n# BEGIN muster\none\ntwo\n# END muster\nz\n");
  CHECK(
      edited("a\nz\n",
             {{"block", "one"}, {"begin", "<!-- b -->"}, {"end", "<!-- e -->"}, {"after", "a"}}) ==
      "a\n<!-- b -->\none\n<!-- e -->\nz\n");
  CHECK(edited("a\n# BEGIN muster\nold\n# END muster\nz\n", {{"block", ""}, {"state", "absent"}}) ==
        "a\nz\n");
  CHECK(edited("a\n", {{"begin", "B"}, {"end", "E"}, {"state", "absent"}}) == "a\n");
}

TEST_CASE("a block whose marks are not right is left alone", "[contract][system]") {
  const json block{{"block", "x"}, {"begin", "B"}, {"end", "E"}};
  CHECK(edited("B\nold\n", block) == "failed: /begin");
  CHECK(edited("old\nE\n", block) == "failed: /begin");
  CHECK(edited("B\nE\nB\nE\n", block) == "failed: /begin");
  CHECK(edited("B\nB\nE\n", block) == "failed: /begin");
}

TEST_CASE("bad arguments of edit are one sentence and a pointer", "[contract][system]") {
  CHECK(edited("", json::object()) == "failed: /line");
  CHECK(edited("", {{"state", "absent"}}) == "failed: /line");
  CHECK(edited("", {{"line", "a\nb"}}) == "failed: /line");
  CHECK(edited("", {{"line", "a"}, {"block", "b"}}) == "failed: /line");
  CHECK(edited("", {{"match", "a"}, {"block", "b"}}) == "failed: /match");
  CHECK(edited("", {{"begin", "B"}}) == "failed: /block");
  CHECK(edited("", {{"block", "b"}, {"begin", "B\nC"}}) == "failed: /begin");
  CHECK(edited("", {{"block", "b"}, {"begin", "M"}, {"end", "M"}}) == "failed: /end");
  CHECK(edited("", {{"block", "a\n# END muster\nb"}}) == "failed: /block");
  CHECK(edited("", {{"line", "a"}, {"after", "b"}, {"before", "c"}}) == "failed: /before");
  CHECK(edited("a", {{"line", "a"}, {"match", "("}}) == "failed: /match");
  CHECK(edited("a", {{"line", "a"}, {"after", "\\pL{900}"}}) == "failed: /after");
  CHECK(edited(std::string("a\0b", 3), {{"line", "c"}}) == "failed: /path");
  CHECK(edited(std::string(1'048'577, 'x'), {{"line", "c"}}) == "failed: /path");
}

TEST_CASE("an expression that would take other engines for ever takes no time",
          "[contract][system]") {
  CHECK(edited(std::string(100'000, 'a') + "\n", {{"line", "x"}, {"match", "(a*)*b"}}) ==
        std::string(100'000, 'a') + "\nx\n");
}

TEST_CASE("a file that is not there is made only when told", "[contract][system]") {
  System system;
  TempDir dir;
  json arguments{{"path", (dir / "f").string()}, {"line", "a"}};
  const auto record = system.run("system.file.edit", arguments);
  CHECK(record.error_code == MUSTER_NOT_FOUND);
  CHECK(record.error_message ==
        "there is no file " + (dir / "f").string() + "; say create: true to make it");
  auto absent = arguments;
  absent["state"] = "absent";
  CHECK(system.run("system.file.edit", absent).outcome == MUSTER_OUTCOME_OK);
  CHECK_FALSE(std::filesystem::exists(dir / "f"));
  arguments["create"] = true;
  CHECK(system.run("system.file.edit", arguments).result["changes"] == json{"created"});
  CHECK(read(dir / "f") == "a\n");
}

TEST_CASE("edit in check mode shows the diff and changes nothing", "[contract][system]") {
  System system;
  TempDir dir;
  write(dir / "f", "a\n");
  ::chmod((dir / "f").c_str(), 0600);
  json arguments{{"path", (dir / "f").string()}, {"line", "b"}, {"backup", true}};
  const auto record = system.check("system.file.edit", arguments);
  CHECK(record.outcome == MUSTER_OUTCOME_CHANGED);
  const std::string diff = record.result["diff"];
  CHECK(diff.ends_with("@@ -1 +1,2 @@\n a\n+b\n"));
  CHECK(read(dir / "f") == "a\n");
  CHECK(read(system.run("system.file.edit", arguments).result["backup"]) == "a\n");
  struct stat facts {};
  REQUIRE(::stat((dir / "f").c_str(), &facts) == 0);
  CHECK((facts.st_mode & 07777U) == 0600);
}

TEST_CASE("edits of one file at once lose none", "[contract][system]") {
  System system;
  TempDir dir;
  write(dir / "f", "");
  std::vector<muster_call> calls;
  for (int i = 0; i < 50; ++i) {
    calls.push_back(system.start("system.file.edit", {{"path", (dir / "f").string()},
                                                      {"line", "line " + std::to_string(i)}}));
    REQUIRE(calls.back() != 0);
  }
  for (const auto call : calls) CHECK(system.wait(call).outcome == MUSTER_OUTCOME_CHANGED);
  const auto text = read(dir / "f");
  CHECK(std::count(text.begin(), text.end(), '\n') == 50);
}
