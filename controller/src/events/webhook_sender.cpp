#include "events/webhook_sender.hpp"

#include <curl/curl.h>

#include <array>
#include <deque>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

namespace muster::controller {
namespace {

constexpr std::size_t kMaxAnswer = std::size_t{64} << 10U;  // read, and thrown away
constexpr int kIdleMs = 60'000;

struct FreeEasy {
  void operator()(CURL* handle) const { ::curl_easy_cleanup(handle); }
};
struct FreeMulti {
  void operator()(CURLM* handle) const { ::curl_multi_cleanup(handle); }
};
struct FreeList {
  void operator()(curl_slist* list) const { ::curl_slist_free_all(list); }
};

/// One request while it is under way.
struct Transfer {
  WebhookRequest request;
  std::function<void(WebhookAnswer)> done;
  std::unique_ptr<CURL, FreeEasy> handle{::curl_easy_init()};
  std::unique_ptr<curl_slist, FreeList> headers;
  std::array<char, CURL_ERROR_SIZE> detail{};
  std::string refused;   ///< why the latest address was not connected to
  std::size_t read = 0;  ///< of the answer's body

  [[nodiscard]] bool prepare(const WebhookSenderOptions& options);
  void set_limits(const WebhookSenderOptions& options);
  void set_security(const WebhookSenderOptions& options);
  [[nodiscard]] WebhookAnswer answer(CURLcode code, const WebhookSenderOptions& options);
  [[nodiscard]] std::string error(CURLcode code, const WebhookSenderOptions& options) const;
  [[nodiscard]] std::string timeout_error(const WebhookSenderOptions& options) const;
};

std::size_t on_body(char*, std::size_t size, std::size_t count, void* context) noexcept {
  auto& read = static_cast<Transfer*>(context)->read;
  read += size * count;
  return read > kMaxAnswer ? 0 : size * count;  // 0 ends the transfer
}

curl_socket_t on_connect(void* context, curlsocktype, curl_sockaddr* address) noexcept {
  auto& transfer = *static_cast<Transfer*>(context);
  transfer.refused = refusal_of(address->addr, transfer.request.rule);
  if (!transfer.refused.empty()) return CURL_SOCKET_BAD;
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

void Transfer::set_limits(const WebhookSenderOptions& options) {
  CURL* curl = handle.get();
  ::curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  // A look-up that hangs is left behind: waiting for its end would hold up all others.
  ::curl_easy_setopt(curl, CURLOPT_QUICK_EXIT, 1L);
  ::curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS,
                     static_cast<long>(options.connect_timeout.count()));
  ::curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(options.timeout.count()));
  ::curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &on_body);
  ::curl_easy_setopt(curl, CURLOPT_WRITEDATA, this);
  ::curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, detail.data());
}

void Transfer::set_security(const WebhookSenderOptions& options) {
  CURL* curl = handle.get();
  ::curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  ::curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
  ::curl_easy_setopt(curl, CURLOPT_PROXY, "");  // it would choose the address in our place
  ::curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, &on_connect);
  ::curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, this);
  // A connection that is kept could have been opened under another rule.
  ::curl_easy_setopt(curl, CURLOPT_FRESH_CONNECT, 1L);
  ::curl_easy_setopt(curl, CURLOPT_FORBID_REUSE, 1L);
  ::curl_easy_setopt(curl, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  ::curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
  ::curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
  if (options.ca_file.empty()) return;
  ::curl_easy_setopt(curl, CURLOPT_CAINFO, options.ca_file.c_str());
  ::curl_easy_setopt(curl, CURLOPT_CAPATH, nullptr);
}

bool Transfer::prepare(const WebhookSenderOptions& options) {
  if (!handle) return false;
  set_limits(options);
  set_security(options);
  request.headers.emplace_back("Expect:");  // no question beforehand
  for (const auto& line : request.headers) {
    auto* longer = ::curl_slist_append(headers.get(), line.c_str());
    if (longer == nullptr) return false;
    std::ignore = headers.release();
    headers.reset(longer);
  }
  CURL* curl = handle.get();
  ::curl_easy_setopt(curl, CURLOPT_URL, request.url.c_str());
  ::curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  ::curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.get());
  ::curl_easy_setopt(curl, CURLOPT_POST, 1L);
  ::curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request.body.data());
  ::curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE,
                     static_cast<curl_off_t>(request.body.size()));
  return true;
}

std::string Transfer::timeout_error(const WebhookSenderOptions& options) const {
  const auto in_seconds = [](std::chrono::milliseconds time) {
    return std::to_string(std::chrono::ceil<std::chrono::seconds>(time).count()) + " s";
  };
  curl_off_t connected_us = 0;
  ::curl_easy_getinfo(handle.get(), CURLINFO_PRETRANSFER_TIME_T, &connected_us);
  if (connected_us > 0) return "it did not answer within " + in_seconds(options.timeout);
  return "it could not be connected to within " + in_seconds(options.connect_timeout);
}

std::string Transfer::error(CURLcode code, const WebhookSenderOptions& options) const {
  const auto why = detail[0] != '\0' ? std::string(detail.data()) : ::curl_easy_strerror(code);
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
      return "its name has no address";
    case CURLE_COULDNT_CONNECT:
      return refused.empty() ? "nobody takes connections there" : refused;
    case CURLE_OPERATION_TIMEDOUT:
      return timeout_error(options);
    case CURLE_PEER_FAILED_VERIFICATION:
      return "its certificate does not prove that it is that host: " + why;
    default:
      return "the conversation broke off: " + why;
  }
}

WebhookAnswer Transfer::answer(CURLcode code, const WebhookSenderOptions& options) {
  WebhookAnswer answer;
  CURL* curl = handle.get();
  curl_off_t took_us = 0;
  ::curl_easy_getinfo(curl, CURLINFO_TOTAL_TIME_T, &took_us);
  answer.took = std::chrono::milliseconds(took_us / 1000);
  long status = 0;
  curl_off_t wait = 0;
  ::curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  if (status < 200) {  // a body that breaks off, or is too long, takes nothing back
    answer.error = error(code, options);
    return answer;
  }
  ::curl_easy_getinfo(curl, CURLINFO_RETRY_AFTER, &wait);
  answer.status = static_cast<int>(status);
  answer.retry_after = std::chrono::seconds(wait);
  return answer;
}

}  // namespace

struct WebhookSender::State {
  State(run::EventLoop& the_loop, WebhookSenderOptions the_options)
      : loop(the_loop), options(std::move(the_options)) {}

  void work();
  void start(std::unique_ptr<Transfer> transfer);
  void finish_some();
  void tell(Transfer& transfer, WebhookAnswer answer);
  /// False when it is time to end.
  [[nodiscard]] bool take();

  run::EventLoop& loop;
  WebhookSenderOptions options;
  std::unique_ptr<CURLM, FreeMulti> multi;
  std::map<CURL*, std::unique_ptr<Transfer>> under_way;  // the thread's
  std::mutex mutex;
  std::deque<std::unique_ptr<Transfer>> queue;  // under mutex
  bool stopping = false;                        // under mutex
  std::thread thread;
};

void WebhookSender::State::tell(Transfer& transfer, WebhookAnswer answer) {
  loop.post([done = std::move(transfer.done), answer = std::move(answer)] { done(answer); });
}

void WebhookSender::State::start(std::unique_ptr<Transfer> transfer) {
  auto* handle = transfer->handle.get();
  if (!transfer->prepare(options) || ::curl_multi_add_handle(multi.get(), handle) != CURLM_OK) {
    WebhookAnswer answer;
    answer.error = "there is no memory for the request";
    return tell(*transfer, std::move(answer));
  }
  under_way[handle] = std::move(transfer);
}

bool WebhookSender::State::take() {
  std::deque<std::unique_ptr<Transfer>> taken;
  {
    const std::lock_guard lock(mutex);
    if (stopping) return false;
    taken.swap(queue);
  }
  for (auto& transfer : taken) start(std::move(transfer));
  return true;
}

void WebhookSender::State::finish_some() {
  int left = 0;
  while (const auto* message = ::curl_multi_info_read(multi.get(), &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    auto* handle = message->easy_handle;
    const auto code = message->data.result;
    ::curl_multi_remove_handle(multi.get(), handle);
    const auto found = under_way.find(handle);
    tell(*found->second, found->second->answer(code, options));
    under_way.erase(found);
  }
}

void WebhookSender::State::work() {
  while (take()) {
    int running = 0;
    ::curl_multi_perform(multi.get(), &running);
    finish_some();
    ::curl_multi_poll(multi.get(), nullptr, 0, kIdleMs, nullptr);
  }
  for (const auto& [handle, transfer] : under_way) {
    ::curl_multi_remove_handle(multi.get(), handle);
  }
  under_way.clear();
}

WebhookSender::WebhookSender(run::EventLoop& loop, WebhookSenderOptions options)
    : state_(std::make_unique<State>(loop, std::move(options))) {
  static const bool ready = ::curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
  if (ready) state_->multi.reset(::curl_multi_init());
  state_->thread = std::thread([state = state_.get()] { state->work(); });
}

WebhookSender::~WebhookSender() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->stopping = true;
  }
  ::curl_multi_wakeup(state_->multi.get());
  state_->thread.join();
}

void WebhookSender::send(WebhookRequest request, std::function<void(WebhookAnswer)> done) {
  auto transfer = std::make_unique<Transfer>();
  transfer->request = std::move(request);
  transfer->done = std::move(done);
  {
    const std::lock_guard lock(state_->mutex);
    state_->queue.push_back(std::move(transfer));
  }
  ::curl_multi_wakeup(state_->multi.get());
}

}  // namespace muster::controller
