/// Sends requests to receivers, all at once, on a thread of its own.
///
/// One per process, built in app.cpp; send() is [loop], and `done` runs on the loop. Neither a slow
/// name server nor a slow receiver holds up another request. It follows no redirects, uses no
/// proxy, keeps no connection, and checks every address when it connects. It retries nothing.
/// Requests that are under way when it goes away are broken off and never told of.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <muster/core/run/event_loop.hpp>
#include <string>
#include <vector>

#include "events/webhook_address.hpp"
#include "events/webhook_retry.hpp"

namespace muster::controller {

struct WebhookSenderOptions {
  std::string ca_file;  ///< PEM file of the only authorities to trust; empty: the system's
  std::chrono::milliseconds connect_timeout{10'000};
  std::chrono::milliseconds timeout{20'000};  ///< of a whole request
};

struct WebhookRequest {
  std::string url;
  std::vector<std::string> headers;  ///< "name: value"
  std::string body;
  AddressRule rule;
};

class WebhookSender {
 public:
  WebhookSender(run::EventLoop& loop, WebhookSenderOptions options);
  ~WebhookSender();
  WebhookSender(const WebhookSender&) = delete;
  WebhookSender& operator=(const WebhookSender&) = delete;

  void send(WebhookRequest request, std::function<void(WebhookAnswer)> done);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace muster::controller
