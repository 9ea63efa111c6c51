#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <fstream>

#include "opened_journal.hpp"

using namespace muster;
using test::OpenedJournal;

namespace {

void overwrite(const std::filesystem::path& path, std::string_view content) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << content;
}

// The file of a journal with these records.
std::string image_of(const std::vector<std::string>& records) {
  const test::TempDir dir;
  {
    OpenedJournal opened(dir.path());
    for (const auto& record : records) REQUIRE(opened.append(record));
  }
  return read_file(test::first_segment(dir.path())).value();
}

// Runs `life` in a child that ends by SIGKILL, and returns what it printed.
template <class Life>
std::string lines_of_killed_child(Life life, std::size_t kill_after_bytes) {
  std::array<int, 2> ends{};
  REQUIRE(::pipe(ends.data()) == 0);
  const pid_t child = ::fork();
  if (child == 0) {
    life(ends[1]);
    ::_exit(1);
  }
  ::close(ends[1]);
  std::string printed;
  std::array<char, 256> chunk{};
  for (ssize_t got = 0; (got = ::read(ends[0], chunk.data(), chunk.size())) > 0;) {
    printed.append(chunk.data(), static_cast<std::size_t>(got));
    if (printed.size() >= kill_after_bytes) ::kill(child, SIGKILL);
  }
  ::close(ends[0]);
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFSIGNALED(status));
  return printed;
}

}  // namespace

TEST_CASE("a last record torn at any byte is cut off and the rest replayed", "[unit][journal]") {
  const auto shorter = image_of({"one", "two"});
  const test::TempDir dir;
  const auto path = test::first_segment(dir.path());
  {
    OpenedJournal opened(dir.path());
    for (const auto* record : {"one", "two", "three three"}) REQUIRE(opened.append(record));
  }
  const auto whole = read_file(path).value();
  const bool zeros = GENERATE(false, true);  // as left by a file system that extends the file first
  for (auto kept = shorter.size() + 1; kept < whole.size(); ++kept) {
    auto torn = whole.substr(0, kept);
    if (zeros) torn.resize(whole.size(), '\0');
    if (zeros && torn == whole) continue;
    overwrite(path, torn);
    OpenedJournal opened(dir.path());
    REQUIRE(opened.journal);
    CHECK(opened.records == std::vector<std::string>{"one", "two"});
    CHECK(opened.journal->torn_records() == 1);
    CHECK(std::filesystem::file_size(path) == shorter.size());
    CHECK(opened.append("four") == 3U);
  }
}

TEST_CASE("zeros after the last record are a torn tail", "[unit][journal]") {
  const test::TempDir dir;
  overwrite(test::first_segment(dir.path()), image_of({"one"}) + std::string(5000, '\0'));
  const OpenedJournal opened(dir.path());
  CHECK(opened.records == std::vector<std::string>{"one"});
}

TEST_CASE("any flipped bit before the last record is corrupt and changes nothing",
          "[unit][journal]") {
  const auto image = image_of({"one", "two", "three"});
  const auto last_starts = image.size() - 13 - 5;
  const test::TempDir dir;
  const auto path = test::first_segment(dir.path());
  for (std::size_t bit = 36 * 8; bit < last_starts * 8; ++bit) {
    auto damaged = image;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
    overwrite(path, damaged);
    const OpenedJournal opened(dir.path());
    REQUIRE_FALSE(opened.journal);
    CHECK(opened.error.code == ErrorCode::Corrupt);
    CHECK(opened.records.empty());
    CHECK(read_file(path).value() == damaged);
  }
}

TEST_CASE("a payload that looks like a record does not make a torn tail corrupt",
          "[unit][journal]") {
  const auto donor = image_of({"inner"}).substr(36);
  const auto image = image_of({"one", donor + "end"});
  const test::TempDir dir;
  overwrite(test::first_segment(dir.path()), image.substr(0, image.size() - 1));
  const OpenedJournal opened(dir.path());
  CHECK(opened.records == std::vector<std::string>{"one"});
}

TEST_CASE("a journal of a newer format is refused and not touched", "[unit][journal]") {
  auto image = image_of({"one"});
  image[8] = 3;
  const test::TempDir dir;
  overwrite(test::first_segment(dir.path()), image);
  const OpenedJournal opened(dir.path());
  CHECK_FALSE(opened.journal);
  CHECK(opened.error.code == ErrorCode::Unsupported);
  CHECK(read_file(test::first_segment(dir.path())).value() == image);
}

TEST_CASE("a crash at any step of a compaction loses nothing", "[unit][journal]") {
  const auto step = GENERATE(journal::Step::CompactWritten, journal::Step::CompactRenamed,
                             journal::Step::CompactOldRemoved);
  const test::TempDir dir;
  {
    OpenedJournal opened(dir.path());
    for (const auto* record : {"dead", "live"}) REQUIRE(opened.append(record));
  }
  lines_of_killed_child(
      [&](int) {
        journal::Options options;
        options.on_step = [&](journal::Step reached) {
          if (reached == step) ::raise(SIGKILL);
        };
        OpenedJournal opened(dir.path(), options);
        (void)opened.compact({"live"});
      },
      1);
  OpenedJournal opened(dir.path());
  REQUIRE(opened.journal);
  const bool compacted = step != journal::Step::CompactWritten;
  CHECK(opened.records ==
        (compacted ? std::vector<std::string>{"live"} : std::vector<std::string>{"dead", "live"}));
  const std::filesystem::directory_iterator files(dir.path());
  CHECK(std::distance(begin(files), end(files)) == 2);  // the lock and one segment
  CHECK(opened.append("next"));
}

TEST_CASE("everything reported as durable survives SIGKILL", "[unit][journal]") {
  const test::TempDir dir;
  const auto printed = lines_of_killed_child(
      [&](int out) {
        OpenedJournal opened(dir.path());
        std::function<void()> append_more = [&] {
          opened.journal->append(as_bytes("record"), [&, out](Result<journal::Lsn> lsn) {
            const auto line = std::to_string(lsn.value()) + "\n";
            if (::write(out, line.data(), line.size()) < 0) ::_exit(2);
            append_more();
          });
        };
        for (int i = 0; i < 8; ++i) append_more();
        opened.loop().run();
      },
      400);
  const auto last_line = printed.rfind('\n', printed.size() - 2) + 1;
  const auto durable = std::stoull(printed.substr(last_line));
  const OpenedJournal opened(dir.path());
  REQUIRE(opened.journal);
  CHECK(durable > 50);
  CHECK(opened.records.size() >= durable);
}
