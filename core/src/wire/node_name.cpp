#include <algorithm>
#include <muster/core/wire/node_name.hpp>

namespace muster::wire {
namespace {

constexpr std::size_t kMaxNodeName = 128;

bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

}  // namespace

Status check_node_name(std::string_view name) {
  const bool good = !name.empty() && name.size() <= kMaxNodeName && is_alphanumeric(name.front()) &&
                    std::all_of(name.begin(), name.end(), [](char c) {
                      return is_alphanumeric(c) || c == '-' || c == '_' || c == '.';
                    });
  if (good) return {};
  return fail(
      ErrorCode::InvalidArgument,
      "a node's name has 1 to 128 of the letters a to z and A to Z, digits and -_. and begins "
      "with a letter or digit");
}

}  // namespace muster::wire
