/// What a question to the controller comes to: a typed value, or why there is none.
///
/// Plain values without an owner. Nothing here knows exits, terminals or contexts: what an error
/// means for a program is the program's.
#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <utility>
#include <vector>

namespace muster::client {

struct ApiError {
  enum class Kind {
    Setup,          ///< on this side; nothing was sent
    CannotConnect,  ///< nobody was reached; nothing was done
    NotTrusted,     ///< who answers did not prove to be the controller; nothing was sent
    Lost,           ///< no whole answer came: it may have been done
    Refused,        ///< the controller's own word: `status` and, where it gave a problem, the rest
    NotUnderstood,  ///< it was done, and the answer is not what this version expects
  };
  Kind kind = Kind::Lost;
  std::string message;  ///< one sentence: what failed, why, and what to do
  int status = 0;
  std::string reason = {};    ///< what programs go by, such as "no_such_thing"
  std::string field = {};     ///< a JSON pointer to the member or parameter at fault
  std::string position = {};  ///< the text that did not parse, and a caret below the place
  std::optional<std::size_t> offset = {};  ///< of that place, in bytes
  std::vector<std::string> warnings = {};  ///< about the selector of a job that was refused

  /// Not done, or nobody knows: asking again later may help.
  [[nodiscard]] bool is_passing() const {
    return kind == Kind::CannotConnect || kind == Kind::Lost ||
           (kind == Kind::Refused && (status == 429 || status >= 500));
  }
};

template <class T>
using Result = tl::expected<T, ApiError>;

/// A value as the controller told it, with the members that this version does not know. It keeps
/// the whole answer in memory for as long as it lives. Null only where a thing says so.
using Json = std::shared_ptr<const nlohmann::json>;

}  // namespace muster::client
