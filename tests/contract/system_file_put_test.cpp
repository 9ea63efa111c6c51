#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <csignal>

#include "catch.hpp"
#include "system_fixture.hpp"

using namespace muster;
using nlohmann::json;
using test::read;
using test::System;
using test::TempDir;
using test::write;

namespace {

constexpr const char* kDigestOfNew =
    "7aa7a5359173d05b63cfd682e3c38487f3cb4f7f1d60659fe59fab1505977d4c";

json put(const std::filesystem::path& path, const std::string& content) {
  return {{"path", path.string()}, {"content", content}};
}

mode_t mode_of(const std::filesystem::path& path) {
  struct stat facts {};
  REQUIRE(::stat(path.c_str(), &facts) == 0);
  return facts.st_mode & 07777U;
}

ino_t inode_of(const std::filesystem::path& path) {
  struct stat facts {};
  REQUIRE(::lstat(path.c_str(), &facts) == 0);
  return facts.st_ino;
}

std::size_t entries(const std::filesystem::path& folder) {
  return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder), {}));
}

}  // namespace

TEST_CASE("put makes a file and a second time finds it so", "[contract][system]") {
  System system;
  TempDir dir;
  auto arguments = put(dir / "new", "new\n");
  arguments["mode"] = "0640";
  const auto first = system.run("system.file.put", arguments);
  CHECK(first.outcome == MUSTER_OUTCOME_CHANGED);
  CHECK(first.result["changes"] == json{"created"});
  CHECK(first.result["sha256"] == kDigestOfNew);
  CHECK(first.result["size"] == 4);
  CHECK(read(dir / "new") == "new\n");
  CHECK(mode_of(dir / "new") == 0640);
  const auto inode = inode_of(dir / "new");

  const auto second = system.run("system.file.put", arguments);
  CHECK(second.outcome == MUSTER_OUTCOME_OK);
  CHECK(second.result["changes"] == json::array());
  CHECK(inode_of(dir / "new") == inode);
  CHECK(entries(dir.path()) == 1);
}

TEST_CASE("a new file is 0644 whatever the umask, and one that is there keeps its mode",
          "[contract][system]") {
  System system;
  TempDir dir;
  const auto umask = ::umask(077);
  CHECK(system.run("system.file.put", put(dir / "new", "a")).outcome == MUSTER_OUTCOME_CHANGED);
  ::umask(umask);
  CHECK(mode_of(dir / "new") == 0644);

  write(dir / "old", "a");
  ::chmod((dir / "old").c_str(), 04711);
  const auto record = system.run("system.file.put", put(dir / "old", "b"));
  CHECK(record.result["changes"] == json{"content"});
  CHECK(mode_of(dir / "old") == 04711);
  CHECK(read(dir / "old") == "b");
}

TEST_CASE("put replaces the file: who had it open reads the old one to its end",
          "[contract][system]") {
  System system;
  TempDir dir;
  write(dir / "f", "old");
  std::ifstream open_before(dir / "f");
  CHECK(system.run("system.file.put", put(dir / "f", "new")).outcome == MUSTER_OUTCOME_CHANGED);
  std::string seen;
  open_before >> seen;
  CHECK(seen == "old");
  CHECK(read(dir / "f") == "new");
}

TEST_CASE("only the mode changes when only the mode differs", "[contract][system]") {
  System system;
  TempDir dir;
  write(dir / "f", "same");
  ::chmod((dir / "f").c_str(), 0600);
  const auto inode = inode_of(dir / "f");
  auto arguments = put(dir / "f", "same");
  arguments["mode"] = "755";
  const auto record = system.run("system.file.put", arguments);
  CHECK(record.outcome == MUSTER_OUTCOME_CHANGED);
  CHECK(record.result["changes"] == json{"mode"});
  CHECK(mode_of(dir / "f") == 0755);
  CHECK(inode_of(dir / "f") == inode);
}

TEST_CASE("owner and group are set by name or number", "[contract][system]") {
  if (::geteuid() != 0) return;  // nobody else may give files away
  System system;
  TempDir dir;
  auto arguments = put(dir / "f", "x");
  arguments["owner"] = "daemon";
  arguments["group"] = "12345";
  CHECK(system.run("system.file.put", arguments).outcome == MUSTER_OUTCOME_CHANGED);
  struct stat facts {};
  REQUIRE(::stat((dir / "f").c_str(), &facts) == 0);
  CHECK(facts.st_uid == 1);
  CHECK(facts.st_gid == 12345);
  CHECK(system.run("system.file.put", arguments).outcome == MUSTER_OUTCOME_OK);
  arguments["owner"] = "root";
  const auto record = system.run("system.file.put", arguments);
  CHECK(record.result["changes"] == json{"owner"});
  CHECK(system.run("system.file.put", put(dir / "f", "y")).result["changes"] == json{"content"});
  REQUIRE(::stat((dir / "f").c_str(), &facts) == 0);
  CHECK(facts.st_gid == 12345);  // kept, though it is another file now
}

TEST_CASE("attributes that people set are kept", "[contract][system]") {
  System system;
  TempDir dir;
  write(dir / "f", "a");
  if (::setxattr((dir / "f").c_str(), "user.colour", "blue", 4, 0) != 0) return;  // no such disk
  CHECK(system.run("system.file.put", put(dir / "f", "b")).outcome == MUSTER_OUTCOME_CHANGED);
  char value[8] = {};
  CHECK(::getxattr((dir / "f").c_str(), "user.colour", value, sizeof value) == 4);
  CHECK(std::string(value) == "blue");
}

TEST_CASE("a backup keeps the old file beside the new one", "[contract][system]") {
  System system;
  TempDir dir;
  write(dir / "f", "old");
  ::chmod((dir / "f").c_str(), 0600);
  auto arguments = put(dir / "f", "new");
  arguments["backup"] = true;
  const auto record = system.run("system.file.put", arguments);
  const std::string backup = record.result["backup"];
  CHECK(backup.starts_with((dir / "f").string() + ".2"));
  CHECK(backup.ends_with("Z.bak"));
  CHECK(read(backup) == "old");
  CHECK(mode_of(backup) == 0600);
  CHECK(read(dir / "f") == "new");
  arguments["content"] = "newer";  // likely in the same second
  CHECK(system.run("system.file.put", arguments).outcome == MUSTER_OUTCOME_CHANGED);
  CHECK(entries(dir.path()) == 3);
  CHECK_FALSE(system.run("system.file.put", arguments).result.contains("backup"));
  CHECK(entries(dir.path()) == 3);
}

TEST_CASE("check mode says what would change as a diff and changes nothing", "[contract][system]") {
  System system;
  TempDir dir;
  const auto path = (dir / "f").string();
  write(path, "one\ntwo\nthree\n");
  auto arguments = put(path, "one\n2\nthree\n");
  arguments["mode"] = "0600";
  arguments["backup"] = true;
  const auto record = system.check("system.file.put", arguments);
  CHECK(record.outcome == MUSTER_OUTCOME_CHANGED);
  CHECK(record.result["changes"] == json{"content", "mode"});
  CHECK(record.result["diff"] ==
        "--- " + path + "\n+++ " + path + "\n@@ -1,3 +1,3 @@\n one\n-two\n+2\n three\n");
  CHECK(read(path) == "one\ntwo\nthree\n");
  CHECK(mode_of(path) != 0600);
  CHECK(entries(dir.path()) == 1);

  arguments["diff"] = false;
  CHECK_FALSE(system.check("system.file.put", arguments).result.contains("diff"));
  CHECK(system.check("system.file.put", put(path, "one\ntwo\nthree\n")).outcome ==
        MUSTER_OUTCOME_OK);
  const auto created = system.check("system.file.put", put(dir / "g", "x\n"));
  CHECK(created.result["changes"] == json{"created"});
  CHECK(entries(dir.path()) == 1);
}

TEST_CASE("a diff that is too long is cut off and says so", "[contract][system]") {
  System system;
  TempDir dir;
  std::string content;
  for (int i = 0; i < 20'000; ++i) content += std::to_string(i) + "\n";
  const auto record = system.check("system.file.put", put(dir / "f", content));
  CHECK(record.result["diff_truncated"] == true);
  const std::string diff = record.result["diff"];
  CHECK(diff.size() <= 65'536);
  CHECK(diff.size() > 65'000);
  CHECK(diff.ends_with("\n"));
}

TEST_CASE("what is no text goes as base64 and has no diff", "[contract][system]") {
  System system;
  TempDir dir;
  json arguments{{"path", (dir / "f").string()}, {"content_base64", "AAEC\n/w=="}};
  CHECK_FALSE(system.check("system.file.put", arguments).result.contains("diff"));
  CHECK(system.run("system.file.put", arguments).outcome == MUSTER_OUTCOME_CHANGED);
  CHECK(read(dir / "f") == std::string("\0\1\2\xff", 4));
}

TEST_CASE("content that has not the digest that was said is not put", "[contract][system]") {
  System system;
  TempDir dir;
  auto arguments = put(dir / "f", "new\n");
  arguments["sha256"] = kDigestOfNew;
  CHECK(system.run("system.file.put", arguments).outcome == MUSTER_OUTCOME_CHANGED);
  arguments["content"] = "other\n";
  const auto record = system.run("system.file.put", arguments);
  CHECK(record.error_code == MUSTER_INVALID_ARGUMENT);
  CHECK(record.error_field == "/sha256");
  CHECK(record.error_message.find(std::string("not ") + kDigestOfNew) != std::string::npos);
  CHECK(read(dir / "f") == "new\n");
}

TEST_CASE("put follows no link unless it is told to", "[contract][system]") {
  System system;
  TempDir dir;
  write(dir / "target", "old");
  std::filesystem::create_symlink("target", dir / "link");
  auto arguments = put(dir / "link", "new");
  const auto refused = system.run("system.file.put", arguments);
  CHECK(refused.error_code == MUSTER_FAILED_PRECONDITION);
  CHECK(refused.error_field == "/path");
  CHECK(refused.error_message == (dir / "link").string() +
                                     " is a symbolic link, not a regular file; say follow: true "
                                     "for what it points to");
  CHECK(read(dir / "target") == "old");
  arguments["follow"] = true;
  CHECK(system.run("system.file.put", arguments).outcome == MUSTER_OUTCOME_CHANGED);
  CHECK(read(dir / "target") == "new");
  CHECK(std::filesystem::is_symlink(dir / "link"));
}

TEST_CASE("a folder's link is followed when root or we made it, and no stranger's",
          "[contract][system]") {
  System system;
  TempDir dir;
  std::filesystem::create_directory(dir / "real");
  std::filesystem::create_symlink(dir / "real", dir / "link");
  auto arguments = put(dir / "link" / "f", "x");
  CHECK(system.run("system.file.put", arguments).outcome == MUSTER_OUTCOME_CHANGED);
  CHECK(read(dir / "real" / "f") == "x");
  if (::lchown((dir / "link").c_str(), 4242, 4242) != 0) return;  // only root may
  arguments["content"] = "y";
  const auto refused = system.run("system.file.put", arguments);
  CHECK(refused.error_code == MUSTER_PERMISSION_DENIED);
  CHECK(refused.error_message.find("is a symbolic link of user 4242") != std::string::npos);
  CHECK(read(dir / "real" / "f") == "x");
  arguments["follow"] = true;
  CHECK(system.run("system.file.put", arguments).outcome == MUSTER_OUTCOME_CHANGED);
}

TEST_CASE("links in a circle are an error, not a loop", "[contract][system]") {
  System system;
  TempDir dir;
  std::filesystem::create_symlink("b", dir / "a");
  std::filesystem::create_symlink("a", dir / "b");
  auto arguments = put(dir / "a", "x");
  arguments["follow"] = true;
  const auto record = system.run("system.file.put", arguments);
  CHECK(record.error_code == MUSTER_FAILED_PRECONDITION);
  CHECK(record.error_message.find("more than 40 symbolic links") != std::string::npos);
}

TEST_CASE("what is no regular file is refused and not opened", "[contract][system]") {
  System system;
  TempDir dir;
  REQUIRE(::mkfifo((dir / "fifo").c_str(), 0600) == 0);  // an open for reading would wait
  std::filesystem::create_directory(dir / "folder");
  const auto says = [&](const std::filesystem::path& path) {
    const auto record = system.run("system.file.put", put(path, "x"));
    CHECK(record.error_field == "/path");
    return record.error_message;
  };
  CHECK(says(dir / "fifo") == (dir / "fifo").string() + " is a fifo, not a regular file");
  CHECK(says(dir / "folder") == (dir / "folder").string() + " is a folder, not a regular file");
  CHECK(says("/dev/null") == "/dev/null is a device, not a regular file");
  CHECK(says("/") == "/ is a folder, not a regular file");
}

TEST_CASE("a leftover of a crash is cleared away by the next put", "[contract][system]") {
  System system;
  TempDir dir;
  write(dir / ".f.muster-new", "half");
  CHECK(system.run("system.file.put", put(dir / "f", "x")).outcome == MUSTER_OUTCOME_CHANGED);
  CHECK(entries(dir.path()) == 1);
  std::filesystem::create_symlink("/nowhere/else", dir / ".f.muster-new");  // or a trap
  CHECK(system.run("system.file.put", put(dir / "f", "y")).outcome == MUSTER_OUTCOME_CHANGED);
  CHECK(read(dir / "f") == "y");
  CHECK(entries(dir.path()) == 1);
}

TEST_CASE("when the disk refuses, the old file is as it was and nothing lies about",
          "[contract][system]") {
  System system;
  TempDir dir;
  write(dir / "f", "old");
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit nothing{0, before.rlim_max};
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &nothing) == 0);
  const auto record = system.run("system.file.put", put(dir / "f", "new"));
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  CHECK(record.outcome == MUSTER_OUTCOME_FAILED);
  CHECK(record.error_field == "/path");
  CHECK(record.error_message.starts_with("cannot write " + (dir / "f").string() + ": "));
  CHECK(read(dir / "f") == "old");
  CHECK(entries(dir.path()) == 1);
}

TEST_CASE("bad arguments of put are one sentence and a pointer", "[contract][system]") {
  System system;
  TempDir dir;
  const std::string path = (dir / "f").string();
  const auto field = [&](const json& arguments) {
    const auto record = system.run("system.file.put", arguments);
    CHECK(record.outcome == MUSTER_OUTCOME_FAILED);
    CHECK_FALSE(record.error_message.empty());
    return record.error_field;
  };
  CHECK(field({{"path", path}}) == "/content");
  CHECK(field({{"path", path}, {"content", "a"}, {"content_base64", "YQ=="}}) == "/content");
  CHECK(field({{"path", path}, {"content_base64", "no base64!"}}) == "/content_base64");
  CHECK(field({{"path", path}, {"content", std::string(524'289, 'x')}}) == "/content");
  CHECK(field({{"path", "relative"}, {"content", "a"}}) == "/path");
  CHECK(field({{"path", dir.path().string() + "/../f"}, {"content", "a"}}) == "/path");
  CHECK(field({{"path", dir.path().string() + "/x/."}, {"content", "a"}}) == "/path");
  CHECK(field({{"path", path + std::string("\0x", 2)}, {"content", "a"}}) == "/path");
  CHECK(field({{"path", (dir / "no" / "f").string()}, {"content", "a"}}) == "/path");
  CHECK(field({{"path", path + std::string(260, 'x')}, {"content", "a"}}) == "/path");
  CHECK(field({{"path", path}, {"content", "a"}, {"owner", "no-such-user"}}) == "/owner");
  CHECK(field({{"path", path}, {"content", "a"}, {"owner", "4294967295"}}) == "/owner");
  CHECK(field({{"path", path}, {"content", "a"}, {"group", "no-such-group"}}) == "/group");
  CHECK(entries(dir.path()) == 0);
}

TEST_CASE("a file of the kernel's own file systems is refused by check mode and by the run alike",
          "[contract][system]") {
  System system;
  for (const auto* path : {"/proc/version", "/proc/sys/vm/swappiness", "/proc/muster-none"}) {
    const auto dry = system.check("system.file.put", put(path, "x"));
    const auto record = system.run("system.file.put", put(path, "x"));
    CAPTURE(path);
    CHECK(dry.outcome == MUSTER_OUTCOME_FAILED);
    CHECK(dry.error_code == MUSTER_FAILED_PRECONDITION);
    CHECK(dry.error_field == "/path");
    CHECK(dry.error_message == std::string(path) +
                                   " is on a file system of the kernel (proc), on which no file "
                                   "can be replaced");
    CHECK(record.error_message == dry.error_message);
  }
  const auto edit = system.check("system.file.edit", {{"path", "/proc/version"}, {"line", "x"}});
  CHECK(edit.error_message.find("(proc)") != std::string::npos);
  const auto same = read("/proc/version");
  CHECK(system.check("system.file.put", put("/proc/version", same)).outcome == MUSTER_OUTCOME_OK);
}
