#include <cli/token_table.hpp>
#include <sstream>

#include "catch.hpp"

using namespace muster::cli;
using muster::client::EnrollmentToken;

namespace {

EnrollmentToken token(const std::string& id) {
  EnrollmentToken token;
  token.id = id;
  token.expires = "2026-01-31T12:34:56.000Z";
  token.uses = 20;
  token.uses_left = 19;
  token.labels = {{"role", "web"}, {"zone", "north"}};
  return token;
}

/// The last row.
std::string row(std::size_t columns, const std::vector<EnrollmentToken>& tokens) {
  std::ostringstream out;
  write_tokens(out, tokens, columns);
  auto text = out.str();
  text.pop_back();
  return text.substr(text.rfind('\n') + 1);
}

const std::string kId = "3f0c2a58-41d7-4b1e-9c66-0a5d2e8f7b13";
const std::string kOther = "3f0c2a58-41d7-4b1e-9c66-0a5d2e8f7b14";

}  // namespace

TEST_CASE("tokens stand in whole rows where there is room", "[unit][cli]") {
  const auto whole = kId + "  19 of 20   2026-01-31 12:34:56Z  role=web zone=north";
  CHECK(row(0, {token(kId)}) == whole);
  CHECK(row(100, {token(kId)}) == whole);
  auto canary = token(kId);
  canary.labels = {{"canary", ""}, {"role", "web"}};
  CHECK(row(100, {canary}).ends_with("  canary role=web"));
}

TEST_CASE("on a narrow terminal each row tells which token, for how many, how long and with what",
          "[unit][cli]") {
  CHECK(row(80, {token(kId)}) == "3f0c2a58  19 of 20   01-31 12:34  role=web zone=north");
  CHECK(row(40, {token(kId)}) == "3f0c2a58  19 of 20   01-31 12:34  role=…");
  CHECK(row(30, {token(kId)}) == "3f0c2a58  01-31 12:34");
  CHECK(row(40, {token(kOther), token(kId)}).starts_with(kId));
}

TEST_CASE("the beginning of a token's id names it unless another begins so", "[unit][cli]") {
  const std::vector<EnrollmentToken> tokens{token(kId),
                                            token("7c1e2a58-0000-4000-8000-000000000000")};
  CHECK(whole_token_id(tokens, "3f0c").value() == kId);
  CHECK(whole_token_id(tokens, kId).value() == kId);
  CHECK(whole_token_id(tokens, "3F0C2a58-41D7").value() == kId);
  for (const auto* typed : {"3f0", "", "4444", "4F0C"})
    CHECK(whole_token_id(tokens, typed).value() == typed);
  const auto several = whole_token_id({token(kId), token(kOther)}, "3f0c2a58");
  REQUIRE_FALSE(several);
  CHECK(several.error().message ==
        "the ids of several tokens begin with 3f0c2a58:\n  " + kId + "\n  " + kOther);
}
