#include "api/request_limit.hpp"

#include <chrono>
#include <string>
#include <tuple>
#include <utility>

namespace muster::controller::api {
namespace {

constexpr std::size_t kMaxTokens = 10'000;  // then all begin anew: to forget is to be generous
constexpr std::chrono::seconds kPause{1};

}  // namespace

Status RequestLimit::take(ApiTokenId token) {
  if (tokens_.size() >= kMaxTokens && !tokens_.contains(token)) tokens_.clear();
  auto& limit = tokens_
                    .try_emplace(token, static_cast<double>(per_second_),
                                 2 * static_cast<double>(per_second_))
                    .first->second;
  if (limit.take(clock_.mono_now())) return {};
  ++refused_;
  return tl::unexpected(Error{ErrorCode::ResourceExhausted,
                              "this token makes more than " + std::to_string(per_second_) +
                                  " requests a second; wait a moment",
                              {},
                              true,
                              kPause});
}

}  // namespace muster::controller::api
