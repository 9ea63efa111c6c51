#include "host/plugin_folder.hpp"

#include <filesystem>
#include <muster/core/base/files.hpp>

#include "catch.hpp"
#include "temp_dir.hpp"

using namespace muster;
using namespace muster::agent;

namespace {

struct Folder {
  test::TempDir dir;

  void put(const std::string& name, const char* plugin = MOCK_PLUGIN) const {
    std::filesystem::copy_file(plugin, dir / name);
  }
  PluginFolder read() const { return read_plugin_folder(dir.path()).value(); }
};

}  // namespace

TEST_CASE("of two files of one plugin the one with its name is used, whatever the order",
          "[integration][agent]") {
  const std::string twin = GENERATE("a-mock.so", "mock-old.so", "z.so");
  const Folder folder;
  folder.put(twin);
  folder.put("mock.so");
  const auto read = folder.read();
  REQUIRE(read.plugins.size() == 1);
  CHECK(read.plugins.at("mock").file.path.filename() == "mock.so");
  REQUIRE(read.rejected.size() == 1);
  CHECK(read.rejected[0].path.filename() == twin);
  CHECK(read.rejected[0].why ==
        (folder.dir / twin).string() +
            ": plugin mock is loaded from mock.so already; remove one of them");
}

TEST_CASE("of several files of one plugin under other names the first by name is used",
          "[integration][agent]") {
  const Folder folder;
  for (const auto* name : {"c.so", "b.so", "d.so"}) folder.put(name);
  REQUIRE(write_file_atomic(folder.dir / "a.so", as_bytes("text")));
  const auto read = folder.read();
  CHECK(read.plugins.at("mock").file.path.filename() == "b.so");
  REQUIRE(read.rejected.size() == 3);
  CHECK(read.rejected[0].path.filename() == "a.so");
  for (std::size_t i = 1; i < 3; ++i)
    CHECK_THAT(read.rejected[i].why, Catch::Contains("is loaded from b.so already"));
}

TEST_CASE("a broken file with the name of a plugin leaves it to another file",
          "[integration][agent]") {
  const Folder folder;
  folder.put("mock-new.so");
  folder.put("other.so", EMPTY_PLUGIN);
  REQUIRE(write_file_atomic(folder.dir / "mock.so", as_bytes("text")));
  const auto read = folder.read();
  CHECK(read.plugins.size() == 2);
  CHECK(read.plugins.at("mock").file.path.filename() == "mock-new.so");
}
