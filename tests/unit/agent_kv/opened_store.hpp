/// A KvStore in a directory of its own, asked in one line.
#pragma once

#include <muster/core/base/bytes.hpp>
#include <string>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "kv/kv_store.hpp"
#include "temp_dir.hpp"

namespace muster::test {

constexpr std::int64_t kNow = 1'700'000'000'000;

inline plugins::Kv kv(plugins::KvAction action, const std::string& key,
                      const std::string& value = {}, std::uint64_t expected = 0) {
  plugins::Kv ask;
  ask.request = 7;
  ask.action = action;
  ask.key = key;
  ask.value = to_bytes(as_bytes(value));
  ask.expected = expected;
  return ask;
}
inline plugins::Kv set(const std::string& key, const std::string& value) {
  return kv(plugins::KvAction::Set, key, value);
}
inline plugins::Kv get(const std::string& key) { return kv(plugins::KvAction::Get, key); }
inline plugins::Kv list(const std::string& prefix) { return kv(plugins::KvAction::List, prefix); }

/// "key=value" of each entry.
inline std::vector<std::string> pairs(const plugins::KvAnswer& answer) {
  std::vector<std::string> all;
  for (const auto& entry : answer.entries)
    all.push_back(entry.key + "=" + std::string(as_text(entry.value)));
  return all;
}

struct OpenedStore {
  TempDir dir;
  std::filesystem::path file = dir / "mock.db";
  agent::KvLimits limits;
  std::int64_t now = kNow;
  std::unique_ptr<agent::KvStore> store;

  explicit OpenedStore(agent::KvLimits with = {}) : limits(with) { reopen(); }
  void reopen() {
    store.reset();
    auto opened = agent::KvStore::open(file, limits);
    INFO((opened ? "" : opened.error().message));
    REQUIRE(opened);
    store = std::move(*opened);
  }
  plugins::KvAnswer ask(const plugins::Kv& question) const { return store->answer(question, now); }
  ErrorCode refused(const plugins::Kv& question) const { return ask(question).error.value().code; }
  std::uint64_t revision(const plugins::Kv& question) const {
    const auto answer = ask(question);
    REQUIRE_FALSE(answer.error);
    return answer.revision;
  }
};

}  // namespace muster::test
