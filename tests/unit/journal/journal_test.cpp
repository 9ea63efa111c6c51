#include <sys/resource.h>

#include <csignal>

#include "opened_journal.hpp"

using namespace muster;
using test::OpenedJournal;

TEST_CASE("a journal replays what was durable, oldest first, and goes on counting",
          "[unit][journal]") {
  const test::TempDir dir;
  {
    OpenedJournal first(dir.path());
    CHECK(first.append("one") == 1U);
    CHECK(first.append("") == 2U);
    CHECK(first.append(std::string(1000, 'x')) == 3U);
  }
  OpenedJournal second(dir.path());
  CHECK(second.records == std::vector<std::string>{"one", "", std::string(1000, 'x')});
  CHECK(second.lsns == std::vector<journal::Lsn>{1, 2, 3});
  CHECK(second.journal->torn_records() == 0);
  CHECK(second.append("four") == 4U);
}

TEST_CASE("all that was appended while the writer was busy shares one sync", "[unit][journal]") {
  const test::TempDir dir;
  std::atomic<bool> go{false};
  journal::Options options;
  options.on_step = [&](journal::Step) { go.wait(false); };  // the writer is busy until told
  OpenedJournal opened(dir.path(), options);
  std::vector<journal::Lsn> order;
  for (int i = 0; i < 100; ++i) {
    opened.journal->append(as_bytes("record"), [&](Result<journal::Lsn> lsn) {
      order.push_back(lsn.value());
      if (order.size() == 100) opened.loop().stop();
    });
  }
  go = true;
  go.notify_all();
  opened.loop().run();
  CHECK(std::is_sorted(order.begin(), order.end()));
  CHECK(order.back() == 100);
  CHECK(opened.journal->syncs() <= 2);
}

TEST_CASE("what was appended is on disk when the journal is gone, and its callback is dropped",
          "[unit][journal]") {
  const test::TempDir dir;
  bool called = false;
  {
    OpenedJournal opened(dir.path());
    opened.journal->append(as_bytes("late"), [&](const auto&) { called = true; });
    opened.journal.reset();
    opened.loop().run_ready();
  }
  CHECK_FALSE(called);
  CHECK(OpenedJournal(dir.path()).records == std::vector<std::string>{"late"});
}

TEST_CASE("two openers cannot share a journal", "[unit][journal]") {
  const test::TempDir dir;
  const OpenedJournal first(dir.path());
  const OpenedJournal second(dir.path());
  CHECK_FALSE(second.journal);
  CHECK(second.error.code == ErrorCode::Conflict);
}

TEST_CASE("a record above the limit is refused in its place in the order", "[unit][journal]") {
  const test::TempDir dir;
  OpenedJournal opened(dir.path());
  CHECK(opened.append(std::string(journal::kMaxRecordBytes, 'x')) == 1U);
  const auto refused = opened.append(std::string(journal::kMaxRecordBytes + 1, 'x'));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::InvalidArgument);
  CHECK(opened.append("next") == 2U);
}

TEST_CASE("a full journal refuses records until it is compacted", "[unit][journal]") {
  const test::TempDir dir;
  journal::Options options;
  options.max_bytes = 200;
  OpenedJournal opened(dir.path(), options);
  REQUIRE(opened.append(std::string(100, 'a')));
  const auto refused = opened.append(std::string(100, 'b'));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::ResourceExhausted);
  CHECK(opened.journal->size_bytes() == 36 + 113);
  CHECK_FALSE(opened.compact({std::string(200, 'c')}));
  REQUIRE(opened.compact({"live"}));
  CHECK(opened.append(std::string(100, 'b')));
}

TEST_CASE("a full queue refuses records and takes them again when it was written",
          "[unit][journal]") {
  const test::TempDir dir;
  journal::Options options;
  options.max_queued_bytes = 10;
  OpenedJournal opened(dir.path(), options);
  const auto refused = opened.append("eleven bytes");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::ResourceExhausted);
  CHECK(refused.error().retryable);
  for (int i = 0; i < 5; ++i) CHECK(opened.append("ten  bytes"));
}

TEST_CASE("a full disk refuses a record, keeps nothing of it, and goes on when there is room",
          "[unit][journal]") {
  const test::TempDir dir;
  {
    OpenedJournal opened(dir.path());
    REQUIRE(opened.append("before"));
    const auto size = opened.journal->size_bytes();
    // A file size limit stands for the disk: the write is cut short in the same way.
    std::signal(SIGXFSZ, SIG_IGN);
    rlimit old{};
    ::getrlimit(RLIMIT_FSIZE, &old);
    const rlimit tight{size + 500, old.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &tight);
    const auto refused = opened.append(std::string(1000, 'x'));
    const auto compacted = opened.compact({std::string(2000, 'y')});
    const auto file_size = std::filesystem::file_size(test::first_segment(dir.path()));
    ::setrlimit(RLIMIT_FSIZE, &old);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::ResourceExhausted);
    REQUIRE_FALSE(compacted);
    CHECK(compacted.error().code == ErrorCode::ResourceExhausted);
    CHECK(file_size == size);
    CHECK(opened.journal->size_bytes() == size);
    CHECK(opened.append("after") == 2U);
  }
  CHECK(OpenedJournal(dir.path()).records == std::vector<std::string>{"before", "after"});
}

TEST_CASE("compaction keeps what is live, and what is appended meanwhile follows it",
          "[unit][journal]") {
  const test::TempDir dir;
  {
    OpenedJournal opened(dir.path());
    for (int i = 0; i < 50; ++i) REQUIRE(opened.append(std::string(100, 'x')));
    const auto before = opened.journal->size_bytes();
    std::vector<std::string> order;
    const auto note = [&](std::string name) {
      return [&, name](const auto& outcome) {
        CHECK(outcome);
        order.push_back(name);
        if (order.size() == 4) opened.loop().stop();
      };
    };
    opened.journal->append(as_bytes("a"), note("a"));
    opened.journal->compact({to_bytes(as_bytes("live")), to_bytes(as_bytes("a"))}, note("compact"));
    opened.journal->append(as_bytes("b"), note("b"));
    opened.journal->append(as_bytes("c"), note("c"));
    opened.loop().run();
    CHECK(order == std::vector<std::string>{"a", "compact", "b", "c"});
    CHECK(opened.journal->size_bytes() < before);
  }
  OpenedJournal again(dir.path());
  CHECK(again.records == std::vector<std::string>{"live", "a", "b", "c"});
  CHECK(again.lsns == std::vector<journal::Lsn>{52, 53, 54, 55});
  CHECK_FALSE(std::filesystem::exists(test::first_segment(dir.path())));
}
