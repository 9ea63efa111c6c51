// Outputs as files, when the file system fails between two steps.
#include "store/output_files.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <vector>

#include "catch.hpp"
#include "temp_dir.hpp"

namespace muster::controller {
namespace {

/// An ordinary user while it lives, for whom a folder's mode counts.
class NotRoot {
 public:
  NotRoot() {
    if (root_) REQUIRE(::seteuid(65534) == 0);
  }
  ~NotRoot() {
    if (root_) [[maybe_unused]]
      const int back = ::seteuid(0);
  }
  NotRoot(const NotRoot&) = delete;
  NotRoot& operator=(const NotRoot&) = delete;

 private:
  bool root_ = ::geteuid() == 0;
};

TEST_CASE("an output whose folder could not be synced is not called kept by the next try",
          "[contract][store]") {
  using std::filesystem::perms;
  test::TempDir directory;
  std::filesystem::permissions(directory.path(), perms::all);
  const NotRoot user;
  const auto files = OutputFiles::open(directory / "outputs");
  REQUIRE(files);
  const Bytes bytes(kInlineOutput + 1, 7);
  const auto digest = crypto::sha256(bytes);
  // Files may be moved into it, and it cannot be opened, which a sync has to do.
  const auto folder = (*files)->kept_path(digest).parent_path();
  std::filesystem::create_directory(folder);
  std::filesystem::permissions(folder, perms::owner_write | perms::owner_exec);
  {
    FileOutputBuffer output(**files);
    REQUIRE(output.append(bytes));
    CHECK_FALSE(output.keep());
    CHECK(std::filesystem::exists((*files)->kept_path(digest)));
    CHECK_FALSE(output.keep());
    std::filesystem::permissions(folder, perms::owner_all);
    CHECK(output.keep());
  }
  const auto kept = (*files)->read(digest, 0, kInlineOutput + 10);
  REQUIRE(kept);
  CHECK(*kept == bytes);
}

/// Lets the syncs of a kind fail as often as told, and remembers which files were synced in vain.
struct FailingSyncs {
  int files = 0;
  int folders = 0;
  bool loses = false;  ///< what could not be written is gone from the cache, too
  std::vector<ino_t> failed;
  std::vector<ino_t> synced;
  std::vector<UniqueFd> held;  // so that no later file gets the number of an earlier one

  [[nodiscard]] SyncCalls calls() {
    return {[this](int fd) { return sync(fd, files, loses); },
            [this](int fd) { return sync(fd, folders, false); }};
  }

 private:
  int sync(int fd, int& left, bool lose) {
    struct stat about {};
    REQUIRE(::fstat(fd, &about) == 0);
    held.emplace_back(::dup(fd));
    if (left == 0) {
      synced.push_back(about.st_ino);
      return 0;
    }
    --left;
    failed.push_back(about.st_ino);
    const auto path = "/proc/self/fd/" + std::to_string(fd);
    if (lose) REQUIRE(::truncate(path.c_str(), 5) == 0);
    errno = EIO;
    return -1;
  }
};

TEST_CASE("an output whose sync failed is kept as another file, which is synced whole",
          "[contract][store]") {
  test::TempDir directory;
  FailingSyncs syncs;
  const auto failing = GENERATE(&FailingSyncs::files, &FailingSyncs::folders);
  const bool folder_is_new = GENERATE(true, false);
  const auto files = OutputFiles::open(directory / "outputs", syncs.calls());
  REQUIRE(files);
  const Bytes bytes(kInlineOutput * 3 + 1, 7);
  const auto target = (*files)->kept_path(crypto::sha256(bytes));
  if (!folder_is_new) REQUIRE((*files)->make_folder(target.parent_path()));
  FileOutputBuffer output(**files);
  REQUIRE(output.append(bytes));
  syncs.*failing = 2;
  CHECK_FALSE(output.keep());
  const bool renamed = std::filesystem::exists(target);
  struct stat first {};
  if (renamed) REQUIRE(::stat(target.c_str(), &first) == 0);
  CHECK_FALSE(output.keep());
  CHECK(*output.read(0, bytes.size()) == bytes);
  REQUIRE(output.keep());
  struct stat kept {};
  REQUIRE(::stat(target.c_str(), &kept) == 0);
  CHECK(std::count(syncs.failed.begin(), syncs.failed.end(), kept.st_ino) == 0);
  CHECK(std::count(syncs.synced.begin(), syncs.synced.end(), kept.st_ino) == 1);
  if (renamed) CHECK(kept.st_ino != first.st_ino);
  CHECK(*(*files)->read(crypto::sha256(bytes), 0, bytes.size() + 1) == bytes);
  CHECK(*output.read(0, bytes.size()) == bytes);
  CHECK(std::filesystem::is_empty(directory / "outputs/incoming"));
}

TEST_CASE("a folder whose sync failed is made anew", "[contract][store]") {
  test::TempDir directory;
  FailingSyncs syncs;
  const auto files = OutputFiles::open(directory / "outputs", syncs.calls());
  REQUIRE(files);
  const auto folder = (*files)->kept_path(crypto::Digest{}).parent_path();
  syncs.folders = 1;
  CHECK_FALSE((*files)->make_folder(folder));
  CHECK_FALSE(std::filesystem::exists(folder));
  CHECK((*files)->make_folder(folder));
  CHECK((*files)->make_folder(folder));
  CHECK(syncs.synced.size() == 1);
  CHECK(std::filesystem::is_directory(folder));
}

TEST_CASE("an output of which a failed sync lost a part is never called kept",
          "[contract][store]") {
  test::TempDir directory;
  FailingSyncs syncs;
  const auto files = OutputFiles::open(directory / "outputs", syncs.calls());
  REQUIRE(files);
  const Bytes bytes(kInlineOutput + 1, 7);
  {
    FileOutputBuffer output(**files);
    REQUIRE(output.append(bytes));
    syncs.files = 1;
    syncs.loses = true;
    CHECK_FALSE(output.keep());
    for (int i = 0; i < 2; ++i) {
      const auto kept = output.keep();
      REQUIRE_FALSE(kept);
      CHECK(kept.error().code == ErrorCode::Corrupt);
    }
    CHECK_FALSE(std::filesystem::exists((*files)->kept_path(crypto::sha256(bytes))));
  }
  CHECK(std::filesystem::is_empty(directory / "outputs/incoming"));
}

}  // namespace
}  // namespace muster::controller
