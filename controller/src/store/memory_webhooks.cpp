// Webhooks and their dead letters, in memory.
#include <algorithm>

#include "store/memory_store.hpp"

namespace muster::controller {
namespace {

tl::unexpected<Error> no_webhook(const std::string& name) {
  return fail(ErrorCode::NotFound, "there is no webhook " + name);
}

tl::unexpected<Error> no_letter(std::uint64_t id) {
  return fail(ErrorCode::NotFound, "there is no dead letter " + std::to_string(id));
}

/// Those are kept that, with all newer ones, are within the limits; the newest always is.
void keep_limits(std::map<std::uint64_t, DeadLetter>& letters, const std::string& webhook) {
  std::size_t count = 0;
  std::size_t bytes = 0;
  std::vector<std::uint64_t> beyond;
  for (auto at = letters.rbegin(); at != letters.rend(); ++at) {
    if (at->second.webhook != webhook) continue;
    ++count;
    bytes += size_of(at->second);
    if (count > 1 && (count > kMaxDeadLetters || bytes > kMaxDeadLetterBytes)) {
      beyond.push_back(at->first);
    }
  }
  for (const auto id : beyond) letters.erase(id);
}

}  // namespace

void MemoryStore::put_webhook(WebhookRecord webhook, Done<void> done) {
  write<void>(
      [this, webhook = std::move(webhook)]() -> Status {
        auto stored = webhook;
        stored.progress = {};
        stored.progress.cursor = webhook.progress.cursor;
        if (const auto found = webhooks_.find(webhook.name); found != webhooks_.end()) {
          stored.progress = found->second.progress;
          stored.progress.forget_failures();
        }
        webhooks_.insert_or_assign(stored.name, stored);
        return {};
      },
      std::move(done));
}

void MemoryStore::remove_webhook(std::string name, Done<void> done) {
  write<void>(
      [this, name = std::move(name)]() -> Status {
        if (webhooks_.erase(name) == 0) return no_webhook(name);
        std::erase_if(dead_letters_, [&](const auto& one) { return one.second.webhook == name; });
        return {};
      },
      std::move(done));
}

Result<std::vector<WebhookRecord>> MemoryStore::webhooks() {
  std::vector<WebhookRecord> all;
  for (const auto& [name, webhook] : webhooks_) all.push_back(webhook);
  return all;
}

void MemoryStore::move_webhook(std::string name, WebhookProgress progress,
                               std::vector<DeadLetter> letters, Done<void> done) {
  write<void>(
      [this, name = std::move(name), progress = std::move(progress),
       letters = std::move(letters)]() -> Status {
        const auto found = webhooks_.find(name);
        if (found == webhooks_.end()) return no_webhook(name);
        found->second.progress = progress;
        for (auto letter : letters) {
          letter.id = ++last_letter_;
          dead_letters_.emplace(letter.id, std::move(letter));
        }
        keep_limits(dead_letters_, name);
        return {};
      },
      std::move(done));
}

Result<std::vector<DeadLetter>> MemoryStore::dead_letters(const std::string& webhook,
                                                          std::uint64_t after, std::size_t limit) {
  std::vector<DeadLetter> some;
  for (auto at = dead_letters_.upper_bound(after); at != dead_letters_.end(); ++at) {
    if (at->second.webhook == webhook && some.size() < limit) some.push_back(at->second);
  }
  return some;
}

Result<std::size_t> MemoryStore::count_dead_letters(const std::string& webhook) {
  return static_cast<std::size_t>(
      std::count_if(dead_letters_.begin(), dead_letters_.end(),
                    [&](const auto& one) { return one.second.webhook == webhook; }));
}

Result<DeadLetter> MemoryStore::dead_letter(std::uint64_t id) {
  const auto found = dead_letters_.find(id);
  if (found == dead_letters_.end()) return no_letter(id);
  return found->second;
}

void MemoryStore::remove_dead_letter(std::uint64_t id, Done<void> done) {
  write<void>(
      [this, id]() -> Status {
        if (dead_letters_.erase(id) == 0) return no_letter(id);
        return {};
      },
      std::move(done));
}

}  // namespace muster::controller
