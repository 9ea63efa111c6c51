// What a crash and a bad disk leave, and what is made of it.
#include <SQLiteCpp/Database.h>

#include <fstream>
#include <iterator>

#include "opened_store.hpp"

using namespace muster;
using namespace muster::test;
using agent::KvStore;

namespace {

constexpr int kChanges = 6;

std::filesystem::path log_of(const std::filesystem::path& file) { return file.string() + "-wal"; }

std::string read(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}
void write(const std::filesystem::path& path, std::string_view bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc)
      .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

/// The files as a crash leaves them, which is while the store is still open.
struct Crashed {
  std::string file;
  std::string log;

  Crashed() {
    OpenedStore kv;
    for (int i = 1; i <= kChanges; ++i) {
      (void)kv.revision(set("last", std::to_string(i)));
      (void)kv.revision(set("k" + std::to_string(i), std::string(300, 'x')));
    }
    file = read(kv.file);
    log = read(log_of(kv.file));
  }
};

/// The files in a place where they may be opened.
struct Left {
  TempDir dir;
  std::filesystem::path path = dir / "mock.db";
  Left(std::string_view file, std::string_view log) {
    write(path, file);
    write(log_of(path), log);
  }
};

/// How far the changes of Crashed got: 0 to kChanges.
int last_change(KvStore& store) {
  const auto all = store.answer(list(""), kNow);
  REQUIRE_FALSE(all.error);
  if (all.entries.empty()) return 0;
  const auto last = store.answer(get("last"), kNow);
  REQUIRE_FALSE(last.error);
  const int number = std::stoi(std::string(as_text(last.entries.at(0).value)));
  // Nothing of the changes before it may be missing, and nothing after it there.
  const auto others = static_cast<int>(all.entries.size()) - 1;
  CHECK((others == number || others == number - 1));
  return number;
}

Result<std::unique_ptr<KvStore>> open_left(std::string_view file, std::string_view log) {
  const Left left(file, log);
  return KvStore::open(left.path);
}

}  // namespace

TEST_CASE("a crash loses nothing that was reported", "[unit][agent]") {
  const Crashed crashed;
  const Left left(crashed.file, crashed.log);
  auto store = KvStore::open(left.path);
  REQUIRE(store);
  CHECK(last_change(**store) == kChanges);
}

TEST_CASE("a crash at any byte of what is written leaves all the changes before it",
          "[unit][agent]") {
  const Crashed crashed;
  REQUIRE(crashed.log.size() > 50'000);
  int before = 0;
  int steps = 0;
  for (std::size_t size = 0; size <= crashed.log.size(); size += 1361) {
    CAPTURE(size);
    const Left left(crashed.file, std::string_view(crashed.log).substr(0, size));
    auto store = KvStore::open(left.path);
    REQUIRE(store);
    const int now = last_change(**store);
    REQUIRE((now == before || now == before + 1));
    steps += now == before ? 0 : 1;
    if (std::exchange(before, now) == now) continue;
    // What was torn off does not come back, and there is room for what follows.
    REQUIRE_FALSE((*store)->answer(set("after", "the crash"), kNow).error);
    store->reset();
    auto again = KvStore::open(left.path);
    REQUIRE(again);
    REQUIRE_FALSE((*again)->answer(get("after"), kNow).error);
  }
  CHECK(steps >= kChanges - 1);
}

TEST_CASE("a last record of which only some bytes were written is not read", "[unit][agent]") {
  const Crashed crashed;
  auto torn = crashed.log;
  torn.replace(torn.size() - 2000, 1000, 1000, '\0');
  const Left left(crashed.file, torn);
  auto store = KvStore::open(left.path);
  REQUIRE(store);
  CHECK(last_change(**store) >= kChanges - 1);
}

namespace {

/// A file that was closed in order: all of it stands in the one file.
std::string closed_file() {
  OpenedStore kv;
  for (int i = 0; i < 40; ++i)
    (void)kv.revision(set("key" + std::to_string(i), std::string(700, 'v')));
  kv.store.reset();
  REQUIRE_FALSE(std::filesystem::exists(log_of(kv.file)));
  return read(kv.file);
}

}  // namespace

TEST_CASE("a flipped bit in a key or a value is Corrupt, and nothing is read", "[unit][agent]") {
  auto file = closed_file();
  const std::string what = GENERATE("vvvvvvv", "key17");
  const auto at = file.find(what);
  REQUIRE(at != std::string::npos);
  file[at] = static_cast<char>(file[at] ^ 1);
  CHECK(open_left(file, "").error().code == ErrorCode::Corrupt);
}

TEST_CASE("a file with a page of zeros or of noise is Corrupt", "[unit][agent]") {
  const auto whole = closed_file();
  const char with = GENERATE('\0', '\x5a');
  for (std::size_t page = 0; page < whole.size() / 4096; ++page) {
    CAPTURE(page);
    auto file = whole;
    file.replace(page * 4096, 4096, 4096, with);
    const auto opened = open_left(file, "");
    REQUIRE_FALSE(opened);
    CHECK(opened.error().code == ErrorCode::Corrupt);
  }
}

TEST_CASE("a file that was cut short, or is something else, is Corrupt", "[unit][agent]") {
  const auto whole = closed_file();
  CHECK(open_left(std::string_view(whole).substr(0, whole.size() - 4096), "").error().code ==
        ErrorCode::Corrupt);
  CHECK(open_left(std::string_view(whole).substr(0, 1000), "").error().code == ErrorCode::Corrupt);
  CHECK(open_left(std::string(8192, 'x'), "").error().code == ErrorCode::Corrupt);
}

TEST_CASE("a file of a newer agent is left alone", "[unit][agent]") {
  OpenedStore kv;
  (void)kv.revision(set("k", "v"));
  kv.store.reset();
  SQLite::Database(kv.file.string(), SQLite::OPEN_READWRITE).exec("PRAGMA user_version = 2");
  const auto before = read(kv.file);
  CHECK(KvStore::open(kv.file).error().code == ErrorCode::Unsupported);
  CHECK(read(kv.file) == before);
}
