#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <fstream>

#include "catch.hpp"
#include "system_fixture.hpp"

using namespace muster;
using nlohmann::json;
using test::System;
using test::TempDir;
using test::write;

namespace {

json folder(System& system, const std::filesystem::path& path, json arguments = json::object()) {
  arguments["path"] = path.string();
  const auto record = system.run("system.disk.usage", arguments);
  CHECK(record.outcome == MUSTER_OUTCOME_OK);
  return record.result["folder"];
}

std::int64_t allocated(const std::filesystem::path& path) {
  struct stat facts {};
  REQUIRE(::lstat(path.c_str(), &facts) == 0);
  return facts.st_blocks * 512;
}

}  // namespace

TEST_CASE("mounts of a tree: one for each file system, names as they are, none of the network",
          "[contract][system]") {
  TempDir root;
  std::filesystem::create_directories(root / "proc/self");
  for (const auto* name : {"my disk", "bind", "ssh"}) {
    std::filesystem::create_directories(root / name);
  }
  write(root / "proc/self/mountinfo",
        "27 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda1 rw,errors=remount-ro\n"
        "28 27 254:0 /srv /bind rw,relatime - ext4 /dev/vda1 rw\n"
        "29 27 254:16 / /my\\040disk ro,nosuid - xfs /dev/vdb rw\n"
        "30 27 0:50 / /mnt/nfs rw - nfs4 server:/export rw\n"
        "31 27 0:51 / /net rw - autofs systemd-1 rw\n"
        "32 27 0:52 / /ssh rw - fuse.sshfs me@server: rw\n"
        "33 27 0:53 /\n");
  System system(json{{"root", root.path().string()}});
  const auto mounts = system.run("system.disk.usage", json::object()).result["mounts"];
  REQUIRE(mounts.size() == 5);
  CHECK(mounts[0]["path"] == "/");
  CHECK(mounts[0]["device"] == "/dev/vda1");
  CHECK(mounts[0]["type"] == "ext4");
  CHECK(mounts[0]["read_only"] == false);
  CHECK(mounts[1]["path"] == "/my disk");
  CHECK(mounts[1]["read_only"] == true);
  CHECK(mounts[2] == json{{"path", "/mnt/nfs"},
                          {"device", "server:/export"},
                          {"type", "nfs4"},
                          {"read_only", false}});
  CHECK(mounts[3]["type"] == "autofs");
  CHECK_FALSE(mounts[4].contains("size_bytes"));
  struct statvfs numbers {};
  REQUIRE(::statvfs(root.path().c_str(), &numbers) == 0);
  CHECK(mounts[0]["size_bytes"] == numbers.f_blocks * numbers.f_frsize);
  CHECK(mounts[0]["inodes"] == numbers.f_files);
}

TEST_CASE("the node itself has a root that holds something", "[contract][system]") {
  System system;
  const auto result = system.run("system.disk.usage", json::object()).result;
  CHECK_FALSE(result.contains("folder"));
  REQUIRE_FALSE(result["mounts"].empty());
  for (const auto& mount : result["mounts"]) {
    if (!mount.contains("size_bytes")) continue;
    CHECK(mount["size_bytes"] > 0);
    CHECK(mount["type"] != "proc");
  }
}

TEST_CASE("of a folder the largest entries, with all below them", "[contract][system]") {
  System system;
  TempDir dir;
  std::filesystem::create_directories(dir / "a/b/c");
  write(dir / "a/b/c/big", std::string(200'000, 'x'));
  write(dir / "middle", std::string(100'000, 'x'));
  write(dir / "small", "x");
  std::filesystem::create_hard_link(dir / "a/b/c/big", dir / "a/again");
  std::filesystem::create_symlink("/usr", dir / "link");
  const auto found = folder(system, dir.path());
  CHECK(found["complete"] == true);
  CHECK(found["entries"] == 8);
  REQUIRE(found["largest"].size() == 4);
  const auto& first = found["largest"][0];
  CHECK(first["name"] == "a");
  CHECK(first["entries"] == 5);
  CHECK(first["bytes"] == allocated(dir / "a") + allocated(dir / "a/b") + allocated(dir / "a/b/c") +
                              allocated(dir / "a/b/c/big"));
  CHECK(found["largest"][1]["name"] == "middle");
  const auto one = folder(system, dir.path(), {{"limit", 1}});
  CHECK(one["largest"].size() == 1);
  CHECK(one["largest"][0]["name"] == "a");
  CHECK(one["bytes"] == found["bytes"]);
}

TEST_CASE("a folder with more entries than allowed says that it is not complete",
          "[contract][system]") {
  System system;
  TempDir dir;
  for (int i = 0; i < 20; ++i) write(dir / std::to_string(i), "");
  CHECK(folder(system, dir.path(), {{"max_entries", 20}})["complete"] == true);
  const auto found = folder(system, dir.path(), {{"max_entries", 19}});
  CHECK(found["complete"] == false);
  CHECK(found["entries"] == 19);
}

TEST_CASE("folders in folders beyond any sense do not take all descriptors", "[contract][system]") {
  System system;
  TempDir dir;
  auto path = dir.path();
  for (int i = 0; i < 300; ++i) path /= "d";
  std::filesystem::create_directories(path);
  const auto found = folder(system, dir.path());
  CHECK(found["complete"] == false);
  CHECK(found["entries"] == 200);
}

TEST_CASE("other file systems below a folder do not count", "[contract][system]") {
  System system;
  const auto found = folder(system, "/dev", {{"limit", 200}});
  for (const auto& entry : found["largest"]) CHECK(entry["name"] != "shm");
}

TEST_CASE("a folder that cannot be measured is a sentence with the path", "[contract][system]") {
  System system;
  TempDir dir;
  write(dir / "f", "");
  std::filesystem::create_symlink("/usr", dir / "link");
  for (const auto* name : {"f", "none", "link"}) {
    const auto record = system.run("system.disk.usage", {{"path", (dir / name).string()}});
    CHECK(record.outcome == MUSTER_OUTCOME_FAILED);
    CHECK(record.error_field == "/path");
    CHECK(record.error_message.find((dir / name).string()) != std::string::npos);
  }
}
