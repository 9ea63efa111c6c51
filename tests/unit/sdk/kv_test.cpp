#include <map>
#include <muster/sdk/host.hpp>
#include <muster/sdk/kv.hpp>

#include "catch.hpp"

using namespace muster::sdk;
using namespace std::chrono_literals;

namespace {

/// A host that keeps values in memory, or refuses with a status.
struct FakeKv {
  std::map<std::string, KvEntry> entries;
  muster_status refuses = MUSTER_OK;
  std::uint64_t last_revision = 0;
  std::uint64_t last_ttl = 0;
  muster_kv_v1 table{sizeof(muster_kv_v1), 0, this, get, list, set, compare_and_set, remove};

  static FakeKv& of(const muster_kv_v1* kv) { return *static_cast<FakeKv*>(kv->ctx); }
  static void put(const muster_kv_sink* sink, const KvEntry& entry) {
    sink->put(sink, view(entry.key), bytes_of(entry.value), entry.revision);
  }
  static muster_status get(const muster_kv_v1* kv, muster_str key, const muster_kv_sink* sink) {
    auto& self = of(kv);
    if (self.refuses != MUSTER_OK) return self.refuses;
    const auto found = self.entries.find(std::string(view(key)));
    if (found == self.entries.end()) return MUSTER_NOT_FOUND;
    put(sink, found->second);
    return MUSTER_OK;
  }
  static muster_status list(const muster_kv_v1* kv, muster_str prefix, const muster_kv_sink* sink) {
    for (const auto& [key, entry] : of(kv).entries) {
      if (key.starts_with(view(prefix))) put(sink, entry);
    }
    return of(kv).refuses;
  }
  static muster_status set(const muster_kv_v1* kv, muster_str key, muster_bytes value,
                           std::uint64_t ttl_ms) {
    auto& self = of(kv);
    if (self.refuses != MUSTER_OK) return self.refuses;
    self.last_ttl = ttl_ms;
    self.entries[std::string(view(key))] = {std::string(view(key)), std::string(view(value)),
                                            ++self.last_revision};
    return MUSTER_OK;
  }
  static muster_status compare_and_set(const muster_kv_v1* kv, muster_str key,
                                       std::uint64_t expected, muster_bytes value,
                                       std::uint64_t ttl_ms, std::uint64_t* revision) {
    const auto found = of(kv).entries.find(std::string(view(key)));
    const auto now = found == of(kv).entries.end() ? MUSTER_KV_ABSENT : found->second.revision;
    if (now != expected) return MUSTER_CONFLICT;
    const auto status = set(kv, key, value, ttl_ms);
    *revision = of(kv).last_revision;
    return status;
  }
  static muster_status remove(const muster_kv_v1* kv, muster_str key) {
    return of(kv).entries.erase(std::string(view(key))) == 0 ? MUSTER_NOT_FOUND : MUSTER_OK;
  }
};

}  // namespace

TEST_CASE("the kit keeps, finds, lists and removes values", "[unit][kit]") {
  FakeKv fake;
  const Kv kv(&fake.table);
  REQUIRE(kv);
  REQUIRE(kv.set("a/1", "one"));
  REQUIRE(kv.set("a/2", "two", 5s));
  CHECK(fake.last_ttl == 5000);
  CHECK(kv.get("a/1").value().value == "one");
  const auto all = kv.list("a/").value();
  REQUIRE(all.size() == 2);
  CHECK(all[1].key == "a/2");
  CHECK(all[1].revision == 2);
  REQUIRE(kv.remove("a/1"));
  CHECK(kv.get("a/1").error().code == ErrorCode::NotFound);
  CHECK(kv.remove("a/1").error().code == ErrorCode::NotFound);
}

TEST_CASE("the kit compares and sets", "[unit][kit]") {
  FakeKv fake;
  const Kv kv(&fake.table);
  const auto first = kv.compare_and_set("k", MUSTER_KV_ABSENT, "one");
  REQUIRE(first);
  CHECK(kv.compare_and_set("k", MUSTER_KV_ABSENT, "x").error().code == ErrorCode::Conflict);
  CHECK(kv.compare_and_set("k", *first, "two").value() > *first);
  CHECK(kv.get("k").value().value == "two");
}

TEST_CASE("what the host refuses is an error that names the key and says why", "[unit][kit]") {
  FakeKv fake;
  fake.refuses = MUSTER_TIMEOUT;
  const Kv kv(&fake.table);
  CHECK(kv.get("cursor").error().code == ErrorCode::Timeout);
  CHECK(kv.set("cursor", "1").error().message ==
        "stored value \"cursor\": the agent did not answer in time");
  CHECK(kv.list("").error().code == ErrorCode::Timeout);
}

TEST_CASE("without the service every question is Unsupported", "[unit][kit]") {
  const Kv kv(nullptr);
  CHECK_FALSE(kv);
  CHECK(kv.get("k").error().code == ErrorCode::Unsupported);
  CHECK(kv.list("").error().code == ErrorCode::Unsupported);
  CHECK(kv.set("k", "v").error().code == ErrorCode::Unsupported);
  CHECK(kv.compare_and_set("k", 0, "v").error().code == ErrorCode::Unsupported);
  CHECK(kv.remove("k").error().code == ErrorCode::Unsupported);
}
