#include <algorithm>
#include <array>
#include <muster/core/config/reserved_ids.hpp>

namespace muster::config {
namespace {

// Also what it will come to tell of. tests/lint holds the controller to this list.
constexpr std::array<std::string_view, 15> kReservedIds{
    "controller", "events",   "fleet",   "gateway", "group", "incident", "job",     "muster",
    "node",       "operator", "profile", "rollout", "task",  "webhook",  "workflow"};

}  // namespace

bool is_reserved_id(std::string_view id) {
  return std::find(kReservedIds.begin(), kReservedIds.end(), id) != kReservedIds.end();
}

}  // namespace muster::config
