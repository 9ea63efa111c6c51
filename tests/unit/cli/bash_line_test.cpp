#include "cli/bash_line.hpp"

#include "catch.hpp"

using namespace muster::cli;
using Words = std::vector<std::string>;

namespace {

const char* const kBreaks = " \t\n\"'@><=;|&(:";

BashLine read(const std::string& line) { return read_bash_line(line, kBreaks); }

/// What bash would show after it took `text` for the last word.
std::string inserted(const std::string& line, const std::string& text) {
  return bash_insert(read(line), text).value_or("nothing");
}

}  // namespace

TEST_CASE("a line is split into words as a shell splits it", "[unit][cli]") {
  const auto line = read("muster run  a=b 'c d' e\\ f \"g\\\"h\" i");
  CHECK(line.words == Words{"muster", "run", "a=b", "c d", "e f", "g\"h"});
  CHECK(line.typed == "i");
  CHECK(line.quote == '\0');
  CHECK(read("muster ").words == Words{"muster"});
  CHECK(read("muster ").typed.empty());
  CHECK(read("muster '' ").words == Words{"muster", ""});
  CHECK(read("").words.empty());
}

TEST_CASE("an open quote is seen, and what is in it is one word", "[unit][cli]") {
  const auto single = read("muster node ls --on 'role=web and no");
  CHECK(single.words == Words{"muster", "node", "ls", "--on"});
  CHECK(single.typed == "role=web and no");
  CHECK(single.quote == '\'');
  CHECK(read("muster \"a 'b").quote == '"');
  CHECK(read("muster 'a").quote == '\'');
  CHECK(read("muster 'a'").quote == '\0');
}

TEST_CASE("bash is given what follows the last place where it breaks words", "[unit][cli]") {
  CHECK(inserted("muster node ls --on role=w", "role=web") == "web");
  CHECK(inserted("muster node ls --on=node:w", "--on=node:web1") == "web1");
  CHECK(inserted("muster node ls --on 'role=w", "role=web") == "role=web");
  CHECK(inserted("muster node ls --on='role=w", "--on=role=web") == "role=web");
  CHECK(inserted("muster node ls --on ro", "role=") == "role=");
  CHECK(inserted("muster node ls --on mail=a@", "mail=a@b") == "@b");
}

TEST_CASE("nothing that a fleet is called can run in the shell", "[unit][cli]") {
  CHECK(inserted("m ", "$(reboot)") == "\\$\\(reboot\\)");
  CHECK(inserted("m ", "a b;c") == "a\\ b\\;c");
  CHECK(inserted("m ", "`x`'\"\\!*?[~#{") == "\\`x\\`\\'\\\"\\\\\\!\\*\\?\\[\\~\\#\\{");
  CHECK(inserted("m \"", "$(reboot) `x` \" \\") == "\\$(reboot) \\`x\\` \\\" \\\\");
  CHECK(inserted("m \"", "hello!") == "nothing");
  CHECK(inserted("m '", "$(reboot)") == "$(reboot)");
  CHECK(inserted("m '", "it's") == "nothing");
  CHECK(inserted("m ", "müller") == "müller");
}
