#include "kv_client.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "abi_values.hpp"
#include "wire/archive.hpp"

namespace muster::plugins {
namespace {

std::chrono::steady_clock::time_point from_now() {
  return std::chrono::steady_clock::now() + KvClient::kPatience;
}

/// A key is kept byte by byte or not at all, so nothing of it is cut or replaced.
std::optional<std::string> exact(muster_str text) {
  if (text.n > MUSTER_KV_MAX_KEY_BYTES || (text.p == nullptr && text.n > 0)) return std::nullopt;
  std::string copy(text.n == 0 ? "" : text.p, static_cast<std::size_t>(text.n));
  if (!wire::is_utf8(copy)) return std::nullopt;
  return copy;
}
std::optional<std::string> exact_key(muster_str text) {
  return text.n == 0 ? std::nullopt : exact(text);
}

bool is_whole(const muster_kv_sink* sink) { return MUSTER_HAS(sink, muster_kv_sink, put); }

muster_status status_of(const std::optional<KvAnswer>& answer) {
  if (!answer) return MUSTER_TIMEOUT;
  return answer->error ? static_cast<muster_status>(answer->error->code) : MUSTER_OK;
}

void put_all(const std::vector<KvEntry>& entries, const muster_kv_sink* sink) {
  for (const auto& entry : entries)
    sink->put(sink, view(entry.key), view(entry.value), entry.revision);
}

}  // namespace

KvClient::KvClient(Connection& connection) : connection_(connection) {
  table_ = {sizeof(muster_kv_v1), 0, this, get, list, set, compare_and_set, remove};
}

std::optional<KvAnswer> KvClient::ask(Kv kv, Deadline deadline) {
  std::unique_lock lock(mutex_);
  if (!changed_.wait_until(lock, deadline, [this] { return !under_way_; })) return std::nullopt;
  under_way_ = awaited_ = true;
  kv.request = ++request_;
  lock.unlock();
  connection_.send(kv);
  lock.lock();
  if (!changed_.wait_until(lock, deadline, [this] { return answer_.has_value(); })) {
    awaited_ = false;
    return std::nullopt;
  }
  under_way_ = false;
  auto answer = std::exchange(answer_, std::nullopt);
  changed_.notify_all();
  return answer;
}

void KvClient::take(KvAnswer answer) {
  const std::lock_guard lock(mutex_);
  if (!under_way_ || answer.request != request_) return;
  if (awaited_) {
    answer_ = std::move(answer);
  } else {
    under_way_ = false;
  }
  changed_.notify_all();
}

muster_status KvClient::get(const muster_kv_v1* kv, muster_str key,
                            const muster_kv_sink* sink) noexcept {
  Kv question;
  const auto exactly = exact_key(key);
  if (!exactly || !is_whole(sink)) return MUSTER_INVALID_ARGUMENT;
  question.key = *exactly;
  const auto answer = self(kv).ask(std::move(question), from_now());
  if (const auto status = status_of(answer); status != MUSTER_OK) return status;
  put_all(answer->entries, sink);
  return MUSTER_OK;
}

muster_status KvClient::list(const muster_kv_v1* kv, muster_str prefix,
                             const muster_kv_sink* sink) noexcept {
  const auto exactly = exact(prefix);
  if (!exactly || !is_whole(sink)) return MUSTER_INVALID_ARGUMENT;
  const auto deadline = from_now();
  Kv question;
  question.action = KvAction::List;
  question.key = *exactly;
  for (;;) {
    const auto answer = self(kv).ask(question, deadline);
    if (const auto status = status_of(answer); status != MUSTER_OK) return status;
    put_all(answer->entries, sink);
    if (!answer->more || answer->entries.empty()) return MUSTER_OK;
    question.after = answer->entries.back().key;
  }
}

muster_status KvClient::store(KvAction action, muster_str key, std::uint64_t expected,
                              muster_bytes value, std::uint64_t ttl_ms, std::uint64_t* revision) {
  const auto exactly = exact_key(key);
  if (!exactly || value.n > MUSTER_KV_MAX_VALUE_BYTES || (value.p == nullptr && value.n > 0))
    return MUSTER_INVALID_ARGUMENT;
  constexpr auto kLongest = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  const Kv question{0,       action,          *exactly,
                    {},      to_owned(value), std::chrono::milliseconds(std::min(ttl_ms, kLongest)),
                    expected};
  const auto answer = ask(question, from_now());
  if (const auto status = status_of(answer); status != MUSTER_OK) return status;
  if (revision != nullptr) *revision = answer->revision;
  return MUSTER_OK;
}

muster_status KvClient::set(const muster_kv_v1* kv, muster_str key, muster_bytes value,
                            uint64_t ttl_ms) noexcept {
  return self(kv).store(KvAction::Set, key, MUSTER_KV_ABSENT, value, ttl_ms, nullptr);
}

muster_status KvClient::compare_and_set(const muster_kv_v1* kv, muster_str key, uint64_t expected,
                                        muster_bytes value, uint64_t ttl_ms,
                                        uint64_t* revision) noexcept {
  return self(kv).store(KvAction::CompareAndSet, key, expected, value, ttl_ms, revision);
}

muster_status KvClient::remove(const muster_kv_v1* kv, muster_str key) noexcept {
  const auto exactly = exact_key(key);
  if (!exactly) return MUSTER_INVALID_ARGUMENT;
  Kv question;
  question.action = KvAction::Remove;
  question.key = *exactly;
  return status_of(self(kv).ask(std::move(question), from_now()));
}

}  // namespace muster::plugins
