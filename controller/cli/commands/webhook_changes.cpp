#include <algorithm>
#include <iostream>
#include <muster/core/base/files.hpp>
#include <nlohmann/json.hpp>

#include "../command.hpp"
#include "../terminal.hpp"
#include "webhook_path.hpp"

namespace muster::cli {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxSecretFile = 256;

CliResult<json> body_from(const Arguments& arguments) {
  json body{{"url", arguments.words[1]},
            {"filter", arguments.value("filter")},
            {"allow_private", arguments.has("allow-private")}};
  if (!arguments.has("secret-file")) return body;
  auto secret = read_file(arguments.value("secret-file"), kMaxSecretFile);
  if (!secret) return failure(Exit::Usage, "--secret-file: " + secret.error().message);
  while (!secret->empty() && secret->back() == '\n') secret->pop_back();
  body["secret"] = *secret;
  return body;
}

/// Prints what was made, and takes it back when its secret did not arrive: it is told only once.
CliResult<Exit> print_made(ApiClient& api, const Arguments& arguments, const json& made) {
  const auto secret = text_of(made, "secret");
  if (arguments.has("json")) {
    std::cout << made.dump(2) << "\n";
  } else if (!secret.empty()) {
    std::cout << secret << "\n";
  }
  if (!(std::cout << std::flush) && !secret.empty()) {
    const auto removed = api.remove(webhook_path(arguments.words[0]));
    return failure(Exit::SomeFailed, std::string("the secret could not be written; ") +
                                         (removed ? "the webhook was removed"
                                                  : "remove the webhook: muster webhook rm"));
  }
  if (arguments.has("json")) return Exit::Ok;
  std::cerr << arguments.words[0] << " is sent "
            << (arguments.value("filter").empty() ? "all events"
                                                  : "events with " + arguments.value("filter"))
            << (secret.empty() ? "\n"
                               : ", signed with this secret, which is shown only this once; try "
                                 "it: muster webhook test " +
                                     arguments.words[0] + "\n");
  return Exit::Ok;
}

CliResult<Exit> create_webhook(ApiClient& api, const Arguments& arguments) {
  if (auto right = expect_words(arguments, 2, "a name and a URL"); !right) {
    return tl::unexpected(right.error());
  }
  const auto body = body_from(arguments);
  if (!body) return tl::unexpected(body.error());
  auto made =
      api.put(webhook_path(arguments.words[0]), *body, {.is_new = !arguments.has("replace")});
  if (!made) {
    if (made.error().reason == "changed") {
      made.error().message += "; --replace sets it anew and keeps its secret";
    }
    return tl::unexpected(made.error());
  }
  return print_made(api, arguments, *made);
}

CliResult<Exit> remove_webhook(ApiClient& api, const Arguments& arguments) {
  if (auto right = expect_words(arguments, 1, "the name of one webhook"); !right) {
    return tl::unexpected(right.error());
  }
  const auto removed = api.remove(webhook_path(arguments.words[0]));
  if (!removed) return or_look(removed.error(), "muster webhook ls");
  if (arguments.has("json")) std::cout << json{{"removed", arguments.words[0]}}.dump() << "\n";
  return Exit::Ok;
}

bool delivered(const json& attempt) { return attempt.at("delivered").get<bool>(); }

void print_attempt(const std::string& what, const json& attempt) {
  std::cout << what << ": "
            << (delivered(attempt) ? "delivered" : printable(text_of(attempt, "error"))) << " ("
            << attempt.value("took_ms", std::int64_t{0}) << " ms)\n";
}

Exit exit_of(const json& attempt) {
  if (delivered(attempt)) return Exit::Ok;
  return attempt.at("status").is_null() ? Exit::Unreached : Exit::SomeFailed;
}

/// Whether others would fare as this one did: it says nothing of what was sent.
bool is_away(const json& attempt) {
  const auto& status = attempt.at("status");
  return status.is_null() || status == 429 || status >= 500;
}

CliResult<Exit> test_webhook(ApiClient& api, const Arguments& arguments) {
  if (auto right = expect_words(arguments, 1, "the name of one webhook"); !right) {
    return tl::unexpected(right.error());
  }
  const auto attempt = api.post(webhook_path(arguments.words[0]) + "/test", json::object());
  if (!attempt) return or_look(attempt.error(), "muster webhook ls");
  if (arguments.has("json")) {
    std::cout << attempt->dump(2) << "\n";
  } else {
    print_attempt(arguments.words[0], *attempt);
  }
  return exit_of(*attempt);
}

/// Those that were named, or else all that are kept, oldest first.
CliResult<std::vector<std::string>> letters_from(ApiClient& api, const Arguments& arguments) {
  const auto answer = api.get(webhook_path(arguments.words[0]) + "/dead-letters?limit=1000");
  if (!answer) return or_look(answer.error(), "muster webhook ls");
  std::vector<std::string> kept;
  for (const auto& letter : answer->at("dead_letters")) kept.push_back(letter.at("id").dump());
  std::vector<std::string> named(arguments.words.begin() + 1, arguments.words.end());
  for (const auto& id : named) {
    if (std::find(kept.begin(), kept.end(), id) != kept.end()) continue;
    return failure(Exit::MatchedNothing, arguments.words[0] + " has no dead letter " +
                                             printable(id) + "; look: muster webhook show " +
                                             arguments.words[0]);
  }
  return named.empty() ? kept : named;
}

CliResult<Exit> retry_letters(ApiClient& api, const Arguments& arguments) {
  if (arguments.words.empty() || !arguments.after_dash.empty()) {
    return failure(Exit::Usage, "expected the name of one webhook, and which of its dead letters");
  }
  const auto ids = letters_from(api, arguments);
  if (!ids) return tl::unexpected(ids.error());
  json done = json::array();
  Exit exit = Exit::Ok;
  for (const auto& id : *ids) {
    auto attempt =
        api.post("/v1/dead-letters/" + sdk::percent_encode(id) + "/retry", json::object());
    if (!attempt) return or_look(attempt.error(), "muster webhook show " + arguments.words[0]);
    (*attempt)["dead_letter"] = id;
    done.push_back(*attempt);
    if (!arguments.has("json")) print_attempt("dead letter " + id, *attempt);
    if (!delivered(*attempt)) exit = exit_of(*attempt);
    if (!delivered(*attempt) && is_away(*attempt)) break;
  }
  if (arguments.has("json")) std::cout << json{{"retried", done}}.dump(2) << "\n";
  if (ids->empty() && !arguments.has("json")) std::cerr << "there are no dead letters\n";
  return exit;
}

}  // namespace

std::vector<Command> webhook_change_commands() {
  return {
      {.words = "webhook create",
       .takes = "WEBHOOK URL",
       .summary = "send events to a URL, signed",
       .about =
           "Prints the secret that the receiver verifies the signature with, as the libraries of "
           "standardwebhooks.com do. It is shown only this once.\n\n"
           "Each event is sent at least once, in order, and for a day again until it is taken; "
           "then it is a dead letter. The URL begins with https:// and leads to a public address, "
           "unless --allow-private says otherwise. Redirects are not followed.",
       .examples = {{"muster webhook create ops https://example.org/hook --filter "
                     "'type=job.ended and data.outcome=failed'"}},
       .options = {{"filter", "FILTER", "which events, as in muster event ls (default: all)"},
                   {"allow-private", "",
                    "it may be sent to this machine and private networks, by http too"},
                   {"secret-file", "FILE", "sign with the secret in this file (whsec_...)"},
                   {"replace", "", "set the webhook of this name anew; it goes on where it was"},
                   json_option()},
       .run = create_webhook},
      {.words = "webhook rm",
       .takes = "WEBHOOK",
       .summary = "remove a webhook and its dead letters",
       .examples = {{"muster webhook rm ops"}},
       .options = {json_option()},
       .run = remove_webhook},
      {.words = "webhook test",
       .takes = "WEBHOOK",
       .summary = "send a webhook an event of the type webhook.test now",
       .about = "Whatever its filter. A receiver that takes it is then sent what waits for it, "
                "unless it said that it wants no more: muster webhook create --replace asks again.",
       .examples = {{"muster webhook test ops"}},
       .options = {json_option()},
       .run = test_webhook},
      {.words = "webhook retry",
       .takes = "WEBHOOK [ID ...]",
       .summary = "send dead letters once more, all of a webhook or those that are named",
       .about = "Oldest first, until the receiver is away. Those that are taken are removed.",
       .examples = {{"muster webhook retry ops"}},
       .options = {json_option()},
       .run = retry_letters},
  };
}

}  // namespace muster::cli
