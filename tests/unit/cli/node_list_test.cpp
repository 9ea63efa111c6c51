#include "cli/node_list.hpp"

#include <muster/core/base/files.hpp>

#include "catch.hpp"
#include "temp_dir.hpp"

using namespace muster;
using namespace muster::cli;

namespace {

struct Lists {
  CliResult<std::string> of(const std::string& text) {
    REQUIRE(write_file_atomic(file, as_bytes(text)));
    return selector_from_names(file);
  }
  std::string wrong(const std::string& text) {
    const auto selector = of(text);
    REQUIRE_FALSE(selector);
    CHECK(selector.error().exit == Exit::Usage);
    return selector.error().message;
  }
  test::TempDir dir;
  std::string file = (dir / "names").string();
};

}  // namespace

TEST_CASE("names, one on each line, are a selector", "[unit][cli]") {
  Lists lists;
  CHECK(*lists.of("web1\n\n  web2\t\r\nall") == R"(node in ("web1", "web2", "all"))");
  CHECK(*lists.of("\xEF\xBB\xBFweb1\n") == R"(node in ("web1"))");
}

TEST_CASE("what is no list of names is refused with its place", "[unit][cli]") {
  Lists lists;
  CHECK(lists.wrong("web1\n\nweb 2\n") ==
        lists.file + ", line 3: 'web 2' is no name of a node; one stands on each line");
  CHECK(lists.wrong("\n \n") == lists.file + " names no node");
  CHECK(lists.wrong("web\xE9\n") == lists.file + " is no UTF-8 text at byte 4");
  CHECK(selector_from_names("").error().message == "behind @ stands the name of a file, or -");
  CHECK(selector_from_names(lists.file + "x").error().message.find("names") != std::string::npos);
}

TEST_CASE("a list has no more names than a selector takes", "[unit][cli]") {
  Lists lists;
  const auto many = [](std::size_t count, const std::string& name) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i) text += name + "\n";
    return text;
  };
  CHECK(lists.of(many(1000, "web1")));
  CHECK(lists.wrong(many(1001, "web1")).find("has 1001 names") != std::string::npos);
  CHECK(lists.wrong(many(500, std::string(32, 'x'))).find("has 500 names") != std::string::npos);
}
