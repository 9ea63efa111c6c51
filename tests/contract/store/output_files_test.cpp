// Outputs as files, when the file system fails between two steps.
#include "store/output_files.hpp"

#include <unistd.h>

#include <filesystem>

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

}  // namespace
}  // namespace muster::controller
