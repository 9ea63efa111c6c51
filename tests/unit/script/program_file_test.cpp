#include "program_file.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "catch.hpp"
#include "temp_dir.hpp"

using namespace muster;
using namespace muster::plugin::script;
namespace fs = std::filesystem;

namespace {

struct Place {
  test::TempDir dir;
  std::string folder = (dir / "f").string();

  Place() {
    fs::create_directories(folder + "/bin");
    put("f/run", 0755);
    for (const auto* part : {"", "f", "f/bin"}) ::chmod((dir / part).c_str(), 0755);
  }
  void put(const std::string& name, mode_t mode) const {
    std::ofstream(dir / name) << "#!/bin/sh\n";
    ::chmod((dir / name).c_str(), mode);
  }
  std::string says(const std::string& program) const {
    const auto path = program_path(folder, program);
    return path ? "runs " + *path : path.error().message;
  }
};

}  // namespace

TEST_CASE("a program that only root and we can change is run as it is named", "[unit][script]") {
  const Place place;
  CHECK(place.says("./run") == "runs " + place.folder + "/run");
  CHECK(place.says("/bin/sh") == "runs /bin/sh");
  place.put("f/bin/deep", 0700);
  CHECK(place.says("./bin/deep") == "runs " + place.folder + "/bin/deep");
  fs::create_symlink("run", place.folder + "/alias");
  CHECK(place.says("./alias") == "runs " + place.folder + "/alias");
}

TEST_CASE("a program that others can change is not run", "[unit][script]") {
  const Place place;
  ::chmod((place.folder + "/run").c_str(), 0775);
  CHECK_THAT(place.says("./run"), Catch::EndsWith("/f/run can be changed by others, its mode is "
                                                  "0775; chmod go-w it"));
  ::chmod((place.folder + "/run").c_str(), 0755);
  ::chmod(place.folder.c_str(), 0777);
  CHECK_THAT(place.says("./run"), Catch::Contains("/f can be changed by others"));
  CHECK_THAT(place.says(place.folder + "/run"), Catch::Contains("/f can be changed by others"));
  ::chmod(place.folder.c_str(), 01777);  // there everybody may only add
  CHECK(place.says("./run") == "runs " + place.folder + "/run");
}

TEST_CASE("a program of another user is not run", "[unit][script]") {
  if (::geteuid() != 0) return;  // only root can give files away
  const Place place;
  REQUIRE(::chown((place.folder + "/run").c_str(), 12345, 0) == 0);
  CHECK_THAT(place.says("./run"), Catch::Contains("belongs to user 12345, who could change it"));
}

TEST_CASE("a link is judged on its way, and leads nowhere else", "[unit][script]") {
  const Place place;
  fs::create_symlink("/bin/sh", place.folder + "/out");
  CHECK_THAT(place.says("./out"), Catch::StartsWith("./out leads out of its folder, to /"));
  place.put("beside", 0755);
  CHECK_THAT(place.says("./../beside"), Catch::StartsWith("./../beside leads out of its folder"));
  fs::create_symlink("round", place.folder + "/round");
  CHECK_THAT(place.says("./round"), Catch::Contains("through too many links"));
  // By a full path a link may lead elsewhere, but not from where others could turn it.
  fs::create_directory(place.dir / "open");
  fs::create_symlink("/bin/sh", place.dir / "open/sh");
  ::chmod((place.dir / "open").c_str(), 0755);
  CHECK(place.says((place.dir / "open/sh").string()) == "runs " + (place.dir / "open/sh").string());
  ::chmod((place.dir / "open").c_str(), 0777);
  CHECK_THAT(place.says((place.dir / "open/sh").string()),
             Catch::Contains("/open can be changed by others"));
  fs::create_symlink("open/sh", place.dir / "first");
  CHECK_THAT(place.says((place.dir / "first").string()),
             Catch::Contains("/open can be changed by others"));
}

TEST_CASE("what is no program is not run", "[unit][script]") {
  const Place place;
  CHECK(place.says("./none") == "there is no " + place.folder + "/none");
  CHECK(place.says("./run/x") == "there is no " + place.folder + "/run/x");
  CHECK(place.says("./bin") == place.folder + "/bin is not an executable file; chmod +x it");
  place.put("f/plain", 0644);
  CHECK(place.says("./plain") == place.folder + "/plain is not an executable file; chmod +x it");
}
