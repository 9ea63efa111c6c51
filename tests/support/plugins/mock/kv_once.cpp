#include "kv_once.hpp"

namespace muster::plugin::mock {
namespace {

constexpr std::size_t kShown = 64;

KvResult failure(const sdk::Error& error) {
  KvResult result{};
  result.code = static_cast<std::int64_t>(error.code);
  result.message = error.message;
  return result;
}
KvResult answer(const std::vector<sdk::KvEntry>& entries) {
  KvResult result{};
  for (const auto& entry : entries) {
    const auto size = entry.value.size();
    result.found.push_back(entry.key + "=" + (size > kShown ? std::to_string(size) : entry.value));
    result.revision = static_cast<std::int64_t>(entry.revision);
  }
  return result;
}
KvResult answer(const sdk::KvEntry& entry) { return answer(std::vector{entry}); }
KvResult answer(std::uint64_t revision) {
  KvResult result{};
  result.revision = static_cast<std::int64_t>(revision);
  return result;
}

template <class T>
KvResult told(const sdk::Result<T>& result) {
  if (!result) return failure(result.error());
  if constexpr (std::is_void_v<T>) {
    return {};
  } else {
    return answer(*result);
  }
}

}  // namespace

KvResult ask_kv(const sdk::Kv& kv, const KvArguments& asked) {
  std::string value;
  for (std::int64_t i = 0; i < asked.copies; ++i) value += asked.value;
  const std::chrono::milliseconds ttl(asked.ttl_ms);
  if (asked.ask == "get") return told(kv.get(asked.key));
  if (asked.ask == "list") return told(kv.list(asked.key));
  if (asked.ask == "set") return told(kv.set(asked.key, value, ttl));
  if (asked.ask == "remove") return told(kv.remove(asked.key));
  return told(
      kv.compare_and_set(asked.key, static_cast<std::uint64_t>(asked.expected), value, ttl));
}

}  // namespace muster::plugin::mock
