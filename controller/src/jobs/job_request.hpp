/// What an operator asks for. A plain value, made by the API, turned into a job by
/// JobService::create.
#pragma once

#include <chrono>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "jobs/sample.hpp"
#include "store/records.hpp"

namespace muster::controller {

inline constexpr std::chrono::seconds kDefaultStartWindow{60};  ///< of policies skip and fail
inline constexpr std::chrono::hours kDefaultQueueWindow{24};    ///< of policy queue
inline constexpr std::chrono::hours kMaxTimeout{24 * 7};
inline constexpr std::uint64_t kDefaultOutputCap = std::uint64_t{1} << 20U;
inline constexpr std::uint64_t kMaxOutputCap = std::uint64_t{16} << 30U;
inline constexpr std::size_t kMaxArgumentsBytes = std::size_t{512} << 10U;  ///< as msgpack

struct JobRequest {
  std::string operation;  ///< "plugin.operation"
  std::string selector;
  nlohmann::json arguments = nlohmann::json::object();
  std::string instance;
  std::optional<std::chrono::milliseconds> timeout;       ///< default: the manifest's
  std::optional<std::chrono::milliseconds> start_within;  ///< default: by the policy
  OfflinePolicy offline = OfflinePolicy::Skip;
  bool drained = false;  ///< nodes that were taken out of service get it too
  bool unknown = false;  ///< nodes about which the selector cannot decide get it too
  bool check = false;
  bool stop_at_warnings = false;        ///< refuse it when something is strange about the selector
  std::optional<SampleSize> limit;      ///< only so many of the nodes that match
  std::string seed;                     ///< which of them: the same seed chooses the same
  std::optional<std::uint64_t> expect;  ///< how many nodes who asks thinks that it is
  std::optional<SampleSize> at_once;    ///< default: pace_for()
  std::optional<SampleSize> max_failed;
  std::optional<std::uint64_t> output_cap;
  std::string requested_by;
  std::string idempotency_key;  ///< empty: none
};

}  // namespace muster::controller
