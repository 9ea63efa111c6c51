#include <algorithm>
#include <muster/sdk/host.hpp>
#include <muster/sdk/kv.hpp>

namespace muster::sdk {
namespace {

using Entries = std::vector<KvEntry>;

muster_kv_sink sink_into(Entries& entries) {
  return {sizeof(muster_kv_sink), 0, &entries,
          [](const muster_kv_sink* sink, muster_str key, muster_bytes value,
             std::uint64_t revision) noexcept {
            static_cast<Entries*>(sink->ctx)->push_back(
                {std::string(view(key)), std::string(view(value)), revision});
          }};
}

const char* why(muster_status status) {
  switch (status) {
    case MUSTER_NOT_FOUND:
      return "there is no such key";
    case MUSTER_CONFLICT:
      return "the key has another revision";
    case MUSTER_INVALID_ARGUMENT:
      return "the key or the value is beyond its limit";
    case MUSTER_RESOURCE_EXHAUSTED:
      return "the quota or the node's disk is full";
    case MUSTER_TIMEOUT:
      return "the agent did not answer in time";
    case MUSTER_CORRUPT:
      return "what was kept is damaged and was set aside";
    default:
      return "the host cannot keep values now";
  }
}

/// Asks with `function(table)` and turns the status into an error that names the key.
template <class Function>
Status ask(const muster_kv_v1* table, std::string_view key, const Function& function) {
  if (!MUSTER_HAS(table, muster_kv_v1, remove))  // the last one: then all are there
    return fail(ErrorCode::Unsupported, "the host gives no muster.kv/1; name it in the manifest");
  const muster_status status = function(table);
  if (status == MUSTER_OK) return {};
  return fail(static_cast<ErrorCode>(status),
              "stored value \"" + std::string(key) + "\": " + why(status));
}

std::uint64_t ms(std::chrono::milliseconds ttl) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(ttl.count(), 0));
}

}  // namespace

Result<KvEntry> Kv::get(std::string_view key) const {
  Entries entries;
  const auto sink = sink_into(entries);
  const auto got = ask(table_, key, [&](auto* kv) { return kv->get(kv, view(key), &sink); });
  if (!got) return tl::unexpected(got.error());
  if (entries.empty()) return fail(ErrorCode::Internal, "the host gave no value and no error");
  return std::move(entries.front());
}

Result<std::vector<KvEntry>> Kv::list(std::string_view prefix) const {
  Entries entries;
  const auto sink = sink_into(entries);
  return ask(table_, prefix, [&](auto* kv) { return kv->list(kv, view(prefix), &sink); }).map([&] {
    return std::move(entries);
  });
}

Status Kv::set(std::string_view key, std::string_view value, std::chrono::milliseconds ttl) const {
  return ask(table_, key,
             [&](auto* kv) { return kv->set(kv, view(key), bytes_of(value), ms(ttl)); });
}

Result<std::uint64_t> Kv::compare_and_set(std::string_view key, std::uint64_t expected,
                                          std::string_view value,
                                          std::chrono::milliseconds ttl) const {
  std::uint64_t revision = MUSTER_KV_ABSENT;
  return ask(table_, key,
             [&](auto* kv) {
               return kv->compare_and_set(kv, view(key), expected, bytes_of(value), ms(ttl),
                                          &revision);
             })
      .map([&] { return revision; });
}

Status Kv::remove(std::string_view key) const {
  return ask(table_, key, [&](auto* kv) { return kv->remove(kv, view(key)); });
}

}  // namespace muster::sdk
