// Webhooks, how far each has come, and what could not be delivered.
#include "store_fixture.hpp"

namespace muster::controller {
namespace {

WebhookRecord hook(const std::string& name) {
  WebhookRecord record;
  record.name = name;
  record.url = "https://example.org/" + name;
  record.filter = "type=job.*";
  record.allow_private = true;
  record.secret = {0, 1, 2, 255};
  record.updated = 5;
  record.updated_by = "ann";
  record.progress.cursor = 9;
  return record;
}

void put(StoreFixture& store, const WebhookRecord& record) {
  REQUIRE(store.wait_done([&](auto done) { store->put_webhook(record, done); }));
}

Status move(StoreFixture& store, const std::string& name, const WebhookProgress& progress,
            const std::vector<DeadLetter>& letters = {}) {
  return store.wait_done([&](auto done) { store->move_webhook(name, progress, letters, done); });
}

DeadLetter letter(const std::string& webhook, std::uint64_t event, std::size_t bytes = 2) {
  return {0, webhook, {event, 3, "t", "s", std::string(bytes, 'd')}, 4, 6, "it answered 500"};
}

std::vector<std::uint64_t> events_of(StoreFixture& store, const std::string& webhook) {
  std::vector<std::uint64_t> events;
  const auto letters = store->dead_letters(webhook, 0, 10'000).value();
  for (const auto& one : letters) events.push_back(one.event.id);
  return events;
}

TEST_CASE("a webhook is kept as it was set, with how far it has come", "[contract][store]") {
  StoreFixture store(GENERATE(Kind::Memory, Kind::Sqlite));
  put(store, hook("b"));
  put(store, hook("a"));
  const WebhookProgress progress{11, 1, 2, 3, 4, 5, "why", 6, 7, 8, 9};
  REQUIRE(move(store, "a", progress));
  store.reopen();
  const auto all = store->webhooks().value();
  REQUIRE(all.size() == 2);
  CHECK(all[0].name == "a");
  CHECK(all[0].url == "https://example.org/a");
  CHECK(all[0].filter == "type=job.*");
  CHECK(all[0].allow_private);
  CHECK(all[0].secret == Bytes{0, 1, 2, 255});
  CHECK(all[0].updated == 5);
  CHECK(all[0].updated_by == "ann");
  CHECK(all[0].progress == progress);
  CHECK(all[1].progress.cursor == 9);
  CHECK(all[1].progress.delivered == 0);
}

TEST_CASE("a webhook that is set anew goes on where it was", "[contract][store]") {
  StoreFixture store(GENERATE(Kind::Memory, Kind::Sqlite));
  put(store, hook("a"));
  WebhookProgress progress{11, 1, 2, 3, 4, 5, "why", 6, 7, 8, 9};
  REQUIRE(move(store, "a", progress));
  auto anew = hook("a");
  anew.url = "https://example.net/";
  anew.progress.cursor = 100;
  put(store, anew);
  const auto all = store->webhooks().value();
  REQUIRE(all.size() == 1);
  CHECK(all[0].url == "https://example.net/");
  progress.forget_failures();
  CHECK(all[0].progress == progress);
  CHECK(all[0].progress.delivered == 7);
}

TEST_CASE("dead letters are kept with the place behind them, and found", "[contract][store]") {
  StoreFixture store(GENERATE(Kind::Memory, Kind::Sqlite));
  put(store, hook("a"));
  put(store, hook("b"));
  WebhookProgress progress;
  progress.cursor = 12;
  REQUIRE(move(store, "a", progress, {letter("a", 11), letter("a", 12)}));
  REQUIRE(move(store, "b", progress, {letter("b", 12)}));
  store.reopen();
  CHECK(store->webhooks()->front().progress.cursor == 12);
  const auto letters = store->dead_letters("a", 0, 10).value();
  REQUIRE(letters.size() == 2);
  CHECK(letters[0].event.id == 11);
  CHECK(letters[0].event.type == "t");
  CHECK(letters[0].event.time == 3);
  CHECK(letters[0].event.data == "dd");
  CHECK(letters[0].died == 4);
  CHECK(letters[0].attempts == 6);
  CHECK(letters[0].reason == "it answered 500");
  CHECK(store->dead_letters("a", letters[0].id, 10)->size() == 1);
  CHECK(store->dead_letters("a", 0, 1)->size() == 1);
  CHECK(store->count_dead_letters("a").value() == 2);
  CHECK(store->dead_letter(letters[1].id)->event.id == 12);
  const auto remove = [&] {
    return store.wait_done([&](auto done) { store->remove_dead_letter(letters[0].id, done); });
  };
  CHECK(remove());
  CHECK(remove().error().code == ErrorCode::NotFound);
  CHECK(events_of(store, "a") == std::vector<std::uint64_t>{12});
  CHECK(store->dead_letter(letters[0].id).error().code == ErrorCode::NotFound);
}

TEST_CASE("a webhook that is removed takes its dead letters along", "[contract][store]") {
  StoreFixture store(GENERATE(Kind::Memory, Kind::Sqlite));
  put(store, hook("a"));
  put(store, hook("b"));
  REQUIRE(move(store, "a", {}, {letter("a", 1)}));
  REQUIRE(move(store, "b", {}, {letter("b", 1)}));
  const auto remove = [&] {
    return store.wait_done([&](auto done) { store->remove_webhook("a", done); });
  };
  CHECK(remove());
  CHECK(remove().error().code == ErrorCode::NotFound);
  CHECK(move(store, "a", {}, {letter("a", 2)}).error().code == ErrorCode::NotFound);
  CHECK(store->webhooks()->size() == 1);
  CHECK(store->count_dead_letters("a").value() == 0);
  CHECK(store->count_dead_letters("b").value() == 1);
}

TEST_CASE("of dead letters the newest are kept, of each webhook", "[contract][store]") {
  StoreFixture store(GENERATE(Kind::Memory, Kind::Sqlite));
  put(store, hook("a"));
  put(store, hook("b"));
  REQUIRE(move(store, "b", {}, {letter("b", 1)}));
  SECTION("so many") {
    std::vector<DeadLetter> letters;
    for (std::uint64_t i = 1; i <= kMaxDeadLetters; ++i) letters.push_back(letter("a", i));
    REQUIRE(move(store, "a", {}, letters));
    CHECK(store->count_dead_letters("a").value() == kMaxDeadLetters);
    REQUIRE(move(store, "a", {}, {letter("a", 5000)}));
    const auto kept = events_of(store, "a");
    CHECK(kept.size() == kMaxDeadLetters);
    CHECK(kept.front() == 2);
    CHECK(kept.back() == 5000);
  }
  SECTION("with so much text") {
    constexpr std::size_t kFourth = kMaxDeadLetterBytes / 4 - 2;  // and two of type and subject
    for (std::uint64_t i = 1; i <= 4; ++i) REQUIRE(move(store, "a", {}, {letter("a", i, kFourth)}));
    CHECK(events_of(store, "a") == std::vector<std::uint64_t>{1, 2, 3, 4});
    REQUIRE(move(store, "a", {}, {letter("a", 5, 1)}));
    CHECK(events_of(store, "a") == std::vector<std::uint64_t>{2, 3, 4, 5});
    REQUIRE(move(store, "a", {}, {letter("a", 6, 5 * kFourth)}));
    CHECK(events_of(store, "a") == std::vector<std::uint64_t>{6});
  }
  CHECK(store->count_dead_letters("b").value() == 1);
}

}  // namespace
}  // namespace muster::controller
