/// A controller's webhooks on the World's loop and clock, and receivers that are real HTTP servers.
#pragma once

#include <chrono>
#include <deque>
#include <map>
#include <muster/core/net/http_server.hpp>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "events/webhook_signature.hpp"
#include "events/webhooks.hpp"
#include "scripted_world.hpp"

namespace muster::controller {

/// What a receiver answers; status 0 is no answer, until the receiver goes away.
struct Reply {
  int status = 204;
  http::Headers headers;
};

class Receiver {
 public:
  explicit Receiver(http::ServerOptions options = {})
      : tls_(!options.key_pem.empty()),
        server_(http::Server::start(options, [this](http::Request request,
                                                    std::shared_ptr<http::Responder> responder) {
                  take(std::move(request), std::move(responder));
                }).value()) {}

  /// The next answers, before those of `usual`.
  void answer(std::vector<Reply> replies) {
    const std::lock_guard lock(mutex_);
    replies_.insert(replies_.end(), replies.begin(), replies.end());
  }
  void usually(Reply reply) {
    const std::lock_guard lock(mutex_);
    usual_ = std::move(reply);
  }
  /// Answers 500 where there was no answer.
  void end_held() {
    const std::lock_guard lock(mutex_);
    held_.clear();
  }
  [[nodiscard]] std::vector<http::Request> requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }
  [[nodiscard]] std::size_t count() const { return requests().size(); }
  /// The subjects of the events that came.
  [[nodiscard]] std::vector<std::string> subjects() const {
    std::vector<std::string> all;
    for (const auto& request : requests()) {
      all.push_back(nlohmann::json::parse(request.body).at("subject"));
    }
    return all;
  }
  /// Who asks waits for an answer until this is gone, and so would who asks it for anything here.
  [[nodiscard]] std::unique_lock<std::mutex> hold() { return std::unique_lock(mutex_); }
  [[nodiscard]] std::string url(const std::string& host = "127.0.0.1") const {
    return std::string(tls_ ? "https://" : "http://") + host + ":" +
           std::to_string(server_->port()) + "/hook";
  }

 private:
  void take(http::Request request, std::shared_ptr<http::Responder> responder) {
    const std::lock_guard lock(mutex_);
    requests_.push_back(std::move(request));
    auto reply = usual_;
    if (!replies_.empty()) {
      reply = replies_.front();
      replies_.pop_front();
    }
    if (reply.status == 0) {
      held_.push_back(std::move(responder));
    } else {
      responder->respond(reply.status, reply.headers, "");
    }
  }

  bool tls_;
  mutable std::mutex mutex_;
  Reply usual_;  // under mutex_, as all that follows
  std::deque<Reply> replies_;
  std::vector<http::Request> requests_;
  std::vector<std::shared_ptr<http::Responder>> held_;
  std::unique_ptr<http::Server> server_;
};

class HookWorld {
 public:
  explicit HookWorld(WebhookSenderOptions options = {}) : sender(*world.loop, std::move(options)) {
    start();
  }

  /// The controller's part begins anew, as after its death.
  void start() {
    hooks.reset();
    hooks = std::make_unique<Webhooks>(
        Webhooks::Parts{*world.loop, world.kept(), *world.events, world.log, sender, 1});
    REQUIRE(hooks->load());
    hooks->start();
  }
  Result<WebhookMade> put(WebhookChange change) {
    std::optional<Result<WebhookMade>> made;
    hooks->put(change, [&](const Result<WebhookMade>& done) { made = done; });
    until([&] { return made.has_value(); });
    return *made;
  }
  /// One of this name that wants the events of the type "test.it".
  std::string make(const std::string& name, const std::string& url,
                   const std::string& filter = "type=test.it") {
    const auto made = put({name, url, filter, true, "", "ann"});
    if (!made) FAIL(made.error().message);
    return made->secret;
  }
  void happens(const std::string& subject, const std::string& type = "test.it") {
    world.events->record(type, subject, {{"n", 1}});
    world.settle();
  }
  /// Turns the loop, with the clock standing still.
  template <class Condition>
  void until(Condition condition) {
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (!condition()) {
      if (std::chrono::steady_clock::now() > give_up) FAIL("waited 30 s in vain");
      if (!world.loop->run_ready()) std::this_thread::yield();
    }
  }
  /// Until the webhook has dealt with all that happened.
  void until_idle(const std::string& name = "hook") {
    until([&] { return *hooks->pending(record(name)) == 0 && !progress(name).failures; });
  }
  /// Moves the clock on until the webhook has failed so often.
  void until_failures(std::uint32_t count, const std::string& name = "hook") {
    while (progress(name).failures < count) {
      const auto before = progress(name).failures;
      const auto wait = progress(name).next_attempt - to_unix_ms(world.clock.unix_now());
      if (wait > 0) world.clock.advance(std::chrono::milliseconds(wait));
      until([&] { return progress(name).failures > before; });
    }
  }
  [[nodiscard]] bool said(const std::string& sentence) {
    for (const auto& entry : world.said.entries()) {
      if (entry.sentence.find(sentence) != std::string::npos) return true;
    }
    return false;
  }
  [[nodiscard]] const WebhookRecord& record(const std::string& name = "hook") const {
    return **hooks->find(name);
  }
  [[nodiscard]] const WebhookProgress& progress(const std::string& name = "hook") const {
    return record(name).progress;
  }
  [[nodiscard]] std::vector<DeadLetter> letters(const std::string& name = "hook") {
    return world.kept().dead_letters(name, 0, 10'000).value();
  }
  Result<WebhookAnswer> answer_to(const std::function<void(Done<WebhookAnswer>)>& begin) {
    std::optional<Result<WebhookAnswer>> answer;
    begin([&](const Result<WebhookAnswer>& got) { answer = got; });
    until([&] { return answer.has_value(); });
    return *answer;
  }

  World world;
  WebhookSender sender;
  std::unique_ptr<Webhooks> hooks;
};

}  // namespace muster::controller
