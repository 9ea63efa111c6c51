#include "net/http_exchange.hpp"

#include <algorithm>
#include <cstring>

namespace muster::http {
namespace detail {

bool Exchange::give(Answer given) {
  const std::lock_guard guard(lock);
  if (answered || connection == nullptr) return false;
  answered = true;
  answer = std::move(given);
  wake();
  return true;
}

bool Exchange::push(std::string chunk) {
  const std::lock_guard guard(lock);
  if (connection == nullptr || stopping || closed) return false;
  if (queued != 0 && queued + chunk.size() > stream_queue_bytes) return false;
  if (chunk.empty()) return true;
  queued += chunk.size();
  chunks.push_back(std::move(chunk));
  wake();
  return true;
}

void Exchange::close() {
  const std::lock_guard guard(lock);
  if (closed) return;
  closed = true;
  wake();
}

bool Exchange::suspend_unless(bool something_to_do) {
  if (something_to_do || stopping) return false;
  suspended = true;
  ::MHD_suspend_connection(connection);
  return true;
}

void Exchange::wake() {
  if (!suspended) return;
  suspended = false;
  ::MHD_resume_connection(connection);
}

ssize_t Exchange::read(char* out, std::size_t capacity) {
  const std::lock_guard guard(lock);
  std::size_t copied = 0;
  while (copied < capacity && !chunks.empty()) {
    const std::string& front = chunks.front();
    const std::size_t part = std::min(capacity - copied, front.size() - front_sent);
    std::memcpy(out + copied, front.data() + front_sent, part);
    copied += part;
    front_sent += part;
    if (front_sent < front.size()) break;
    chunks.pop_front();
    front_sent = 0;
  }
  queued -= copied;
  if (copied != 0) return static_cast<ssize_t>(copied);
  if (closed) return MHD_CONTENT_READER_END_OF_STREAM;
  return suspend_unless(false) ? 0 : MHD_CONTENT_READER_END_WITH_ERROR;
}

}  // namespace detail

Responder::Responder(std::shared_ptr<detail::Exchange> exchange) : exchange_(std::move(exchange)) {}

Responder::~Responder() {
  (void)respond(500, {{"Content-Type", "text/plain"}},
                "The server gave no answer to this request.\n");
}

bool Responder::respond(int status, Headers headers, std::string body) {
  return exchange_->give({status, std::move(headers), std::move(body), false});
}

std::shared_ptr<Stream> Responder::start_stream(Headers headers) {
  if (!exchange_->give({200, std::move(headers), {}, true})) return nullptr;
  return std::make_shared<Stream>(exchange_);
}

Stream::Stream(std::shared_ptr<detail::Exchange> exchange) : exchange_(std::move(exchange)) {}

Stream::~Stream() { exchange_->close(); }

bool Stream::push(std::string chunk) { return exchange_->push(std::move(chunk)); }

void Stream::close() { exchange_->close(); }

bool Stream::finished() const {
  const std::lock_guard guard(exchange_->lock);
  return exchange_->connection == nullptr || exchange_->stopping || exchange_->closed;
}

std::size_t Stream::queued() const {
  const std::lock_guard guard(exchange_->lock);
  return exchange_->queued;
}

}  // namespace muster::http
