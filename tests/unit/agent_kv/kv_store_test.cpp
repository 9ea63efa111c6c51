#include <muster/ext/kv.h>

#include "opened_store.hpp"

using namespace muster;
using namespace muster::plugins;
using namespace muster::test;
using namespace std::chrono_literals;

using Pairs = std::vector<std::string>;

TEST_CASE("a value is what was last set, also after the file was opened again", "[unit][agent]") {
  OpenedStore kv;
  CHECK(kv.refused(get("k")) == ErrorCode::NotFound);
  const auto first = kv.revision(set("k", "one"));
  const auto second = kv.revision(set("k", "two"));
  CHECK(first != MUSTER_KV_ABSENT);
  CHECK(second != first);
  kv.reopen();
  const auto answer = kv.ask(get("k"));
  CHECK(pairs(answer) == Pairs{"k=two"});
  CHECK(answer.entries.at(0).revision == second);
  CHECK(answer.request == 7);
}

TEST_CASE("a value may be empty, and a key may hold any byte", "[unit][agent]") {
  OpenedStore kv;
  const std::string key("a\0b", 3);
  CHECK_FALSE(kv.ask(set(key, "")).error);
  CHECK_FALSE(kv.ask(set("a", "x")).error);
  CHECK(kv.ask(get(key)).entries.at(0).value.empty());
  CHECK(pairs(kv.ask(get("a"))) == Pairs{"a=x"});
}

TEST_CASE("what was removed is gone, and its revision never comes back", "[unit][agent]") {
  OpenedStore kv;
  const auto first = kv.revision(set("k", "one"));
  CHECK_FALSE(kv.ask(test::kv(KvAction::Remove, "k")).error);
  CHECK(kv.refused(get("k")) == ErrorCode::NotFound);
  CHECK(kv.refused(test::kv(KvAction::Remove, "k")) == ErrorCode::NotFound);
  kv.reopen();
  CHECK(kv.revision(set("k", "one")) > first);
}

TEST_CASE("compare and set changes a value only if it is the one that was seen", "[unit][agent]") {
  OpenedStore kv;
  const auto cas = [&](const std::string& value, std::uint64_t expected) {
    return test::kv(KvAction::CompareAndSet, "k", value, expected);
  };
  CHECK(kv.refused(cas("x", 5)) == ErrorCode::Conflict);
  const auto first = kv.revision(cas("one", MUSTER_KV_ABSENT));
  CHECK(kv.refused(cas("x", MUSTER_KV_ABSENT)) == ErrorCode::Conflict);
  CHECK(kv.refused(cas("x", first + 1)) == ErrorCode::Conflict);
  CHECK(pairs(kv.ask(get("k"))) == Pairs{"k=one"});
  const auto second = kv.revision(cas("two", first));
  CHECK(kv.ask(get("k")).entries.at(0).revision == second);
}

TEST_CASE("a value with a time to live is gone when it is over, and counts no more",
          "[unit][agent]") {
  OpenedStore kv({.bytes = 10});
  auto brief = set("k", "12345");
  brief.ttl = 100ms;
  CHECK_FALSE(kv.ask(brief).error);
  kv.now += 99;
  CHECK(pairs(kv.ask(list(""))) == Pairs{"k=12345"});
  CHECK(kv.refused(set("other", "12345")) == ErrorCode::ResourceExhausted);
  kv.now += 1;
  CHECK(kv.refused(get("k")) == ErrorCode::NotFound);
  CHECK(kv.refused(test::kv(KvAction::Remove, "k")) == ErrorCode::NotFound);
  CHECK(kv.ask(list("")).entries.empty());
  CHECK_FALSE(kv.ask(test::kv(KvAction::CompareAndSet, "k", "1", MUSTER_KV_ABSENT)).error);
  CHECK_FALSE(kv.ask(set("other", "123")).error);
  kv.now += 1'000'000;
  CHECK(pairs(kv.ask(list(""))) == Pairs{"k=1", "other=123"});
}

TEST_CASE("a time to live beyond all time is for ever", "[unit][agent]") {
  OpenedStore kv;
  auto lasting = set("k", "v");
  lasting.ttl = std::chrono::milliseconds::max();
  CHECK_FALSE(kv.ask(lasting).error);
  CHECK(pairs(kv.ask(get("k"))) == Pairs{"k=v"});
}

TEST_CASE("a list has the keys of a prefix in order, page by page", "[unit][agent]") {
  OpenedStore kv;
  for (const char* key : {"b/2", "a", "b/1", "b", "c", "b0"}) (void)kv.revision(set(key, "v"));
  CHECK(pairs(kv.ask(list("b/"))) == Pairs{"b/1=v", "b/2=v"});
  CHECK(pairs(kv.ask(list(""))) == Pairs{"a=v", "b=v", "b/1=v", "b/2=v", "b0=v", "c=v"});
  CHECK(kv.ask(list("d")).entries.empty());
  auto rest = list("b");
  rest.after = "b/1";
  CHECK(pairs(kv.ask(rest)) == Pairs{"b/2=v", "b0=v"});
  CHECK_FALSE(kv.ask(rest).more);
}

TEST_CASE("a page of a list ends at its limit and says that more follows", "[unit][agent]") {
  OpenedStore kv;
  const std::string large(kMaxKvValue, 'x');
  for (int i = 0; i < 10; ++i) (void)kv.revision(set("k" + std::to_string(i), large));
  const auto page = kv.ask(list("k"));
  CHECK(page.entries.size() == kMaxKvPage / kMaxKvValue);
  CHECK(page.more);
  auto rest = list("k");
  rest.after = page.entries.back().key;
  CHECK(kv.ask(rest).entries.size() == 10 - page.entries.size());
  CHECK_FALSE(kv.ask(rest).more);
}

TEST_CASE("keys and values at their limit are kept, beyond it refused", "[unit][agent]") {
  OpenedStore kv;
  CHECK_FALSE(kv.ask(set(std::string(kMaxKvKey, 'k'), std::string(kMaxKvValue, 'v'))).error);
  CHECK(kv.refused(set(std::string(kMaxKvKey + 1, 'k'), "")) == ErrorCode::InvalidArgument);
  CHECK(kv.refused(set("k", std::string(kMaxKvValue + 1, 'v'))) == ErrorCode::InvalidArgument);
  CHECK(kv.refused(set("", "v")) == ErrorCode::InvalidArgument);
  CHECK(kv.refused(get("")) == ErrorCode::InvalidArgument);
}

TEST_CASE("an instance keeps as many bytes as it may and no more, also when opened again",
          "[unit][agent]") {
  OpenedStore kv({.bytes = 20});
  CHECK_FALSE(kv.ask(set("a", "123456789")).error);
  CHECK_FALSE(kv.ask(set("b", "123456789")).error);
  if (GENERATE(false, true)) kv.reopen();
  CHECK(kv.refused(set("c", "")) == ErrorCode::ResourceExhausted);
  CHECK(kv.refused(set("a", "1234567890")) == ErrorCode::ResourceExhausted);
  CHECK(pairs(kv.ask(get("a"))) == Pairs{"a=123456789"});
  CHECK_FALSE(kv.ask(set("a", "12345678")).error);
  CHECK_FALSE(kv.ask(set("c", "")).error);
  CHECK_FALSE(kv.ask(test::kv(KvAction::Remove, "b")).error);
  CHECK_FALSE(kv.ask(set("d", "123456789")).error);
}

TEST_CASE("an instance keeps as many entries as it may and no more", "[unit][agent]") {
  OpenedStore kv({.entries = 2});
  CHECK_FALSE(kv.ask(set("a", "")).error);
  CHECK_FALSE(kv.ask(set("b", "")).error);
  CHECK(kv.refused(set("c", "")) == ErrorCode::ResourceExhausted);
  CHECK_FALSE(kv.ask(set("b", "x")).error);
}

TEST_CASE("a full disk refuses the new value and leaves the old one", "[unit][agent]") {
  // SQLite says the same of a file that may not grow as of a disk that is full.
  OpenedStore kv({.file_pages = 16});
  CHECK_FALSE(kv.ask(set("k", "old")).error);
  CHECK(kv.refused(set("k", std::string(kMaxKvValue, 'v'))) == ErrorCode::ResourceExhausted);
  CHECK(pairs(kv.ask(get("k"))) == Pairs{"k=old"});
  CHECK_FALSE(kv.ask(set("k", "new")).error);
  kv.reopen();
  CHECK(pairs(kv.ask(get("k"))) == Pairs{"k=new"});
}

TEST_CASE("the limits are those that the header promises", "[unit][agent]") {
  CHECK(agent::KvLimits().bytes == MUSTER_KV_MAX_TOTAL_BYTES);
  CHECK(agent::KvLimits().entries == MUSTER_KV_MAX_ENTRIES);
  CHECK(kMaxKvKey == MUSTER_KV_MAX_KEY_BYTES);
  CHECK(kMaxKvValue == MUSTER_KV_MAX_VALUE_BYTES);
}

TEST_CASE("only the agent's user may read the file", "[unit][agent]") {
  OpenedStore kv;
  (void)kv.revision(set("k", "v"));
  for (const auto& entry : std::filesystem::directory_iterator(kv.dir.path())) {
    CAPTURE(entry.path());
    CHECK((entry.status().permissions() & std::filesystem::perms(077)) ==
          std::filesystem::perms::none);
  }
}
