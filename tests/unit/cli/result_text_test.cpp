#include <cli/result_text.hpp>
#include <muster/core/base/display_width.hpp>
#include <nlohmann/json.hpp>
#include <sstream>

#include "catch.hpp"

using namespace muster::cli;
using nlohmann::json;

namespace {

std::string text_of(const std::string& written, std::size_t columns = 0) {
  return result_text(json::parse(written), 2, columns);
}

}  // namespace

TEST_CASE("the members of a result stand one a line, their values below each other",
          "[unit][cli]") {
  CHECK(text_of(R"({"exists": true, "size": 12, "owner": "root", "target": null})") ==
        "  exists  true\n  owner   root\n  size    12\n  target  -\n");
  CHECK(text_of(R"({"os": {"id": "debian", "version": "12.5"}, "uptime": 7})") ==
        "  os\n    id       debian\n    version  12.5\n  uptime  7\n");
  CHECK(text_of("null").empty());
  CHECK(text_of("{}").empty());
}

TEST_CASE("a list of things is a table, with what they are known by first", "[unit][cli]") {
  const auto* processes = R"({"processes": [
    {"command": "sleep 600", "name": "sleep", "pid": 7},
    {"name": "muster-agent", "pid": 12, "groups": ["a", "b"]}]})";
  CHECK(text_of(processes) ==
        "  processes\n"
        "    name          command    pid  groups\n"
        "    sleep         sleep 600  7    -\n"
        "    muster-agent  -          12   a, b\n");
}

TEST_CASE("a table is no wider than the terminal, and whole where there is none", "[unit][cli]") {
  const json result{{"rows", {{{"name", "a"}, {"text", std::string(200, 'x')}}}}};
  std::istringstream lines(result_text(result, 2, 40));
  for (std::string line; std::getline(lines, line);) CHECK(muster::display_width(line) <= 40);
  CHECK(result_text(result, 2, 0).find(std::string(200, 'x')) != std::string::npos);
}

TEST_CASE("a number is whole, or the rows stand one below the other", "[unit][cli]") {
  const json disk{{"path", "/"}, {"device", "/dev/vda-of-a-long-name"}, {"used", 8'385'278'000}};
  const json result{{"disks", json::array({disk})}};
  CHECK(result_text(result, 2, 80) ==
        "  disks\n    path  device                   used\n"
        "    /     /dev/vda-of-a-long-name  8385278000\n");
  CHECK(result_text(result, 2, 33) ==
        "  disks\n    path  device       used\n    /     /dev/vda-o…  8385278000\n");
  CHECK(result_text(result, 2, 28) ==
        "  disks\n    - device\n        /dev/vda-of-a-long-name\n      path    /\n"
        "      used    8385278000\n");
}

TEST_CASE("a sentence goes on below itself, and text of several lines stays as it is",
          "[unit][cli]") {
  const json result{{"note", "the disk is full"}, {"why", {{"text", "one two three\nfour"}}}};
  CHECK(result_text(result, 2, 18) ==
        "  note  the disk\n        is full\n  why\n    text\n      one two three\n      four\n");
  CHECK(result_text(json{{"seen", {"the disk is full", {"a", "b"}}}}, 0, 12) ==
        "seen\n  the disk\n    is full\n  - a\n    b\n");
  CHECK(result_text(json::array({"the disk is full"}), 2, 12) == "  the disk\n    is full\n");
}

TEST_CASE("long texts stand behind the other columns", "[unit][cli]") {
  const json process{{"command", std::string(40, 'x')}, {"name", "sleep"}, {"pid", 7}};
  CHECK(result_text({{"processes", json::array({process})}}, 0, 0) ==
        "processes\n  name   pid  command\n  sleep  7    " + std::string(40, 'x') + "\n");
}

TEST_CASE("a list of words stands in one line where it fits, else each has its own",
          "[unit][cli]") {
  const json result{{"changes", {"created", "content", "mode"}}, {"none", json::array()}};
  CHECK(result_text(result, 2, 40) == "  changes  created, content, mode\n  none     none\n");
  CHECK(result_text(result, 2, 30) ==
        "  changes\n    created\n    content\n    mode\n  none     none\n");
  const json many{{"words", json::array_t(30, "word")}};
  CHECK(result_text(many, 0, 0).starts_with("words\n  word\n  word\n"));
}

TEST_CASE("things with members of their own stand one after the other", "[unit][cli]") {
  CHECK(text_of(R"({"list": [{"a": {"b": 1}}, {"a": {"b": 2}}, [1, [2]]]})") ==
        "  list\n    - a\n        b  1\n    - a\n        b  2\n    - 1\n      - 2\n");
}

TEST_CASE("a text of several lines stands below its name, and a diff as it is", "[unit][cli]") {
  CHECK(text_of(R"({"content": "one\ntwo\n", "size": 8})") ==
        "  content\n    one\n    two\n  size     8\n");
  CHECK(text_of(R"({"diff": "--- /etc/motd\n+++ /etc/motd\n@@ -1 +1 @@\n-old\n+new\n"})") ==
        "  --- /etc/motd\n  +++ /etc/motd\n  @@ -1 +1 @@\n  -old\n  +new\n");
}

TEST_CASE("nothing in a result can take the terminal over", "[unit][cli]") {
  const std::string evil = "\x1b[2J\xC2\x9B";
  const json result{{evil, evil},
                    {"list", {evil, evil}},
                    {"table", {{{evil, evil}}}},
                    {"lines", evil + "\n" + evil},
                    {"diff", "--- a\n+++ b\n+" + evil},
                    {"deep", {{evil, {{evil, {{evil, 1}}}}}}}};
  const auto text = result_text(result, 2, 80);
  CHECK(text.find('\x1b') == std::string::npos);
  CHECK(text.find("\xC2\x9B") == std::string::npos);
  CHECK(result_text({{"a\nb", {{"c\td", 1}}}}, 0, 0) == "a b\n  c d  1\n");
}
