/// The operations on the users of the node's own files.
///
/// Each blocks for useradd and its kin, on a worker; present and absent must not run at once with
/// others that write.
#pragma once

#include <muster/sdk/answer.hpp>
#include <muster/sdk/call.hpp>

#include "node.hpp"
#include "system_plugin.hpp"

namespace muster::plugin::system {

[[nodiscard]] sdk::Answer<UserLsResult> list_users(const Node& node,
                                                   const UserLsArguments& arguments);
[[nodiscard]] sdk::Answer<UserChange> make_user(const sdk::Call& call, const Node& node,
                                                const UserPresentArguments& arguments);
[[nodiscard]] sdk::Answer<UserChange> remove_user(const sdk::Call& call, const Node& node,
                                                  const UserAbsentArguments& arguments);

}  // namespace muster::plugin::system
