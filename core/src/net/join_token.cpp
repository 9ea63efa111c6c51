#include <muster/core/crypto/base64url.hpp>
#include <muster/core/net/join_token.hpp>

#include "wire/archive.hpp"

namespace muster::net {
namespace {

constexpr std::string_view kPrefix = "muster1.";

std::string_view trim(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const auto begin = text.find_first_not_of(kBlank);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlank) - begin + 1);
}

tl::unexpected<Error> fail_token(const std::string& why) {
  return fail(ErrorCode::InvalidArgument,
              why + "; copy the whole line that `muster enroll token create` printed");
}

}  // namespace

template <class A, wire::Like<JoinToken> T>
void fields(A& archive, T& m) {
  archive(wire::at_most(wire::kMaxName, m.address), m.ca, m.secret);
}

std::string encode_token(const JoinToken& token) {
  return std::string(kPrefix) + crypto::to_base64url(wire::encode_fields(token));
}

Result<JoinToken> decode_token(std::string_view text) {
  text = trim(text);
  if (!text.starts_with(kPrefix)) {
    if (text.starts_with("muster") && text.find('.') < 12) {
      return fail(ErrorCode::Unsupported,
                  "this token is of another version of muster; install that version's agent");
    }
    return fail_token("this is no join token");
  }
  const auto bytes = crypto::from_base64url(text.substr(kPrefix.size()));
  if (!bytes) return fail_token("the join token is damaged");
  auto token = wire::decode_fields<JoinToken>(*bytes);
  if (!token || token->address.empty()) return fail_token("the join token is damaged");
  return token;
}

}  // namespace muster::net
