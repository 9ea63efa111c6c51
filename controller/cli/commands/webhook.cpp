#include <iostream>
#include <nlohmann/json.hpp>

#include "../command.hpp"
#include "../table.hpp"
#include "../terminal.hpp"
#include "webhook_path.hpp"

namespace muster::cli {
namespace {

using nlohmann::json;

/// Without the path, which may be a secret.
std::string site_of(const std::string& url) {
  const auto host = url.find("://");
  return host == std::string::npos ? url : url.substr(0, url.find_first_of("/?", host + 3));
}

std::string shown_state(const json& progress) {
  const auto state = progress.value("state", "");
  return coloured(state, state == "ok" ? Colour::Green : Colour::Red);
}

std::string number(const json& progress, const char* member) {
  return std::to_string(progress.value(member, std::uint64_t{0}));
}

CliResult<Exit> list_webhooks(ApiClient& api, const Arguments& arguments) {
  if (auto right = expect_no_words(arguments); !right) return tl::unexpected(right.error());
  const auto answer = api.get("/v1/webhooks");
  if (!answer) return tl::unexpected(answer.error());
  const auto& all = answer->at("webhooks");
  if (arguments.has("json")) {
    std::cout << answer->dump(2) << "\n";
  } else if (all.empty()) {
    std::cerr << "no webhooks yet; make one with `muster webhook create NAME URL`\n";
  } else {
    std::vector<std::vector<std::string>> rows;
    for (const auto& one : all) {
      const auto& webhook = one.at("webhook");
      const auto& progress = one.at("progress");
      rows.push_back({webhook.value("name", ""), progress.value("state", ""),
                      number(progress, "pending"), number(progress, "delivered"),
                      number(progress, "dead_letters"),
                      short_time(text_of(progress, "last_success")),
                      printable(site_of(webhook.value("url", "")))});
    }
    std::cout << table({"NAME", "STATE", "PENDING", "DELIVERED", "DEAD", "LAST SUCCESS", "TO"},
                       rows);
  }
  return Exit::Ok;
}

void print_progress(const json& progress) {
  std::cout << "state      " << shown_state(progress);
  if (const auto why = text_of(progress, "last_error"); !why.empty()) {
    std::cout << ": " << printable(why);
  }
  std::cout << "\npending    " << number(progress, "pending") << "\ndelivered  "
            << number(progress, "delivered") << ", the latest "
            << short_time(text_of(progress, "last_success")) << "\n";
  if (progress.value("failures", 0) > 0) {
    std::cout << "failing    since " << short_time(text_of(progress, "failing_since")) << ", "
              << number(progress, "failures") << " attempts";
    const auto next = text_of(progress, "next_attempt");
    std::cout << (next.empty() ? "" : ", the next at " + short_time(next)) << "\n";
  }
  if (progress.value("missed", 0) > 0) {
    std::cout << "missed     " << number(progress, "missed")
              << " events left the log before they could be sent\n";
  }
}

void print_deliveries(const json& deliveries) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& one : deliveries) {
    const auto what = one.at("delivered").get<bool>() ? "delivered" : text_of(one, "error");
    rows.push_back(
        {short_time(text_of(one, "time")), one.value("event", ""), printable(one.value("type", "")),
         std::to_string(one.value("took_ms", std::int64_t{0})) + " ms", printable(what)});
  }
  if (!rows.empty()) std::cout << "\n" << table({"ATTEMPT", "EVENT", "TYPE", "TOOK", ""}, rows);
}

void print_letters(const json& letters) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& one : letters) {
    const auto& event = one.at("event");
    rows.push_back({number(one, "id"), short_time(text_of(event, "time")),
                    printable(event.value("type", "")), printable(event.value("subject", "")),
                    number(one, "attempts"), printable(text_of(one, "reason"))});
  }
  if (rows.empty()) return;
  std::cout << "\n"
            << table({"DEAD LETTER", "HAPPENED", "TYPE", "SUBJECT", "ATTEMPTS", "WHY"}, rows);
}

CliResult<Exit> show_webhook(ApiClient& api, const Arguments& arguments) {
  if (auto right = expect_words(arguments, 1, "the name of one webhook"); !right) {
    return tl::unexpected(right.error());
  }
  const auto path = webhook_path(arguments.words[0]);
  const auto webhook = api.get(path);
  if (!webhook) return or_look(webhook.error(), "muster webhook ls");
  auto status = api.get(path + "/deliveries");
  if (!status) return tl::unexpected(status.error());
  const auto letters = api.get(path + "/dead-letters?limit=20");
  if (!letters) return tl::unexpected(letters.error());
  if (arguments.has("json")) {
    (*status)["webhook"] = *webhook;
    (*status)["dead_letters"] = letters->at("dead_letters");
    std::cout << status->dump(2) << "\n";
    return Exit::Ok;
  }
  const auto filter = webhook->value("filter", "");
  std::cout << "name       " << webhook->value("name", "") << "\n"
            << "to         " << printable(webhook->value("url", ""))
            << (webhook->value("allow_private", false) ? "  (private networks allowed)" : "")
            << "\n"
            << "sends      " << (filter.empty() ? "all events" : printable(filter)) << "\n"
            << "set        " << short_time(text_of(*webhook, "updated")) << " by "
            << printable(webhook->value("updated_by", "")) << "\n";
  print_progress(status->at("progress"));
  print_deliveries(status->at("deliveries"));
  print_letters(letters->at("dead_letters"));
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
       .options = {json_option()},
       .run = list_webhooks},
      {.words = "webhook show",
       .takes = "WEBHOOK",
       .summary = "one webhook, its latest attempts, and the oldest 20 of its dead letters",
       .examples = {{"muster webhook show ops"}},
       .options = {json_option()},
       .run = show_webhook},
  };
}

}  // namespace muster::cli
