/// Users and groups of the node by name and number, as its name service knows them.
///
/// Blocks: a directory service may be asked. [any], stateless.
#pragma once

#include <sys/types.h>

#include <muster/sdk/error.hpp>
#include <optional>
#include <string>

namespace muster::plugin::system {

/// `text` is a name or a number. Errors: NotFound for an unknown name, InvalidArgument for a number
/// that is none; `field` goes into the error.
[[nodiscard]] sdk::Result<uid_t> user_number(const std::string& text, const std::string& field);
[[nodiscard]] sdk::Result<gid_t> group_number(const std::string& text, const std::string& field);

[[nodiscard]] std::optional<std::string> user_name(uid_t user);
[[nodiscard]] std::optional<std::string> group_name(gid_t group);

}  // namespace muster::plugin::system
