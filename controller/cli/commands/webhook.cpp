#include <unistd.h>

#include <client/webhooks.hpp>
#include <iostream>
#include <nlohmann/json.hpp>

#include "../command.hpp"
#include "../json_text.hpp"
#include "../table.hpp"
#include "../terminal.hpp"
#include "../wrapping.hpp"

namespace muster::cli {
namespace {

constexpr std::size_t kTime = 20;  // columns of short_time()

/// Without the path, which may be a secret.
std::string site_of(const std::string& url) {
  const auto host = url.find("://");
  return host == std::string::npos ? url : url.substr(0, url.find_first_of("/?", host + 3));
}

CliResult<Exit> list_webhooks(ApiClient& api, const Arguments& arguments) {
  if (auto right = expect_no_words(arguments); !right) return tl::unexpected(right.error());
  const auto answer = client::list_webhooks(api);
  if (!answer) return tl::unexpected(answer.error());
  if (arguments.has("json")) {
    std::cout << json_text(answer->told);
  } else if (answer->webhooks.empty()) {
    std::cerr << "no webhooks yet; make one with `muster webhook create NAME URL`\n";
  } else {
    Table rows(std::cout, {"NAME", "STATE", "PENDING", "DELIVERED", "DEAD", "LAST SUCCESS", "TO"},
               columns_of(STDOUT_FILENO));
    rows.keep(3, 9);
    rows.keep(5, kTime);
    for (const std::size_t column : {2U, 3U, 5U, 6U}) rows.may_spare(column);
    for (const auto& [webhook, progress] : answer->webhooks) {
      rows.add({webhook.name, progress.state, std::to_string(progress.pending),
                std::to_string(progress.delivered), std::to_string(progress.dead_letters),
                short_time(progress.last_success), printable(site_of(webhook.url))});
    }
    rows.finish();
  }
  return Exit::Ok;
}

void print(const std::string& name, const std::string& value) {
  constexpr std::size_t kNames = 11;
  std::cout << entry(name, value, kNames, columns_of(STDOUT_FILENO));
}

void print_progress(const client::WebhookProgress& progress) {
  const auto& error = progress.last_error;
  print("state", coloured(progress.state, progress.state == "ok" ? Colour::Green : Colour::Red) +
                     (error.empty() ? "" : ": " + printable(error)));
  print("pending", std::to_string(progress.pending));
  print("delivered",
        std::to_string(progress.delivered) + ", the latest " + short_time(progress.last_success));
  if (progress.failures > 0) {
    const auto& next = progress.next_attempt;
    print("failing", "since " + short_time(progress.failing_since) + ", " +
                         std::to_string(progress.failures) + " attempts" +
                         (next.empty() ? "" : ", the next at " + short_time(next)));
  }
  if (progress.missed > 0) {
    print("missed",
          std::to_string(progress.missed) + " events left the log before they could be sent");
  }
}

void print_deliveries(const std::vector<client::Delivery>& deliveries) {
  if (deliveries.empty()) return;
  std::cout << "\n";
  Table rows(std::cout, {"ATTEMPT", "EVENT", "TYPE", "TOOK", ""}, columns_of(STDOUT_FILENO));
  for (const std::size_t column : {2U, 3U}) rows.may_spare(column);
  for (const auto& one : deliveries) {
    const auto& attempt = one.attempt;
    rows.add({short_time(one.time), one.event, printable(one.type),
              std::to_string(attempt.took_ms) + " ms",
              printable(attempt.delivered ? "delivered" : attempt.error)});
  }
  rows.finish();
}

void print_letters(const std::vector<client::DeadLetter>& letters) {
  if (letters.empty()) return;
  std::cout << "\n";
  Table rows(std::cout, {"DEAD LETTER", "HAPPENED", "TYPE", "SUBJECT", "ATTEMPTS", "WHY"},
             columns_of(STDOUT_FILENO));
  rows.keep(1, kTime);
  for (const std::size_t column : {1U, 3U, 4U}) rows.may_spare(column);
  for (const auto& one : letters) {
    rows.add({std::to_string(one.id), short_time(one.event.time), printable(one.event.type),
              printable(one.event.subject), std::to_string(one.attempts), printable(one.reason)});
  }
  rows.finish();
}

CliResult<Exit> show_webhook(ApiClient& api, const Arguments& arguments) {
  if (auto right = expect_words(arguments, 1, "the name of one webhook"); !right) {
    return tl::unexpected(right.error());
  }
  const auto& name = arguments.words[0];
  const auto webhook = client::get_webhook(api, name);
  if (!webhook) return or_look(webhook.error(), "muster webhook ls");
  const auto status = client::list_deliveries(api, name);
  if (!status) return tl::unexpected(status.error());
  const auto letters = client::list_dead_letters(api, name, {.limit = 20});
  if (!letters) return tl::unexpected(letters.error());
  if (arguments.has("json")) {
    auto whole = *status->told;
    whole["webhook"] = *webhook->told;
    whole["dead_letters"] = *letters->list;
    std::cout << whole.dump(2) << "\n";
    return Exit::Ok;
  }
  const auto& filter = webhook->filter;
  print("name", webhook->name);
  print("to",
        printable(webhook->url) + (webhook->allow_private ? "  (private networks allowed)" : ""));
  print("sends", filter.empty() ? "all events" : printable(filter));
  print("set", short_time(webhook->updated) + " by " + printable(webhook->updated_by));
  print_progress(status->progress);
  print_deliveries(status->deliveries);
  print_letters(letters->dead_letters);
  return Exit::Ok;
}

}  // namespace

std::vector<Command> webhook_commands() {
  return {
      {.words = "webhook ls",
       .summary = "the receivers that are sent events, and how each gets on",
       .about = "PENDING counts the events that a webhook did not come to yet, also those that its "
                "filter does not want; DEAD the dead letters that are kept.",
       .examples = {{"muster webhook ls"}},
       .options = {no_pager_option(), json_option()},
       .run = list_webhooks},
      {.words = "webhook show",
       .takes = "WEBHOOK",
       .summary = "one webhook, its latest attempts, and the oldest 20 of its dead letters",
       .examples = {{"muster webhook show ops"}},
       .options = {no_pager_option(), json_option()},
       .run = show_webhook},
  };
}

}  // namespace muster::cli
