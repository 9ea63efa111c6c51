/// Who may do what: operators' tokens, and the one place where every decision is made.
///
/// One per process, built in app.cpp; [loop], but for authenticate(), which the HTTP thread asks
/// too. Tokens are 32 random bytes as text, kept as their SHA-256. It reads no headers and speaks
/// no HTTP.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <muster/core/base/clock.hpp>
#include <muster/core/base/error.hpp>
#include <muster/core/base/guarded.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "store/store.hpp"

namespace muster::controller {

enum class Role : std::uint8_t {
  Viewer,    ///< reads
  Operator,  ///< and runs and cancels jobs
  Admin,     ///< and lets nodes and operators in
};
[[nodiscard]] std::string_view to_string(Role role);
[[nodiscard]] std::optional<Role> role_from(std::string_view name);

struct Principal {
  ApiTokenId token;
  std::string name;
  Role role = Role::Viewer;
};

enum class Action : std::uint8_t {
  ReadStatus,
  ReadNodes,
  ReadPlugins,
  ReadJobs,  ///< and their output
  ReadEvents,
  ReadWebhooks,  ///< whose URLs may be secrets
  RunJob,
  CancelJob,
  ReadEnrollmentTokens,
  ManageEnrollmentTokens,
  DrainNode,
  ManageNodes,  ///< what they are called, whom selectors mean, and who is let go
  ManageWebhooks,
  ManageAccess,
};

class Access {
 public:
  Access(Store& store, const Clock& clock);

  /// Reads the tokens; at the first start makes `admin` and writes its text to `admin_token_file`
  /// (mode 0600). A token whose file was lost is made anew. Blocks; `turn` is called until the
  /// store has answered and must run the ready work of the loop.
  [[nodiscard]] Status load(const std::filesystem::path& admin_token_file,
                            const std::function<void()>& turn);

  /// The owner of a bearer text. Errors: Unauthenticated. [any]
  [[nodiscard]] Result<Principal> authenticate(std::string_view bearer) const;

  /// The one choke point. `target` is what the action is about, for the sentence and for finer
  /// rules: an operation, a node's name, or nothing. Errors: PermissionDenied.
  [[nodiscard]] Status authorize(const Principal& who, Action action,
                                 std::string_view target = {}) const;

  /// `done` gets the bearer text: the only time that it is shown. Errors: Conflict.
  void create_token(const std::string& name, Role role, Done<std::string> done);
  void revoke_token(ApiTokenId token, Done<void> done);

 private:
  void make_token(const std::string& name, Role role, const std::string& text, Done<void> done);

  Store& store_;
  const Clock& clock_;
  using Tokens = std::map<Digest, ApiToken>;
  void change_tokens(const std::function<void(Tokens&)>& change);

  /// Those in force. A change makes a new one, so that who reads needs the lock for a moment only.
  mutable Guarded<std::shared_ptr<const Tokens>> tokens_{std::make_shared<const Tokens>()};
};

}  // namespace muster::controller
