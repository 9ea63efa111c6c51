#include <cli/table.hpp>
#include <muster/core/base/display_width.hpp>
#include <sstream>

#include "catch.hpp"

using namespace muster;
using namespace muster::cli;

namespace {

std::string written(std::size_t columns, const Table::Row& header,
                    const std::vector<Table::Row>& rows) {
  std::ostringstream out;
  Table table(out, header, columns);
  for (const auto& row : rows) table.add(row);
  table.finish();
  return out.str();
}

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

}  // namespace

TEST_CASE("a table's columns are as wide as their widest cell, counted in columns of a terminal",
          "[unit][cli]") {
  CHECK(written(0, {"NAME", "STATE"}, {{"müller", "ok"}, {"a", "failed"}, {"東京", "ok"}}) ==
        "NAME    STATE\nmüller  ok\na       failed\n東京    ok\n");
  CHECK(written(0, {"NAME", "STATE"}, {}) == "NAME  STATE\n");
}

TEST_CASE("nothing is cut where no terminal is", "[unit][cli]") {
  const std::string text(500, 'x');
  CHECK(written(0, {"NAME", "LABELS"}, {{"web1", text}}) == "NAME  LABELS\nweb1  " + text + "\n");
}

TEST_CASE("no line is longer than the terminal is wide, and the names stay whole", "[unit][cli]") {
  const Table::Row header{"NAME", "PRESENCE", "LABELS", "OS", "AGENT", "LAST SEEN"};
  const std::vector<Table::Row> rows{
      {"node-1", "online", "role=db", "Debian GNU/Linux 12 (bookworm)", "0.1.0",
       "2026-11-25 21:12:43Z"},
      {"node-22", "offline, drained", "城市=東京 rôle=wéb", "Debian GNU/Linux 12 (bookworm)",
       "0.1.0", "-"}};
  for (const std::size_t columns : {1U, 10U, 40U, 60U, 80U, 100U, 200U}) {
    INFO(columns);
    const auto lines = lines_of(written(columns, header, rows));
    REQUIRE(lines.size() == 3);
    for (const auto& line : lines) CHECK(display_width(line) <= columns);
    if (columns >= 40) CHECK(lines.at(2).starts_with("node-22  offline"));
  }
  CHECK(written(200, header, rows) == written(0, header, rows));
}

TEST_CASE("the longest column gives way first", "[unit][cli]") {
  CHECK(written(24, {"NAME", "WHAT", "STATE"}, {{"web1", "a long description", "ok"}}) ==
        "NAME  WHAT         STATE\nweb1  a long des…  ok\n");
}

TEST_CASE("a column keeps what it needs, and one that can be spared goes before that",
          "[unit][cli]") {
  const auto written_in = [](std::size_t columns) {
    std::ostringstream out;
    Table table(out, {"JOB", "OPERATION", "ON", "STATE", "TASKS"}, columns);
    table.keep(1, 11);
    table.keep(3, 9);
    table.may_spare(2);
    table.may_spare(4);
    table.add(
        {"7c1e2a58", "system.exec", "role=web and os.id=debian", "cancelled", "12 cancelled"});
    table.finish();
    return lines_of(out.str()).back();
  };
  CHECK(written_in(80) ==
        "7c1e2a58  system.exec  role=web and os.id=debian  cancelled  12 cancelled");
  CHECK(written_in(60) == "7c1e2a58  system.exec  role=web an…  cancelled  12 cancelled");
  CHECK(written_in(52) == "7c1e2a58  system.exec  role=we…  cancelled  12 canc…");
  CHECK(written_in(50) == "7c1e2a58  system.exec  role=web and os…  cancelled");
  CHECK(written_in(44) == "7c1e2a58  system.exec  role=web …  cancelled");
  CHECK(written_in(32) == "7c1e2a58  system.exec  cancelled");
  CHECK(written_in(30) == "7c1e2a58  system.exec  cancel…");
}

TEST_CASE("a cell with line breaks is one line", "[unit][cli]") {
  CHECK(written(0, {"FACT", "VALUE"}, {{"motd", "a\nb\tc"}}) == "FACT  VALUE\nmotd  a b c\n");
}

TEST_CASE("rows beyond the first are written as they come, and none is lost", "[unit][cli]") {
  std::ostringstream out;
  Table table(out, {"NAME", "STATE"}, 0);
  for (std::size_t i = 0; i + 1 < Table::kFirstRows; ++i) table.add({"web1", "ok"});
  CHECK(out.str().empty());
  table.add({"web22", "ok"});
  CHECK(lines_of(out.str()).size() == Table::kFirstRows + 1);
  table.add({"web4444", "ok"});
  CHECK(lines_of(out.str()).back() == "web4444  ok");
  table.finish();
  CHECK(lines_of(out.str()).size() == Table::kFirstRows + 2);
}
