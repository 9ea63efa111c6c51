#include <sys/stat.h>
#include <unistd.h>

#include "catch.hpp"
#include "system_fixture.hpp"

using namespace muster;
using nlohmann::json;
using test::System;
using test::TempDir;
using test::write;

namespace {

constexpr const char* kDigestOfAbc =
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

json at(const std::filesystem::path& path) { return {{"path", path.string()}}; }

}  // namespace

TEST_CASE("stat says what a file is", "[contract][system]") {
  System system;
  TempDir dir;
  write(dir / "f", "abc");
  ::chmod((dir / "f").c_str(), 0644);
  auto arguments = at(dir / "f");
  auto file = system.run("system.file.stat", arguments).result;
  CHECK(file["exists"] == true);
  CHECK(file["type"] == "file");
  CHECK(file["size"] == 3);
  CHECK(file["mode"] == "0644");
  CHECK(file["uid"] == ::geteuid());
  CHECK(file["links"] == 1);
  CHECK(file["modified_unix"] > 1'700'000'000);
  CHECK_FALSE(file.contains("sha256"));
  arguments["digest"] = true;
  CHECK(system.run("system.file.stat", arguments).result["sha256"] == kDigestOfAbc);
  ::chmod((dir / "f").c_str(), 0640);
  CHECK_FALSE(system.run("system.file.stat", arguments).result.contains("sha256"));
  if (::geteuid() == 0) CHECK(file["owner"] == "root");
}

TEST_CASE("a digest is of at most a gibibyte, and ends with its call", "[contract][system]") {
  System system;
  TempDir dir;
  write(dir / "f", "");
  ::chmod((dir / "f").c_str(), 0644);
  auto arguments = at(dir / "f");
  arguments["digest"] = true;
  std::filesystem::resize_file(dir / "f", (std::uintmax_t{1} << 30U) + 1);
  CHECK_FALSE(system.run("system.file.stat", arguments).result.contains("sha256"));
  std::filesystem::resize_file(dir / "f", std::uintmax_t{1} << 30U);
  const auto call = system.start("system.file.stat", arguments);
  system.cancel(call);
  CHECK(system.wait(call).error_code == MUSTER_CANCELLED);
}

TEST_CASE("stat of what is not there is an answer", "[contract][system]") {
  System system;
  TempDir dir;
  for (const auto& path : {dir / "none", dir / "none" / "below"}) {
    const auto record = system.run("system.file.stat", at(path));
    CHECK(record.outcome == MUSTER_OUTCOME_OK);
    CHECK(record.result == json{{"path", path.string()}, {"exists", false}});
  }
}

TEST_CASE("stat says what a link is, and what it points to when told", "[contract][system]") {
  System system;
  TempDir dir;
  write(dir / "f", "abc");
  std::filesystem::create_symlink("f", dir / "link");
  auto arguments = at(dir / "link");
  auto file = system.run("system.file.stat", arguments).result;
  CHECK(file["type"] == "link");
  CHECK(file["target"] == "f");
  arguments["follow"] = true;
  file = system.run("system.file.stat", arguments).result;
  CHECK(file["type"] == "file");
  CHECK(file["size"] == 3);
  CHECK(system.run("system.file.stat", at("/")).result["type"] == "folder");
  CHECK(system.run("system.file.stat", at("/dev/null")).result["type"] == "character-device");
}

TEST_CASE("get gives text as text and other bytes as base64", "[contract][system]") {
  System system;
  TempDir dir;
  write(dir / "text", "gr\xc3\xbc\xc3\x9f dich\n");
  auto got = system.run("system.file.get", at(dir / "text"));
  CHECK(got.outcome == MUSTER_OUTCOME_OK);
  CHECK(got.result["content"] == "gr\xc3\xbc\xc3\x9f dich\n");
  CHECK(got.result["truncated"] == false);
  write(dir / "bytes", std::string("\0\1\2\xff", 4));
  got = system.run("system.file.get", at(dir / "bytes"));
  CHECK(got.result["content_base64"] == "AAEC/w==");
  CHECK_FALSE(got.result.contains("content"));
  for (const auto* bad : {"\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82", "\x80"}) {
    write(dir / "bad", bad);
    CHECK(system.run("system.file.get", at(dir / "bad")).result.contains("content_base64"));
  }
}

TEST_CASE("get gives a part, and says that there is more", "[contract][system]") {
  System system;
  TempDir dir;
  write(dir / "f", "0123456789");
  auto arguments = at(dir / "f");
  arguments["offset"] = 2;
  arguments["max_bytes"] = 3;
  const auto got = system.run("system.file.get", arguments).result;
  CHECK(got["content"] == "234");
  CHECK(got["bytes"] == 3);
  CHECK(got["size"] == 10);
  CHECK(got["truncated"] == true);
  arguments["max_bytes"] = 8;
  CHECK(system.run("system.file.get", arguments).result["truncated"] == false);
  arguments["offset"] = 99;
  CHECK(system.run("system.file.get", arguments).result["bytes"] == 0);
}

TEST_CASE("a file that does not fit the result is refused, with the ways out",
          "[contract][system]") {
  System system;
  TempDir dir;
  write(dir / "f", std::string(524'289, 'x'));
  const auto record = system.run("system.file.get", at(dir / "f"));
  CHECK(record.error_code == MUSTER_RESOURCE_EXHAUSTED);
  CHECK(record.error_field == "/path");
  CHECK(record.error_message ==
        (dir / "f").string() +
            " has 524289 bytes, more than 524288; ask for a part with offset and max_bytes, or say "
            "to: stdout");
  auto arguments = at(dir / "f");
  arguments["max_bytes"] = 524'289;
  CHECK(system.run("system.file.get", arguments).error_field == "/max_bytes");
  arguments["max_bytes"] = 524'288;
  CHECK(system.run("system.file.get", arguments).result["bytes"] == 524'288);
}

TEST_CASE("get streams to stdout as the reader takes it, within its limit", "[contract][system]") {
  System system;
  TempDir dir;
  const std::string content(700'000, 'y');
  write(dir / "f", content);
  auto arguments = at(dir / "f");
  arguments["to"] = "stdout";
  auto record = system.run("system.file.get", arguments, {.credit_bytes = 10'000});
  CHECK(record.outcome == MUSTER_OUTCOME_OK);
  CHECK(record.output[MUSTER_STREAM_STDOUT] == content);
  CHECK(record.result["bytes"] == 700'000);
  CHECK_FALSE(record.result.contains("content"));
  arguments["max_bytes"] = 1000;
  record = system.run("system.file.get", arguments);
  CHECK(record.output[MUSTER_STREAM_STDOUT].size() == 1000);
  CHECK(record.result["truncated"] == true);
  std::filesystem::resize_file(dir / "f", 16'777'217);
  arguments.erase("max_bytes");
  record = system.run("system.file.get", arguments);
  CHECK(record.error_code == MUSTER_RESOURCE_EXHAUSTED);
  CHECK(record.output[MUSTER_STREAM_STDOUT].empty());
}

TEST_CASE("a file that says it has no bytes is read all the same", "[contract][system]") {
  System system;
  const auto got = system.run("system.file.get", at("/proc/sys/kernel/ostype")).result;
  CHECK(got["content"] == "Linux\n");
  CHECK(got["bytes"] == 6);
}

TEST_CASE("get refuses what is not there, links, fifos and devices", "[contract][system]") {
  System system;
  TempDir dir;
  std::filesystem::create_symlink("/etc/passwd", dir / "link");
  REQUIRE(::mkfifo((dir / "fifo").c_str(), 0600) == 0);
  for (const auto& path :
       {dir / "none", dir / "link", dir / "fifo", std::filesystem::path("/dev/zero"), dir.path()}) {
    const auto record = system.run("system.file.get", at(path));
    CAPTURE(path, record.error_message);
    CHECK(record.outcome == MUSTER_OUTCOME_FAILED);
    CHECK(record.error_field == "/path");
    CHECK(record.error_message.find(path.string()) != std::string::npos);
  }
}
