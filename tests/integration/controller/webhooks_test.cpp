// Webhooks and their receivers when all goes well, and what is refused.
#include "webhook_world.hpp"

namespace muster::controller {
namespace {

using Names = std::vector<std::string>;

TEST_CASE("a webhook is sent the events that it wants, signed, in their order",
          "[integration][webhooks]") {
  HookWorld controller;
  Receiver receiver;
  controller.happens("before");
  const auto secret = parse_webhook_secret(controller.make("hook", receiver.url())).value();
  for (const auto* subject : {"a", "b", "c"}) {
    controller.happens(subject);
    controller.happens(subject, "test.other");
  }
  controller.until_idle();
  CHECK(receiver.subjects() == Names{"a", "b", "c"});
  for (const auto& request : receiver.requests()) {
    CHECK(request.method == "POST");
    CHECK(request.path == "/hook");
    CHECK(request.header("content-type") == "application/cloudevents+json; charset=utf-8");
    const auto body = nlohmann::json::parse(request.body);
    CHECK(body.at("specversion") == "1.0");
    CHECK(body.at("type") == "test.it");
    const std::string id(request.header("webhook-id").value());
    CHECK(id ==
          controller.world.kept().meta().fleet.text() + "-" + body.at("id").get<std::string>());
    CHECK(id.find('.') == std::string::npos);
    const auto time = std::stoll(std::string(request.header("webhook-timestamp").value()));
    CHECK(time == to_unix_ms(controller.world.clock.unix_now()) / 1000);
    CHECK(request.header("webhook-signature") == webhook_signature(secret, id, time, request.body));
  }
  CHECK(controller.progress().delivered == 3);
  CHECK(controller.progress().last_success != 0);
}

TEST_CASE("what was delivered is not sent again after a restart, and what happened meanwhile is",
          "[integration][webhooks]") {
  HookWorld controller;
  Receiver receiver;
  controller.make("hook", receiver.url());
  controller.happens("a");
  controller.until_idle();
  controller.hooks.reset();
  controller.happens("b");
  controller.start();
  controller.until_idle();
  CHECK(receiver.subjects() == Names{"a", "b"});
}

TEST_CASE("what was under way when the controller died is sent again", "[integration][webhooks]") {
  HookWorld controller;
  Receiver receiver;
  controller.make("hook", receiver.url());
  receiver.answer({{0, {}}});
  controller.happens("a");
  controller.until([&] { return receiver.count() == 1; });
  controller.start();
  controller.until_idle();
  CHECK(receiver.subjects() == Names{"a", "a"});
  const auto requests = receiver.requests();
  CHECK(requests[0].header("webhook-id") == requests[1].header("webhook-id"));
}

TEST_CASE("a receiver that does not answer holds up no other", "[integration][webhooks]") {
  HookWorld controller;
  Receiver slow;
  Receiver quick;
  slow.usually({0, {}});
  controller.make("slow", slow.url());
  controller.make("quick", quick.url());
  for (const auto* subject : {"a", "b", "c"}) controller.happens(subject);
  controller.until([&] { return slow.count() > 0; });
  controller.until_idle("quick");
  CHECK(quick.subjects() == Names{"a", "b", "c"});
  CHECK(slow.subjects() == Names{"a"});  // one at a time
  CHECK(controller.progress("slow").delivered == 0);
}

TEST_CASE("a job's end reaches a webhook, and events about itself do not",
          "[integration][webhooks]") {
  HookWorld controller;
  Receiver receiver;
  controller.make("hook", receiver.url(), "type=job.ended or type=webhook.*");
  controller.make("other", receiver.url(), "type=none");
  Agent agent(controller.world, "web1");
  agent.connect();
  const auto job = controller.world.run();
  agent.say(result_of(agent.tasks().at(0).task, TaskState::Failed));
  controller.until_idle();
  CHECK(receiver.subjects() == Names{"webhook/other", "job/" + job.text()});
}

TEST_CASE("a test is sent whatever the filter, and is in no log", "[integration][webhooks]") {
  HookWorld controller;
  Receiver receiver;
  controller.make("hook", receiver.url(), "type=none");
  const auto before = controller.world.kept().last_event().value();
  const auto test = [&] {
    return controller.answer_to(
        [&](auto done) { controller.hooks->test("hook", "ann", std::move(done)); });
  };
  CHECK(test()->taken());
  receiver.answer({{503, {}}});
  CHECK(test()->status == 503);
  CHECK(receiver.subjects() == Names{"webhook/hook", "webhook/hook"});
  const auto requests = receiver.requests();
  CHECK(requests[0].header("webhook-id") != requests[1].header("webhook-id"));
  CHECK(controller.world.kept().last_event().value() == before);
  CHECK(controller.progress().failures == 0);
  CHECK(controller.hooks->deliveries("hook").size() == 2);
}

TEST_CASE("an operator who keeps asking is told to wait, and of a webhook that goes away",
          "[integration][webhooks]") {
  HookWorld controller;
  Receiver receiver;
  receiver.usually({0, {}});
  controller.make("hook", receiver.url());
  std::vector<ErrorCode> refused;
  const auto ask = [&] {
    controller.hooks->test("hook", "ann", [&](const Result<WebhookAnswer>& answer) {
      if (!answer) refused.push_back(answer.error().code);
    });
  };
  for (std::size_t i = 0; i <= kMaxAskedDeliveries; ++i) ask();  // one of them is under way
  CHECK(refused.empty());
  ask();
  CHECK(refused == std::vector<ErrorCode>{ErrorCode::ResourceExhausted});
  bool removed = false;
  controller.hooks->remove("hook", "ann", [&](const Status& done) { removed = done.has_value(); });
  controller.until([&] { return removed; });
  CHECK(refused.size() == 1 + kMaxAskedDeliveries);
  CHECK(refused.back() == ErrorCode::NotFound);
}

TEST_CASE("there are no more than a hundred webhooks", "[integration][webhooks]") {
  HookWorld controller;
  for (std::size_t i = 0; i < kMaxWebhooks; ++i) {
    controller.make("h" + std::to_string(i), "http://127.0.0.1:1/", "type=none");
  }
  const auto more = controller.put({"more", "http://127.0.0.1:1/", "", true, "", "ann"});
  CHECK(more.error().code == ErrorCode::ResourceExhausted);
  CHECK(controller.put({"h1", "http://127.0.0.1:1/", "", true, "", "ann"}));
}

TEST_CASE("of two who make a webhook at once, one is told its secret", "[integration][webhooks]") {
  HookWorld controller;
  std::vector<bool> made;
  for (int i = 0; i < 2; ++i) {
    controller.hooks->put({"hook", "http://127.0.0.1:1/", "type=none", true, "", "ann"},
                          [&](const Result<WebhookMade>& done) { made.push_back(bool(done)); });
  }
  controller.world.settle();
  CHECK(made == std::vector<bool>{false, true});
}

TEST_CASE("a webhook keeps its secret until it is given another", "[integration][webhooks]") {
  HookWorld controller;
  Receiver receiver;
  const auto made = controller.make("hook", receiver.url());
  CHECK(controller.make("hook", receiver.url()).empty());
  CHECK(webhook_secret_text(controller.record().secret) == made);
  const auto other = webhook_secret_text(Bytes(24, 1));
  CHECK(controller.put({"hook", receiver.url(), "", true, other, "ann"})->secret.empty());
  CHECK(webhook_secret_text(controller.record().secret) == other);
  CHECK(controller.put({"hook", receiver.url(), "", true, "weak", "ann"}).error().field ==
        "/secret");
  for (const auto& entry : controller.world.said.entries()) {
    CHECK(log::format_line(entry, log::Format::Text).find(made.substr(6)) == std::string::npos);
  }
  const auto told = controller.world.kept().events_after(0, 100).value();
  for (const auto& event : told) {
    CHECK(event.data.find(made.substr(6)) == std::string::npos);
    CHECK(event.data.find("/hook") == std::string::npos);  // the path of a URL may be one, too
  }
}

TEST_CASE("the latest fifty attempts are remembered", "[integration][webhooks]") {
  HookWorld controller;
  Receiver receiver;
  controller.make("hook", receiver.url());
  for (int i = 0; i < 60; ++i) controller.happens(std::to_string(i));
  controller.until_idle();
  CHECK(controller.hooks->deliveries("hook").size() == kMaxDeliveriesKept);
  CHECK(receiver.count() == 60);
}

TEST_CASE("events that nobody wants move the place too, and now and then for good",
          "[integration][webhooks]") {
  HookWorld controller;
  Receiver receiver;
  controller.make("hook", receiver.url());
  for (int i = 0; i < 1100; ++i) {
    controller.world.events->record("test.other", "x", nlohmann::json::object());
  }
  controller.world.settle();
  controller.until_idle();
  controller.world.settle();
  CHECK(receiver.count() == 0);
  CHECK(controller.world.kept().webhooks()->front().progress.cursor >= 1000);
}

}  // namespace
}  // namespace muster::controller
