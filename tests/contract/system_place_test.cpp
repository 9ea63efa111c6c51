#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <functional>

#include "catch.hpp"
#include "place.hpp"
#include "system_fixture.hpp"

using namespace muster;
using plugin::system::find_place;
using plugin::system::Follow;
using sdk::ErrorCode;

namespace {

/// What the owner of a folder does while a link in it is read, before and after.
struct Meanwhile {
  std::function<void()> before = [] {};
  std::function<void()> after = [] {};
};
// Of the test that runs; the linker's --wrap has no other door.
Meanwhile* meanwhile = nullptr;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)

}  // namespace

extern "C" {
// NOLINTBEGIN(bugprone-reserved-identifier): the linker asks for these names.
ssize_t __real_readlinkat(int at, const char* name, char* target, size_t size);
ssize_t __wrap_readlinkat(int at, const char* name, char* target, size_t size) {
  if (meanwhile != nullptr) meanwhile->before();
  const auto length = __real_readlinkat(at, name, target, size);
  if (meanwhile != nullptr) meanwhile->after();
  return length;
}
// NOLINTEND(bugprone-reserved-identifier)
}

namespace {

/// A folder with root's link `ours`, to `good`, and a stranger's link `theirs`, to `bad`.
struct Links {
  Links() {
    for (const auto* folder : {"good", "bad"}) std::filesystem::create_directory(dir / folder);
    std::filesystem::create_symlink(dir / "good", dir / "ours");
    std::filesystem::create_symlink(dir / "bad", dir / "theirs");
    has_stranger = ::lchown((dir / "theirs").c_str(), 4242, 4242) == 0;
  }
  ~Links() { meanwhile = nullptr; }

  void exchange() const {
    REQUIRE(::renameat2(AT_FDCWD, (dir / "ours").c_str(), AT_FDCWD, (dir / "theirs").c_str(),
                        RENAME_EXCHANGE) == 0);
  }
  [[nodiscard]] auto find(const char* link) const {
    return find_place((dir / link / "f").string(), Follow::No);
  }

  test::TempDir dir;
  bool has_stranger = false;  // only root may give a link away
};

bool is_same(int folder, const std::filesystem::path& path) {
  struct stat a {
  }, b{};
  return ::fstat(folder, &a) == 0 && ::stat(path.c_str(), &b) == 0 && a.st_ino == b.st_ino;
}

}  // namespace

TEST_CASE("a stranger's link is refused though it is exchanged for root's once it was read",
          "[contract][system]") {
  Links links;
  if (!links.has_stranger) return;
  Meanwhile owner;
  owner.after = [&links] { links.exchange(); };
  meanwhile = &owner;
  const auto place = links.find("theirs");
  REQUIRE_FALSE(place);
  CHECK(place.error().code == ErrorCode::PermissionDenied);
}

TEST_CASE("root's link leads where it says though it is exchanged before it is read",
          "[contract][system]") {
  Links links;
  if (!links.has_stranger) return;
  Meanwhile owner;
  owner.before = [&links] { links.exchange(); };
  meanwhile = &owner;
  const auto place = links.find("ours");
  REQUIRE(place);
  CHECK(is_same(place->folder.get(), links.dir / "good"));
}
