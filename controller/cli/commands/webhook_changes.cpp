#include <algorithm>
#include <client/webhooks.hpp>
#include <iostream>
#include <muster/core/base/files.hpp>
#include <nlohmann/json.hpp>

#include "../command.hpp"
#include "../json_text.hpp"
#include "../targets.hpp"
#include "../terminal.hpp"

namespace muster::cli {
namespace {

using client::Attempt;
using nlohmann::json;

constexpr std::size_t kMaxSecretFile = 256;

CliResult<client::WebhookRequest> request_from(const Arguments& arguments) {
  client::WebhookRequest request{.url = arguments.words[1],
                                 .filter = arguments.value("filter"),
                                 .allow_private = arguments.has("allow-private")};
  if (!arguments.has("secret-file")) return request;
  auto secret = read_file(arguments.value("secret-file"), kMaxSecretFile);
  if (!secret) return failure(Exit::Usage, "--secret-file: " + secret.error().message);
  while (!secret->empty() && secret->back() == '\n') secret->pop_back();
  request.secret = std::move(*secret);
  return request;
}

/// Prints what was made, and takes it back when its secret did not arrive: it is told only once.
CliResult<Exit> print_made(ApiClient& api, const Arguments& arguments,
                           const client::Webhook& made) {
  const auto& secret = made.secret;
  if (arguments.has("json")) {
    std::cout << json_text(made.told);
  } else if (!secret.empty()) {
    std::cout << secret << "\n";
  }
  if (!(std::cout << std::flush) && !secret.empty()) {
    const auto removed = client::remove_webhook(api, made.name);
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
  const auto request = request_from(arguments);
  if (!request) return tl::unexpected(request.error());
  const auto made =
      client::put_webhook(api, arguments.words[0], *request, {.is_new = !arguments.has("replace")});
  if (!made) {
    Failure why = made.error();
    if (why.reason == "changed") why.message += "; --replace sets it anew and keeps its secret";
    return tl::unexpected(std::move(why));
  }
  print_warnings(made->warnings);
  return print_made(api, arguments, *made);
}

CliResult<Exit> remove_webhook(ApiClient& api, const Arguments& arguments) {
  if (auto right = expect_words(arguments, 1, "the name of one webhook"); !right) {
    return tl::unexpected(right.error());
  }
  const auto removed = client::remove_webhook(api, arguments.words[0]);
  if (!removed) return or_look(removed.error(), "muster webhook ls");
  if (arguments.has("json")) std::cout << json{{"removed", arguments.words[0]}}.dump() << "\n";
  return Exit::Ok;
}

void print_attempt(const std::string& what, const Attempt& attempt) {
  std::cout << what << ": " << (attempt.delivered ? "delivered" : printable(attempt.error)) << " ("
            << attempt.took_ms << " ms)\n";
}

Exit exit_of(const Attempt& attempt) {
  if (attempt.delivered) return Exit::Ok;
  return attempt.status ? Exit::SomeFailed : Exit::Unreached;
}

/// Whether others would fare as this one did: it says nothing of what was sent.
bool is_away(const Attempt& attempt) {
  return !attempt.status || attempt.status == 429 || attempt.status >= 500;
}

CliResult<Exit> test_webhook(ApiClient& api, const Arguments& arguments) {
  if (auto right = expect_words(arguments, 1, "the name of one webhook"); !right) {
    return tl::unexpected(right.error());
  }
  const auto attempt = client::test_webhook(api, arguments.words[0]);
  if (!attempt) return or_look(attempt.error(), "muster webhook ls");
  if (arguments.has("json")) {
    std::cout << json_text(attempt->told);
  } else {
    print_attempt(arguments.words[0], *attempt);
  }
  return exit_of(*attempt);
}

/// Those that were named, or else all that are kept, oldest first.
CliResult<std::vector<std::string>> letters_from(ApiClient& api, const Arguments& arguments) {
  const auto answer = client::list_dead_letters(api, arguments.words[0],
                                                {.limit = client::DeadLetterQuery::kMaxLimit});
  if (!answer) return or_look(answer.error(), "muster webhook ls");
  std::vector<std::string> kept;
  for (const auto& letter : answer->dead_letters) kept.push_back(std::to_string(letter.id));
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
    const auto attempt = client::retry_dead_letter(api, id);
    if (!attempt) return or_look(attempt.error(), "muster webhook show " + arguments.words[0]);
    auto told = *attempt->told;
    told["dead_letter"] = id;
    done.push_back(std::move(told));
    if (!arguments.has("json")) print_attempt("dead letter " + id, *attempt);
    if (attempt->delivered) continue;
    exit = exit_of(*attempt);
    if (is_away(*attempt)) break;
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
