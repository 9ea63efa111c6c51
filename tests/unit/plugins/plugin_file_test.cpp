#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <muster/core/base/files.hpp>
#include <muster/core/crypto/digest.hpp>
#include <muster/core/plugins/plugin_file.hpp>

#include "catch.hpp"
#include "temp_dir.hpp"

using namespace muster;
using plugins::open_plugin_file;

TEST_CASE(
    "a plugin's file is opened once: digest, manifest and the sealed copy are of the same bytes",
    "[unit][plugins]") {
  const auto text = read_file(EMPTY_PLUGIN).value();
  const auto file = open_plugin_file(EMPTY_PLUGIN);
  REQUIRE(file);
  CHECK(file->digest == crypto::sha256(as_bytes(text)));
  CHECK(file->manifest_digest == crypto::sha256(as_bytes(file->manifest)));
  std::string copy(text.size(), '\0');
  REQUIRE(::pread(file->sealed.get(), copy.data(), copy.size(), 0) ==
          static_cast<ssize_t>(copy.size()));
  CHECK(copy == text);
}

TEST_CASE("nobody can change the sealed copy", "[unit][plugins]") {
  const auto file = open_plugin_file(EMPTY_PLUGIN);
  REQUIRE(file);
  CHECK(::pwrite(file->sealed.get(), "x", 1, 0) < 0);
  CHECK(::ftruncate(file->sealed.get(), 0) < 0);
  CHECK(::fcntl(file->sealed.get(), F_ADD_SEALS, F_SEAL_WRITE) < 0);
}

TEST_CASE("a plugin's file must be a regular file and no link", "[unit][plugins]") {
  const test::TempDir dir;
  const auto link = dir.path() / "link.so";
  std::filesystem::create_symlink(EMPTY_PLUGIN, link);
  CHECK(open_plugin_file(link).error().code == ErrorCode::PermissionDenied);
  CHECK(open_plugin_file(dir.path()).error().code == ErrorCode::Unsupported);
  CHECK(open_plugin_file(dir.path() / "none.so").error().code == ErrorCode::NotFound);
  const auto large = dir.path() / "large.so";
  REQUIRE(write_file_atomic(large, as_bytes("x")));
  std::filesystem::resize_file(large, plugins::kMaxPluginFile + 1);
  const auto refused = open_plugin_file(large);
  CHECK(refused.error().code == ErrorCode::ResourceExhausted);
  CHECK_THAT(refused.error().message, Catch::StartsWith(large.string() + ": "));
}

TEST_CASE("a named pipe in the plugin folder does not stop the agent", "[unit][plugins]") {
  const test::TempDir dir;
  const auto pipe = dir.path() / "pipe.so";
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  CHECK(open_plugin_file(pipe).error().code == ErrorCode::Unsupported);
}
