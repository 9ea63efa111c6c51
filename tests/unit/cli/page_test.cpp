#include "cli/page.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "catch.hpp"
#include "cli/all_commands.hpp"
#include "cli/man_page.hpp"

using namespace muster::cli;
using Catch::Contains;
using Words = std::vector<std::string>;

namespace {

CliResult<Exit> nothing(const Arguments& /*arguments*/) { return Exit::Ok; }

Command some_command() {
  return {.words = "pet feed",
          .takes = "NODE",
          .summary = "gives a pet what it likes",
          .about = ".first it looks \\ at the pet,\nthen it waits\n\nand eats what is left",
          .examples = {{"muster pet feed web1 'x~y'", "for one"}},
          .options = {{"much", "N", "how much, which may be said in words that are many and long"},
                      {"short", "", "in a hurry", false, 's'}},
          .run_here = nothing};
}

std::size_t widest_line(const std::string& text) {
  std::size_t widest = 0;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) widest = std::max(widest, line.size());
  return widest;
}

std::string file_of(const std::vector<ManPage>& pages, const std::string& name) {
  for (const auto& page : pages) {
    if (page.file == name) return page.text;
  }
  return "there is no " + name;
}

}  // namespace

TEST_CASE("every command has a page with an example of itself", "[unit][cli]") {
  std::set<std::string> seen;
  for (const auto& command : all_commands()) {
    INFO(command.words);
    CHECK(seen.insert(command.words).second);
    CHECK_FALSE(command.summary.empty());
    CHECK((command.run == nullptr) != (command.run_here == nullptr));
    REQUIRE_FALSE(command.examples.empty());
    for (const auto& example : command.examples) {
      CHECK_THAT(example.line, Contains("muster " + command.words));
    }
  }
}

TEST_CASE("a page says what a command takes, does and ends with", "[unit][cli]") {
  CHECK(page_text(some_command(), 60) == R"(gives a pet what it likes

usage: muster pet feed NODE [OPTIONS]

.first it looks \ at the pet, then it waits

and eats what is left

options
  --much N     how much, which may be said in words that are
               many and long
  -s, --short  in a hurry

examples
  muster pet feed web1 'x~y'
      for one

exits
  0  done
  1  failed for a reason that is none of these
  2  usage or selector error; nothing was changed
  3  matched nothing, or what was named does not exist
  4  the controller could not be reached, or could not
     answer now
  5  denied
)");
}

TEST_CASE("pages fit a narrow terminal, all but the lines to copy", "[unit][cli]") {
  const auto width = GENERATE(std::size_t{40}, std::size_t{80});
  for (auto command : all_commands()) {
    INFO(command.words);
    command.examples.clear();
    // A line holds at least one word, however long.
    for (auto& option : command.options) option.value = option.value.substr(0, 16);
    command.takes = command.takes.substr(0, 16);
    CHECK(widest_line(page_text(command, width)) <= width);
  }
  CHECK(widest_line(overview_text(all_commands(), 80)) <= 80);
}

TEST_CASE("programs can read the pages", "[unit][cli]") {
  const auto pages = pages_json({some_command()});
  const auto& page = pages.at("commands").at(0);
  CHECK(page.at("command") == "pet feed");
  CHECK(page.at("about").size() == 2);
  CHECK(page.at("options").at(1).at("letter") == "s");
  CHECK(page.at("examples").at(0).at("line") == "muster pet feed web1 'x~y'");
  CHECK(page.at("exits").at(2).at("name") == "2");
}

TEST_CASE("a manual page takes no character for a command of the formatter", "[unit][cli]") {
  const auto pages = man_pages({some_command()});
  REQUIRE(pages.size() == 2);
  const auto text = file_of(pages, "muster-pet-feed.1");
  CHECK_THAT(text, Contains(".TH MUSTER\\-PET\\-FEED 1 \"\" \"muster "));
  CHECK_THAT(text, Contains("\n\\&.first it looks \\e at the pet, then it waits\n"));
  CHECK_THAT(text, Contains("muster pet feed web1 \\(aqx\\(tiy\\(aq"));
  CHECK_THAT(text, Contains("\\fB\\-s, \\-\\-short\\fR"));
  CHECK_THAT(file_of(pages, "muster.1"), Contains("muster\\-pet\\-feed(1)"));
}

TEST_CASE("words find the longest command that they begin with", "[unit][cli]") {
  const auto commands = all_commands();
  const auto [command, taken] = find_command(commands, {"enroll", "token", "ls", "--json"});
  REQUIRE(command != nullptr);
  CHECK(command->words == "enroll token ls");
  CHECK(taken == 3);
  CHECK(find_command(commands, {"enroll", "token"}).first == nullptr);
  CHECK(find_command(commands, {}).first == nullptr);
}

TEST_CASE("a family is what begins with the same words, not letters", "[unit][cli]") {
  const auto commands = all_commands();
  CHECK(family_of(commands, {}).size() == commands.size());
  CHECK(family_of(commands, {"enroll", "token"}).size() == 3);
  CHECK(family_of(commands, {"enroll", "tok"}).empty());
  CHECK(no_such_command(commands, {"group", "nonsense"}).message ==
        "there is no command 'group nonsense'; there are:\n  muster group ls\n  muster group show\n"
        "  muster group set\n  muster group rm");
  CHECK(no_such_command(commands, {"lst"}).message ==
        "there is no command 'lst'; muster --help lists them");
}

TEST_CASE("options stand before the \"--\" in the line that says how to use a command",
          "[unit][cli]") {
  auto command = some_command();
  command.takes = "-- PROGRAM [ARGUMENT ...]";
  CHECK(usage_of(command) == "muster pet feed [OPTIONS] -- PROGRAM [ARGUMENT ...]");
  CHECK_THAT(file_of(man_pages({command}), "muster-pet-feed.1"),
             Contains(R"([OPTIONS] \-\- PROGRAM [ARGUMENT ...])"));
  command.takes = "";
  CHECK(usage_of(command) == "muster pet feed [OPTIONS]");
}
