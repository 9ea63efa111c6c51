// Receivers that fail, refuse, are gone or are where nothing may be sent; and a store that fails.
#include "webhook_world.hpp"

namespace muster::controller {
namespace {

using std::chrono::hours;
using Names = std::vector<std::string>;

TEST_CASE("a delivery that fails is tried again after a while, as the same one",
          "[integration][webhooks]") {
  HookWorld controller;
  Receiver receiver;
  controller.make("hook", receiver.url());
  receiver.answer({{500, {}}, {503, {{"Retry-After", "60"}}}, {302, {{"Location", "/else"}}}});
  controller.happens("a");
  controller.happens("b");
  controller.until_failures(1);
  CHECK(controller.progress().last_error == "it answered 500");
  CHECK(receiver.count() == 1);
  controller.until_failures(2);
  const auto now = to_unix_ms(controller.world.clock.unix_now());
  CHECK(controller.progress().next_attempt >= now + 60'000);
  controller.world.advance(std::chrono::seconds(59));
  CHECK(receiver.count() == 2);
  controller.until_failures(3);
  controller.world.advance(std::chrono::seconds(40));
  controller.until_idle();
  CHECK(receiver.subjects() == Names{"a", "a", "a", "a", "b"});
  const auto requests = receiver.requests();
  for (int i = 1; i < 4; ++i) {
    CHECK(requests[i].path == "/hook");  // a redirect is not followed
    CHECK(requests[i].header("webhook-id") == requests[0].header("webhook-id"));
  }
  CHECK(requests[2].header("webhook-timestamp") != requests[0].header("webhook-timestamp"));
  CHECK(controller.letters().empty());
}

TEST_CASE("how often and until when it waits outlives a restart", "[integration][webhooks]") {
  HookWorld controller;
  Receiver receiver;
  controller.make("hook", receiver.url());
  receiver.answer({{503, {{"Retry-After", "600"}}}});
  controller.happens("a");
  controller.until_failures(1);
  const auto before = controller.progress();
  controller.start();
  CHECK(controller.progress() == before);
  controller.world.advance(std::chrono::seconds(599));
  CHECK(receiver.count() == 1);
  controller.world.advance(std::chrono::seconds(2));
  controller.until_idle();
  CHECK(receiver.count() == 2);
}

TEST_CASE("after a day the event is a dead letter with those behind it, and newer ones wait",
          "[integration][webhooks]") {
  HookWorld controller;
  Receiver receiver;
  receiver.usually({500, {}});
  controller.make("hook", receiver.url());
  controller.happens("a");
  controller.happens("b");
  controller.happens("b", "test.other");
  controller.until_failures(1);
  controller.world.clock.advance(hours(23));
  controller.happens("c");
  controller.until_failures(2);
  CHECK(controller.letters().empty());
  controller.world.clock.advance(hours(1));
  controller.until_failures(3);
  const auto letters = controller.letters();
  REQUIRE(letters.size() == 2);
  CHECK(letters[0].event.subject == "a");
  CHECK(letters[0].attempts == 3);
  CHECK(letters[0].reason == "it answered 500");
  CHECK(letters[1].event.subject == "b");
  CHECK(letters[1].attempts == 0);
  CHECK(controller.world.events_of("webhook.failing") == 1);
  receiver.usually({204, {}});
  controller.world.clock.advance(hours(1));
  controller.until_idle();
  CHECK(receiver.subjects().back() == "c");
  CHECK(controller.progress().delivered == 1);
  CHECK(controller.progress().dead == 2);
}

TEST_CASE("a dead letter is sent again when somebody asks, and stays until it is taken",
          "[integration][webhooks]") {
  HookWorld controller;
  Receiver receiver;
  controller.make("hook", receiver.url());
  receiver.answer({{422, {}}, {422, {}}, {422, {}}});
  controller.happens("bad");
  controller.until_failures(3);
  REQUIRE(controller.letters().size() == 1);
  CHECK(controller.letters()[0].attempts == 3);
  const auto id = controller.letters()[0].id;
  const auto again = [&] {
    return controller.answer_to(
        [&](auto done) { controller.hooks->send_again(id, std::move(done)); });
  };
  receiver.answer({{422, {}}});
  CHECK(again()->status == 422);
  CHECK(controller.letters().size() == 1);
  CHECK(again()->taken());
  CHECK(controller.letters().empty());
  CHECK(again().error().code == ErrorCode::NotFound);
  const auto requests = receiver.requests();
  CHECK(requests.back().header("webhook-id") == requests.front().header("webhook-id"));
  CHECK(requests.back().body == requests.front().body);
}

TEST_CASE("an event that is refused lets the next one pass", "[integration][webhooks]") {
  HookWorld controller;
  Receiver receiver;
  controller.make("hook", receiver.url());
  receiver.answer({{400, {}}, {400, {}}, {400, {}}});
  controller.happens("bad");
  controller.happens("good");
  controller.until_failures(3);
  controller.world.advance(std::chrono::seconds(60));
  controller.until_idle();
  CHECK(receiver.subjects() == Names{"bad", "bad", "bad", "good"});
}

TEST_CASE("a receiver that is gone is left alone until it is set anew", "[integration][webhooks]") {
  HookWorld controller;
  Receiver receiver;
  controller.make("hook", receiver.url());
  receiver.answer({{410, {}}});
  controller.happens("a");
  controller.until([&] { return controller.progress().gone != 0; });
  CHECK(controller.world.events_of("webhook.gone") == 1);
  controller.happens("b");
  controller.start();
  controller.world.clock.advance(hours(25));
  controller.world.settle();
  CHECK(receiver.count() == 1);
  CHECK(controller.letters().empty());
  controller.make("hook", receiver.url());
  controller.until_idle();
  CHECK(receiver.subjects() == Names{"a", "a", "b"});
}

TEST_CASE("one that is set anew after it was gone for days has a day again for what waits",
          "[integration][webhooks]") {
  HookWorld controller;
  Receiver receiver;
  controller.make("hook", receiver.url());
  receiver.answer({{410, {}}, {500, {}}});
  controller.happens("a");
  controller.until([&] { return controller.progress().gone != 0; });
  controller.world.clock.advance(hours(72));
  controller.make("hook", receiver.url());
  controller.until_failures(1);
  CHECK(controller.letters().empty());
  controller.world.clock.advance(hours(1));
  controller.until_idle();
  CHECK(receiver.subjects() == Names{"a", "a", "a"});
}

TEST_CASE("however many die of age, all become dead letters at once", "[integration][webhooks]") {
  HookWorld controller;
  Receiver receiver;
  receiver.usually({500, {}});
  controller.make("hook", receiver.url());
  for (int i = 0; i < 450; ++i) {
    controller.world.events->record(i % 2 == 0 ? "test.it" : "test.other", "x", {{"n", i}});
  }
  controller.until_failures(1);
  controller.world.clock.advance(hours(25));
  controller.until([&] { return controller.letters().size() == 225; });
  CHECK(controller.progress().failures == 2);
  CHECK(receiver.count() == 2);
  CHECK(*controller.hooks->pending(controller.record()) <= 1);  // webhook.failing
}

TEST_CASE("what is stored late does not undo that it was set anew", "[integration][webhooks]") {
  HookWorld controller;
  Receiver receiver;
  controller.make("hook", receiver.url());
  receiver.answer({{410, {}}});
  controller.happens("a");
  controller.world.store.fail_writes_with(
      Error{ErrorCode::ResourceExhausted, "full", {}, true, {}});
  controller.until([&] { return controller.said("is not stored"); });
  controller.world.store.fail_writes_with(std::nullopt);
  controller.make("hook", receiver.url());
  controller.world.advance(std::chrono::seconds(1));
  controller.until_idle();
  CHECK(controller.progress().gone == 0);
  CHECK(receiver.subjects() == Names{"a", "a"});
}

TEST_CASE("nothing moves while the store cannot keep it", "[integration][webhooks]") {
  HookWorld controller;
  Receiver receiver;
  controller.make("hook", receiver.url());
  auto held = receiver.hold();
  controller.happens("a");
  controller.happens("b");
  const auto full = Error{ErrorCode::ResourceExhausted, "full", {}, true, {}};
  controller.world.store.fail_writes_with(full);
  held.unlock();
  controller.until([&] { return controller.said("is not stored"); });
  controller.world.advance(std::chrono::seconds(3));
  CHECK(receiver.count() == 1);
  CHECK(controller.progress().delivered == 0);
  controller.world.store.fail_writes_with(std::nullopt);
  controller.world.advance(std::chrono::seconds(2));
  controller.until_idle();
  CHECK(receiver.subjects() == Names{"a", "b"});
}

TEST_CASE("a failure at the old place says nothing of the new one", "[integration][webhooks]") {
  HookWorld controller;
  Receiver receiver;
  auto old = std::make_unique<Receiver>();
  old->usually({0, {}});
  controller.make("hook", old->url());
  controller.happens("a");
  controller.until([&] { return old->count() == 1; });
  controller.make("hook", receiver.url());
  old.reset();  // its connection breaks off
  controller.until_idle();
  CHECK(receiver.subjects() == Names{"a"});
  CHECK(controller.progress().last_error.empty());
}

TEST_CASE("a removal that could not be stored lets the deliveries go on",
          "[integration][webhooks]") {
  HookWorld controller;
  Receiver receiver;
  controller.make("hook", receiver.url());
  receiver.answer({{0, {}}});
  controller.happens("a");
  controller.until([&] { return receiver.count() == 1; });
  auto& store = controller.world.store;
  store.hold_writes(true);
  store.fail_writes_with(Error{ErrorCode::ResourceExhausted, "full", {}, true, {}});
  std::optional<Status> removed;
  controller.hooks->remove("hook", "ann", [&](const Status& done) { removed = done; });
  receiver.end_held();  // the attempt fails while nobody knows whether there is a webhook still
  controller.until([&] { return !controller.hooks->deliveries("hook").empty(); });
  controller.world.settle();
  CHECK(receiver.count() == 1);
  store.hold_writes(false);
  controller.until([&] { return removed.has_value(); });
  CHECK(removed->error().code == ErrorCode::ResourceExhausted);
  store.fail_writes_with(std::nullopt);
  controller.until([&] { return receiver.count() == 2; });
  controller.world.advance(std::chrono::seconds(1));
  controller.until_idle();
  CHECK(receiver.subjects() == Names{"a", "a"});
  CHECK(controller.world.events_of("webhook.removed") == 0);
}

TEST_CASE("an event that grew old while its receiver wanted to be left alone has an attempt still",
          "[integration][webhooks]") {
  HookWorld controller;
  Receiver receiver;
  controller.make("hook", receiver.url());
  receiver.answer({{503, {{"Retry-After", "86400"}}}});
  controller.happens("a");
  controller.until_failures(1);
  controller.happens("b");
  controller.world.clock.advance(hours(25));
  controller.until_idle();
  CHECK(receiver.subjects() == Names{"a", "a", "b"});
  CHECK(controller.letters().empty());
}

TEST_CASE("events that left the log before they could be sent are counted",
          "[integration][webhooks]") {
  World world;
  MemoryStore small(*world.loop, {5, 1U << 20U});
  EventLog log(*world.loop, small, world.log);
  WebhookSender sender(*world.loop, {});
  Receiver receiver;
  WebhookRecord record{"hook", receiver.url(), "", true, Bytes(32, 1), 1, "ann", {}};
  small.put_webhook(record, nullptr);
  for (int i = 0; i < 20; ++i) log.record("test.it", std::to_string(i), nlohmann::json::object());
  world.settle();
  Webhooks hooks({*world.loop, small, log, world.log, sender, 1});
  REQUIRE(hooks.load());
  hooks.start();
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while ((*hooks.find("hook"))->progress.delivered < 5) {
    REQUIRE(std::chrono::steady_clock::now() < give_up);
    if (!world.loop->run_ready()) std::this_thread::yield();
  }
  CHECK(receiver.subjects() == Names{"15", "16", "17", "18", "19"});
  CHECK(small.webhooks()->front().progress.missed == 15);
}

}  // namespace
}  // namespace muster::controller
