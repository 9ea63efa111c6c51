#include <unistd.h>

#include <charconv>
#include <client/enrollment.hpp>
#include <iostream>
#include <nlohmann/json.hpp>

#include "../command.hpp"
#include "../json_text.hpp"
#include "../terminal.hpp"
#include "../token_table.hpp"

namespace muster::cli {
namespace {

using Labels = std::map<std::string, std::string>;

CliResult<Labels> labels_from(const std::vector<std::string>& texts) {
  Labels labels;
  for (const auto& text : texts) {
    const auto equals = text.find('=');
    if (equals == 0 || equals == std::string::npos) {
      return failure(Exit::Usage, "a label is NAME=VALUE: --label role=web, not '" + text + "'");
    }
    const auto name = text.substr(0, equals);
    if (labels.contains(name)) {
      return failure(Exit::Usage,
                     "the label " + name + " is given twice; a node has one value of it");
    }
    labels[name] = text.substr(equals + 1);
  }
  return labels;
}

CliResult<client::EnrollmentTokenRequest> request_from(const Arguments& arguments) {
  const auto labels = labels_from(arguments.values("label"));
  if (!labels) return tl::unexpected(labels.error());
  client::EnrollmentTokenRequest request{.expires = arguments.given("expires"), .labels = *labels};
  if (const auto text = arguments.value("uses"); !text.empty()) {
    int uses = 0;
    const auto [end, wrong] = std::from_chars(text.data(), text.data() + text.size(), uses);
    if (wrong != std::errc{} || end != text.data() + text.size()) {
      return failure(Exit::Usage, "--uses wants a number of nodes, not '" + text + "'");
    }
    request.uses = uses;
  }
  return request;
}

CliResult<Exit> create_token(ApiClient& api, const Arguments& arguments) {
  if (auto right = expect_no_words(arguments); !right) return tl::unexpected(right.error());
  const auto request = request_from(arguments);
  if (!request) return tl::unexpected(request.error());
  const auto token = client::create_enrollment_token(api, *request);
  if (!token) return tl::unexpected(token.error());
  std::cout << (arguments.has("json") ? json_text(token->told) : token->token + "\n");
  if (!(std::cout << std::flush)) {  // it is told only this once
    const auto revoked = client::revoke_enrollment_token(api, token->id);
    return failure(Exit::SomeFailed,
                   std::string("the token could not be written; ") +
                       (revoked ? "it was revoked" : "revoke it: muster enroll token ls"));
  }
  if (arguments.has("json")) return Exit::Ok;
  if (arguments.has("quiet")) return Exit::Ok;
  std::cerr << "lets in " << token->uses << " node(s) until " << short_time(token->expires)
            << "; it is shown only this once. On the node:\n  muster-agent join --token-file FILE "
               "--state /var/lib/muster-agent\n";
  return Exit::Ok;
}

CliResult<Exit> list_tokens(ApiClient& api, const Arguments& arguments) {
  if (auto right = expect_no_words(arguments); !right) return tl::unexpected(right.error());
  const auto answer = client::list_enrollment_tokens(api);
  if (!answer) return tl::unexpected(answer.error());
  if (arguments.has("json")) {
    std::cout << json_text(answer->told);
    return Exit::Ok;
  }
  write_tokens(std::cout, answer->tokens, columns_of(STDOUT_FILENO));
  return Exit::Ok;
}

/// The id of the token that is meant.
CliResult<std::string> named_token(ApiClient& api, const std::string& typed) {
  constexpr std::size_t kWhole = 36;  // characters of a UUID
  if (typed.size() == kWhole) return typed;
  const auto known = client::list_enrollment_tokens(api);
  if (!known) return tl::unexpected(known.error());
  return whole_token_id(known->tokens, typed);
}

CliResult<Exit> revoke_token(ApiClient& api, const Arguments& arguments) {
  if (auto right = expect_words(arguments, 1, "the id of one token (muster enroll token ls)");
      !right) {
    return tl::unexpected(right.error());
  }
  const auto id = named_token(api, arguments.words[0]);
  if (!id) return tl::unexpected(id.error());
  const auto done = client::revoke_enrollment_token(api, *id);
  if (!done) return or_look(done.error(), "muster enroll token ls");
  if (arguments.has("json")) std::cout << nlohmann::json{{"revoked", *id}}.dump() << "\n";
  return Exit::Ok;
}

}  // namespace

std::vector<Command> enroll_commands() {
  return {
      {.words = "enroll token create",
       .summary = "a token that lets nodes join",
       .about =
           "The token is one line: the controller's address, whom to trust, and a secret. It is "
           "shown only this once. A node joins with it: muster-agent join --token-file FILE "
           "--state DIR.",
       .examples = {{"muster enroll token create", "for one node, within an hour"},
                    {"muster enroll token create --uses 20 --expires 24h --label role=web"},
                    {"muster enroll token create --quiet > web3.token", "for a script"}},
       .options = {{"uses", "N", "how many nodes it lets in (default: 1)"},
                   {"expires", "DURATION", "for how long (default: 1h)"},
                   {"label", "LABEL=VALUE", "a label that those nodes get; may be repeated", true},
                   {"quiet", "", "print the token alone"},
                   json_option()},
       .run = create_token},
      {.words = "enroll token ls",
       .summary = "the tokens that can still be used",
       .examples = {{"muster enroll token ls"}},
       .options = {json_option()},
       .run = list_tokens},
      {.words = "enroll token revoke",
       .takes = "TOKEN-ID",
       .summary = "end a token now",
       .about =
           "Nodes that joined with it stay. The ids are those of `muster enroll token ls`; the "
           "beginning of one is enough where no other begins so.",
       .examples = {{"muster enroll token revoke 3f0c2a58-41d7-4b1e-9c66-0a5d2e8f7b13"}},
       .options = {json_option()},
       .run = revoke_token},
  };
}

}  // namespace muster::cli
