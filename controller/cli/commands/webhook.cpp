#include <client/webhooks.hpp>
#include <iostream>
#include <nlohmann/json.hpp>

#include "../command.hpp"
#include "../json_text.hpp"
#include "../table.hpp"
#include "../terminal.hpp"

namespace muster::cli {
namespace {

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
    std::vector<std::vector<std::string>> rows;
    for (const auto& [webhook, progress] : answer->webhooks) {
      rows.push_back({webhook.name, progress.state, std::to_string(progress.pending),
                      std::to_string(progress.delivered), std::to_string(progress.dead_letters),
                      short_time(progress.last_success), printable(site_of(webhook.url))});
    }
    std::cout << table({"NAME", "STATE", "PENDING", "DELIVERED", "DEAD", "LAST SUCCESS", "TO"},
                       rows);
  }
  return Exit::Ok;
}

void print_progress(const client::WebhookProgress& progress) {
  std::cout << "state      "
            << coloured(progress.state, progress.state == "ok" ? Colour::Green : Colour::Red);
  if (!progress.last_error.empty()) std::cout << ": " << printable(progress.last_error);
  std::cout << "\npending    " << progress.pending << "\ndelivered  " << progress.delivered
            << ", the latest " << short_time(progress.last_success) << "\n";
  if (progress.failures > 0) {
    std::cout << "failing    since " << short_time(progress.failing_since) << ", "
              << progress.failures << " attempts";
    const auto& next = progress.next_attempt;
    std::cout << (next.empty() ? "" : ", the next at " + short_time(next)) << "\n";
  }
  if (progress.missed > 0) {
    std::cout << "missed     " << progress.missed
              << " events left the log before they could be sent\n";
  }
}

void print_deliveries(const std::vector<client::Delivery>& deliveries) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& one : deliveries) {
    const auto& attempt = one.attempt;
    rows.push_back({short_time(one.time), one.event, printable(one.type),
                    std::to_string(attempt.took_ms) + " ms",
                    printable(attempt.delivered ? "delivered" : attempt.error)});
  }
  if (!rows.empty()) std::cout << "\n" << table({"ATTEMPT", "EVENT", "TYPE", "TOOK", ""}, rows);
}

void print_letters(const std::vector<client::DeadLetter>& letters) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& one : letters) {
    rows.push_back({std::to_string(one.id), short_time(one.event.time), printable(one.event.type),
                    printable(one.event.subject), std::to_string(one.attempts),
                    printable(one.reason)});
  }
  if (rows.empty()) return;
  std::cout << "\n"
            << table({"DEAD LETTER", "HAPPENED", "TYPE", "SUBJECT", "ATTEMPTS", "WHY"}, rows);
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
  std::cout << "name       " << webhook->name << "\n"
            << "to         " << printable(webhook->url)
            << (webhook->allow_private ? "  (private networks allowed)" : "") << "\n"
            << "sends      " << (filter.empty() ? "all events" : printable(filter)) << "\n"
            << "set        " << short_time(webhook->updated) << " by "
            << printable(webhook->updated_by) << "\n";
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
