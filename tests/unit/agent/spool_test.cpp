#include "catch.hpp"
#include "spool/task_output.hpp"
#include "temp_dir.hpp"

using namespace muster;
using agent::SpoolStore;
using agent::StreamSpool;
using wire::Stream;

namespace {

Bytes pattern(std::size_t size, std::uint8_t from = 0) {
  Bytes bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::uint8_t>(from + i * 7);
  return bytes;
}

std::size_t files_in(const std::filesystem::path& dir) {
  const std::filesystem::directory_iterator files(dir);
  return static_cast<std::size_t>(std::distance(begin(files), end(files)));
}

}  // namespace

TEST_CASE("output stays in memory up to 64 KiB and moves to a file beyond", "[unit][spool]") {
  const test::TempDir dir;
  auto store = SpoolStore::open(dir.path()).value();
  StreamSpool stream(*store, 1 << 20);
  const auto first = pattern(StreamSpool::kInMemory);
  REQUIRE(stream.append(first));
  CHECK(stream.file() == 0);
  CHECK(files_in(dir.path()) == 0);
  const auto more = pattern(10, 99);
  REQUIRE(stream.append(more));
  CHECK(files_in(dir.path()) == 1);
  Bytes all = first;
  all.insert(all.end(), more.begin(), more.end());
  CHECK(stream.read(0, all.size()).value() == all);
  CHECK(stream.read(65'530, 100).value() == Bytes(all.begin() + 65'530, all.end()));
  stream.finish();
  CHECK(stream.kept_parts().digest == crypto::sha256(all));
}

TEST_CASE("what comes beyond the cap is counted and not kept", "[unit][spool]") {
  const test::TempDir dir;
  auto store = SpoolStore::open(dir.path()).value();
  StreamSpool stream(*store, 100);
  REQUIRE(stream.append(pattern(70)));
  REQUIRE(stream.append(pattern(70)));
  stream.finish();
  const auto parts = stream.kept_parts();
  CHECK(parts.size == 140);
  CHECK(parts.kept == 100);
  CHECK(parts.digest == crypto::sha256(stream.read(0, 1000).value()));
}

TEST_CASE("the budget counts what is kept until it is acknowledged or forgotten", "[unit][spool]") {
  const test::TempDir dir;
  auto store = SpoolStore::open(dir.path(), 3 << 20).value();
  {
    StreamSpool stream(*store, std::uint64_t{1} << 30U);
    REQUIRE(stream.append(pattern(4 << 20)));
    CHECK_FALSE(store->has_room());
    stream.note_sent(4 << 20);
    stream.acknowledge((2 << 20) + 5);
    CHECK(store->used() == 2 << 20);
    CHECK(store->has_room());
    CHECK(stream.read((2 << 20) + 5, 10).value().size() == 10);
    stream.discard();
  }
  CHECK(store->used() == 0);
  CHECK(files_in(dir.path()) == 0);
}

TEST_CASE("files that the journal does not name are deleted at the start", "[unit][spool]") {
  const test::TempDir dir;
  std::uint64_t kept = 0;
  {
    auto store = SpoolStore::open(dir.path()).value();
    kept = store->create()->number;
    REQUIRE(store->create());
  }
  auto store = SpoolStore::open(dir.path()).value();
  store->keep_only({kept});
  CHECK(files_in(dir.path()) == 1);
  CHECK(store->create()->number > kept);
}

TEST_CASE("the number of a file that the journal names is not used again when the file is gone",
          "[unit][spool]") {
  const test::TempDir dir;
  auto store = SpoolStore::open(dir.path()).value();
  store->keep_only({7});
  CHECK(store->create().value().number == 8);
}

TEST_CASE("a finished stream keeps no descriptor open, however it is read", "[unit][spool]") {
  const test::TempDir dir;
  auto store = SpoolStore::open(dir.path()).value();
  const auto open_now = [] { return files_in("/proc/self/fd"); };
  const auto before = open_now();
  StreamSpool large(*store, 1 << 20);
  REQUIRE(large.append(pattern(100'000)));
  large.finish();
  CHECK(open_now() == before);
  CHECK(large.read(0, 1000));
  CHECK(open_now() == before);
  StreamSpool small(*store, 1 << 20);
  REQUIRE(small.append(pattern(100)));
  small.finish();
  REQUIRE(small.spill());
  CHECK(open_now() == before);
}

TEST_CASE("a finished stream comes back from its parts", "[unit][spool]") {
  const test::TempDir dir;
  auto store = SpoolStore::open(dir.path()).value();
  const std::size_t size = GENERATE(1000U, 100'000U);
  StreamSpool::Kept parts;
  {
    StreamSpool stream(*store, 1 << 20);
    REQUIRE(stream.append(pattern(size)));
    stream.finish();
    parts = stream.kept_parts();
  }
  const StreamSpool again(*store, parts);
  CHECK(again.kept() == size);
  CHECK(again.read(0, size).value() == pattern(size));
}

TEST_CASE("a kept file that is gone is an error and not a shorter output", "[unit][spool]") {
  const test::TempDir dir;
  auto store = SpoolStore::open(dir.path()).value();
  StreamSpool::Kept parts;
  {
    StreamSpool stream(*store, 1 << 20);
    REQUIRE(stream.append(pattern(100'000)));
    stream.finish();
    parts = stream.kept_parts();
  }
  store->remove(parts.file);
  const StreamSpool again(*store, parts);
  CHECK_FALSE(again.read(0, 10));
}

TEST_CASE("what a new controller may ask for again stays whole while there is room",
          "[unit][spool]") {
  const test::TempDir dir;
  auto store = SpoolStore::open(dir.path(), 3 << 20).value();
  StreamSpool stream(*store, StreamSpool::kWhole);
  const auto printed = pattern(2 << 20);
  REQUIRE(stream.append(printed));
  stream.note_sent(printed.size());
  stream.acknowledge(printed.size());
  stream.rewind(0);
  CHECK(stream.read(0, printed.size()).value() == printed);

  REQUIRE(stream.append(printed));  // beyond the budget
  stream.note_sent(stream.kept());
  stream.acknowledge(stream.kept());
  CHECK(store->used() == 0);
}

TEST_CASE("bytes that were given back are never read as zeros: the stream ends before them",
          "[unit][spool]") {
  const test::TempDir dir;
  auto store = SpoolStore::open(dir.path()).value();
  StreamSpool::Kept parts;
  {
    StreamSpool stream(*store, std::uint64_t{1} << 30U);
    REQUIRE(stream.append(pattern(4 << 20)));
    stream.note_sent(4 << 20);
    stream.acknowledge(3 << 20);
    CHECK_FALSE(stream.read(100, 10));
    stream.finish();
    parts = stream.kept_parts();
  }
  StreamSpool again(*store, parts);
  CHECK(store->used() == 1 << 20);
  CHECK(again.sent() == 3 << 20);
  CHECK(again.read(3 << 20, 10).value().size() == 10);
  const std::uint64_t asked = GENERATE(0U, 100U);
  again.rewind(asked);
  CHECK(again.all_sent());
  CHECK(again.kept_parts().kept == asked);
  CHECK(again.kept_parts().size == 4 << 20);
  CHECK(again.kept_parts().digest == crypto::Digest{});
  CHECK(store->used() == 0);
}
