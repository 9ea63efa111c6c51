#include "access/enrollment.hpp"

#include <algorithm>
#include <muster/core/crypto/digest.hpp>
#include <muster/core/crypto/random.hpp>
#include <muster/core/net/join_token.hpp>
#include <utility>

#include "labels.hpp"

namespace muster::controller {
namespace {

Status check(const EnrollmentRequest& request) {
  if (request.uses == 0 || request.uses > kMaxEnrollmentUses) {
    return fail(ErrorCode::InvalidArgument, "a token has 1 to 100000 uses", "/uses");
  }
  if (request.expires <= std::chrono::milliseconds(0) || request.expires > kMaxEnrollmentLife) {
    return fail(ErrorCode::InvalidArgument, "a token lives between 1ms and 365d", "/expires");
  }
  return check_labels(request.labels);
}

}  // namespace

Enrollment::Enrollment(Store& store, const Clock& clock, Digest ca)
    : store_(store), clock_(clock), ca_(ca) {}

void Enrollment::create(EnrollmentRequest request, Done<NewEnrollmentToken> done) {
  if (auto good = check(request); !good) return done(tl::unexpected(good.error()));
  net::JoinToken join{api_address_, ca_, {}};
  crypto::fill_random(join.secret);
  NewEnrollmentToken made;
  made.record.id = EnrollmentTokenId::random();
  made.record.secret = crypto::sha256(join.secret);
  made.record.created = to_unix_ms(clock_.unix_now());
  made.record.expires = made.record.created + request.expires.count();
  made.record.uses = request.uses;
  made.record.uses_left = request.uses;
  made.record.labels = std::move(request.labels);
  made.record.created_by = std::move(request.created_by);
  made.line = net::encode_token(join);
  auto record = made.record;
  store_.add_enrollment_token(
      std::move(record), [made = std::move(made), done = std::move(done)](const Status& stored) {
        if (!stored) return done(tl::unexpected(stored.error()));
        done(made);
      });
}

Status Enrollment::may_try(const std::string& address) const {
  const auto found = wrong_.find(address);
  if (found == wrong_.end() || found->second.count < kMaxWrongSecrets) return {};
  const auto left = found->second.since + kWrongSecretWindow - clock_.mono_now();
  if (left <= std::chrono::nanoseconds(0)) return {};
  return tl::unexpected(Error{ErrorCode::ResourceExhausted,
                              "too many wrong secrets came from " + address + "; wait a minute", "",
                              true, std::chrono::ceil<std::chrono::milliseconds>(left)});
}

void Enrollment::note_wrong_secret(const std::string& address) {
  const auto now = clock_.mono_now();
  const auto over = [&](const Wrong& wrong) { return now - wrong.since >= kWrongSecretWindow; };
  if (wrong_.size() >= kMaxWrongAddresses && !wrong_.contains(address)) {
    std::erase_if(wrong_, [&](const auto& entry) { return over(entry.second); });
    // Secrets cannot be guessed anyway; whoever has so many addresses must not fill the memory.
    if (wrong_.size() >= kMaxWrongAddresses) wrong_.clear();
  }
  auto& wrong = wrong_[address];
  if (wrong.count == 0 || over(wrong)) wrong = {now, 0};
  ++wrong.count;
}

Result<std::vector<EnrollmentToken>> Enrollment::list() const {
  return store_.enrollment_tokens(to_unix_ms(clock_.unix_now()));
}

void Enrollment::revoke(EnrollmentTokenId token, Done<void> done) {
  store_.revoke_enrollment_token(token, to_unix_ms(clock_.unix_now()), std::move(done));
}

}  // namespace muster::controller
