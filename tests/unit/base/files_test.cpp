#include <sys/stat.h>

#include <fstream>
#include <muster/core/base/files.hpp>

#include "catch.hpp"
#include "temp_dir.hpp"

using namespace muster;

TEST_CASE("a file is replaced whole and keeps its mode", "[unit][base]") {
  const test::TempDir dir;
  REQUIRE(write_file_atomic(dir / "key", as_bytes("one"), 0600));
  REQUIRE(write_file_atomic(dir / "key", as_bytes("two"), 0600));
  CHECK(read_file(dir / "key").value() == "two");
  struct stat info {};
  REQUIRE(::stat((dir / "key").c_str(), &info) == 0);
  CHECK((info.st_mode & 0777U) == 0600);
  CHECK(std::distance(std::filesystem::directory_iterator(dir.path()), {}) == 1);
}

TEST_CASE("what is no regular file is not replaced, and nothing is left beside it",
          "[unit][base]") {
  const test::TempDir dir;
  const auto path = dir / "there";
  std::ofstream(dir / "file") << "kept";
  SECTION("a directory") { std::filesystem::create_directory(path); }
  SECTION("a link to a file") { std::filesystem::create_symlink(dir / "file", path); }
  SECTION("a link to nowhere") { std::filesystem::create_symlink(dir / "none", path); }
  SECTION("a pipe, as a device would be") { REQUIRE(::mkfifo(path.c_str(), 0600) == 0); }
  const auto before = std::filesystem::symlink_status(path).type();
  const auto written = write_file_atomic(path, as_bytes("new"));
  REQUIRE_FALSE(written);
  CHECK(written.error().code == ErrorCode::Conflict);
  CHECK(written.error().message ==
        path.string() + " exists and is no regular file; choose another path");
  CHECK(std::filesystem::symlink_status(path).type() == before);
  CHECK(read_file(dir / "file").value() == "kept");
  CHECK(std::distance(std::filesystem::directory_iterator(dir.path()), {}) == 2);
}

TEST_CASE("a missing file and one over the limit are told apart", "[unit][base]") {
  const test::TempDir dir;
  CHECK(read_file(dir / "none").error().code == ErrorCode::NotFound);
  std::ofstream(dir / "big") << std::string(100, 'x');
  CHECK(read_file(dir / "big", 99).error().code == ErrorCode::ResourceExhausted);
  CHECK(read_file(dir / "big", 100).value().size() == 100);
}

TEST_CASE("a directory is made with its parents, and a file in its place is a conflict",
          "[unit][base]") {
  const test::TempDir dir;
  REQUIRE(make_directories(dir / "a/b/c"));
  REQUIRE(make_directories(dir / "a/b/c"));
  CHECK(std::filesystem::is_directory(dir / "a/b/c"));
  std::ofstream(dir / "file") << "x";
  CHECK_FALSE(make_directories(dir / "file").has_value());
}
