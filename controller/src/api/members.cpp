#include "api/members.hpp"

#include <muster/core/base/units.hpp>
#include <nlohmann/json.hpp>

namespace muster::controller::api {
namespace {

template <class T>
std::optional<T> held(const Result<T>& result) {
  return result ? std::optional<T>(*result) : std::nullopt;
}

}  // namespace

std::optional<std::chrono::milliseconds> duration_member(const nlohmann::json& body,
                                                         const std::string& name) {
  const auto found = body.find(name);
  if (found == body.end()) return std::nullopt;
  return held(parse_duration(found->get<std::string>()));
}

std::optional<std::uint64_t> size_member(const nlohmann::json& body, const std::string& name) {
  const auto found = body.find(name);
  if (found == body.end()) return std::nullopt;
  if (found->is_number()) return found->get<std::uint64_t>();
  return held(parse_size(found->get<std::string>()));
}

}  // namespace muster::controller::api
