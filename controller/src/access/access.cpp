#include "access/access.hpp"

#include <algorithm>
#include <muster/core/base/files.hpp>
#include <muster/core/crypto/digest.hpp>
#include <muster/core/crypto/equal.hpp>
#include <muster/core/crypto/random.hpp>
#include <utility>

namespace muster::controller {
namespace {

constexpr std::string_view kAdminName = "admin";
constexpr std::size_t kMaxBearer = 256;

/// The least role that may do it.
Role least_role(Action action) {
  switch (action) {
    case Action::ReadStatus:
    case Action::ReadNodes:
    case Action::ReadPlugins:
    case Action::ReadJobs:
    case Action::ReadEvents:
      return Role::Viewer;
    case Action::ReadWebhooks:
    case Action::RunJob:
    case Action::CancelJob:
    case Action::DrainNode:
      return Role::Operator;
    case Action::ReadEnrollmentTokens:
    case Action::ManageEnrollmentTokens:
    case Action::ManageNodes:
    case Action::ManageWebhooks:
    case Action::ManageAccess:
      return Role::Admin;
  }
  return Role::Admin;
}

std::string_view what(Action action) {
  switch (action) {
    case Action::ReadStatus:
      return "see the status";
    case Action::ReadNodes:
      return "see nodes";
    case Action::ReadPlugins:
      return "see plugins";
    case Action::ReadJobs:
      return "see jobs";
    case Action::ReadEvents:
      return "see events";
    case Action::ReadWebhooks:
      return "see webhooks";
    case Action::RunJob:
      return "run";
    case Action::CancelJob:
      return "cancel jobs";
    case Action::ReadEnrollmentTokens:
      return "see enrolment tokens";
    case Action::ManageEnrollmentTokens:
      return "make or revoke enrolment tokens";
    case Action::DrainNode:
      return "take nodes out of service or bring them back";
    case Action::ManageNodes:
      return "change nodes and groups";
    case Action::ManageWebhooks:
      return "make, try or remove webhooks";
    case Action::ManageAccess:
      return "change who has access";
  }
  return "do this";
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.remove_suffix(1);
  return text;
}

}  // namespace

std::string_view to_string(Role role) {
  switch (role) {
    case Role::Viewer:
      return "viewer";
    case Role::Operator:
      return "operator";
    case Role::Admin:
      return "admin";
  }
  return "viewer";
}

std::optional<Role> role_from(std::string_view name) {
  for (const auto role : {Role::Viewer, Role::Operator, Role::Admin}) {
    if (name == to_string(role)) return role;
  }
  return std::nullopt;
}

Access::Access(Store& store, const Clock& clock) : store_(store), clock_(clock) {}

Status Access::load(const std::filesystem::path& admin_token_file,
                    const std::function<void()>& turn) {
  auto tokens = store_.api_tokens();
  if (!tokens) return tl::unexpected(tokens.error());
  std::optional<ApiToken> admin;
  change_tokens([&](Tokens& in_force) {
    for (auto& token : *tokens) {
      if (token.name == kAdminName) admin = token;
      in_force[token.secret] = std::move(token);
    }
  });
  const auto text = read_file(admin_token_file, kMaxBearer);
  if (!text && text.error().code != ErrorCode::NotFound) return tl::unexpected(text.error());
  if (admin && text && authenticate(trimmed(*text))) return {};

  const auto wait = [&](const std::function<void(Done<void>)>& begin) {
    std::optional<Status> result;
    begin([&](const Status& done) { result = done; });
    while (!result) turn();
    return *result;
  };
  if (admin) {
    const auto revoked = wait([&](Done<void> done) { revoke_token(admin->id, std::move(done)); });
    if (!revoked) return revoked;
  }
  // The file first: a token that nobody knows would be of no use, and is made anew at the next
  // start.
  const auto secret = crypto::random_token();
  if (auto written = write_file_atomic(admin_token_file, as_bytes(secret + "\n")); !written)
    return written;
  return wait([&](Done<void> done) {
    make_token(std::string(kAdminName), Role::Admin, secret, std::move(done));
  });
}

Result<Principal> Access::authenticate(std::string_view bearer) const {
  const auto refused = [] {
    return fail(ErrorCode::Unauthenticated,
                "this token is unknown or was revoked; another one is needed");
  };
  if (bearer.empty() || bearer.size() > kMaxBearer) return refused();
  const auto digest = crypto::sha256(as_bytes(bearer));
  // All are compared, so that the time does not tell how near a guess was.
  const ApiToken* found = nullptr;
  const auto tokens = tokens_.with([](const auto& in_force) { return in_force; });
  for (const auto& [secret, token] : *tokens) {
    if (crypto::equal_constant_time(secret, digest)) found = &token;
  }
  if (found == nullptr) return refused();
  const auto role = role_from(found->role);
  if (!role) return refused();
  return Principal{found->id, found->name, *role};
}

Status Access::authorize(const Principal& who, Action action, std::string_view target) const {
  const auto least = least_role(action);
  if (who.role >= least) return {};
  std::string sentence = who.name + " has the role " + std::string(to_string(who.role)) +
                         " and may not " + std::string(what(action));
  if (!target.empty()) sentence += " " + std::string(target);
  return fail(ErrorCode::PermissionDenied,
              sentence + "; that takes the role " + std::string(to_string(least)));
}

void Access::create_token(const std::string& name, Role role, Done<std::string> done) {
  const auto text = crypto::random_token();
  make_token(name, role, text, [text, done = std::move(done)](const Status& made) {
    done(made ? Result<std::string>(text) : Result<std::string>(tl::unexpected(made.error())));
  });
}

void Access::make_token(const std::string& name, Role role, const std::string& text,
                        Done<void> done) {
  ApiToken token;
  token.id = ApiTokenId::random();
  token.secret = crypto::sha256(as_bytes(text));
  token.name = name;
  token.role = to_string(role);
  token.created = to_unix_ms(clock_.unix_now());
  store_.add_api_token(token, [this, token, done = std::move(done)](const Status& added) {
    if (added) change_tokens([&](Tokens& in_force) { in_force[token.secret] = token; });
    done(added);
  });
}

void Access::change_tokens(const std::function<void(Tokens&)>& change) {
  const auto now = tokens_.with([](const auto& in_force) { return in_force; });
  auto next = std::make_shared<Tokens>(*now);
  change(*next);
  tokens_.with([&](auto& in_force) { in_force = std::move(next); });
}

void Access::revoke_token(ApiTokenId id, Done<void> done) {
  store_.revoke_api_token(
      id, to_unix_ms(clock_.unix_now()), [this, id, done = std::move(done)](const Status& revoked) {
        if (revoked) {
          change_tokens([&](Tokens& in_force) {
            std::erase_if(in_force, [&](const auto& entry) { return entry.second.id == id; });
          });
        }
        done(revoked);
      });
}

}  // namespace muster::controller
