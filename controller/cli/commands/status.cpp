#include <unistd.h>

#include <array>
#include <chrono>
#include <client/fleet.hpp>
#include <cstdio>
#include <iostream>
#include <iterator>
#include <muster/core/base/units.hpp>

#include "../command.hpp"
#include "../json_text.hpp"
#include "../terminal.hpp"
#include "../wrapping.hpp"

namespace muster::cli {
namespace {

void print(const std::string& name, const std::string& value) {
  constexpr std::size_t kNames = 12;
  std::cout << entry(name, value, kNames, columns_of(STDOUT_FILENO));
}

void print_clones(const client::Clones& clones) {
  for (const auto& clone : clones.nodes) {
    print(coloured("clone", Colour::Red), clone_text(clone.node, clone.machine_id, clone.refused));
  }
  const auto more = clones.count - clones.nodes.size();
  if (more > 0) print("", "and " + std::to_string(more) + " more; see muster node ls");
}

/// "failing, 3 dead letters"
std::string trouble_of(const client::FailingWebhook& webhook) {
  auto state = webhook.state == "ok" ? "" : coloured(webhook.state, Colour::Red);
  const auto letters = webhook.dead_letters;
  if (letters == 0) return state;
  return state + (state.empty() ? "" : ", ") + std::to_string(letters) +
         (letters == 1 ? " dead letter" : " dead letters");
}

void print_webhooks(const client::WebhooksInShort& webhooks) {
  for (const auto& webhook : webhooks.failing) {
    const auto name = printable(webhook.name);
    print("webhook", name + "  " + trouble_of(webhook) + "; see muster webhook show " + name);
  }
}

/// "1.2 GB"
std::string size_text(double bytes) {
  const char* const units[] = {"B", "kB", "MB", "GB", "TB"};
  std::size_t unit = 0;
  for (; bytes >= 1000 && unit + 1 < std::size(units); ++unit) bytes /= 1000;
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), bytes >= 100 ? "%.0f %s" : "%.3g %s", bytes, units[unit]);
  return text.data();
}

void print_retention(const client::Retention& kept) {
  print("kept", std::to_string(kept.jobs) + (kept.jobs == 1 ? " job" : " jobs") +
                    (kept.oldest_ended.empty() ? "" : " since " + short_time(kept.oldest_ended)) +
                    ", " + size_text(static_cast<double>(kept.bytes)) + "; for " +
                    duration_text(std::chrono::seconds(kept.max_seconds)) + " and at most " +
                    size_text(static_cast<double>(kept.max_bytes)));
  const auto& events = kept.events;
  print("", std::to_string(events.count) + (events.count == 1 ? " event" : " events") +
                (events.oldest.empty() ? "" : " since " + short_time(events.oldest)));
  if (kept.doubts_clock) {
    print("",
          "the controller's clock jumped ahead: no job goes for its age before it has gone on "
          "evenly for a day");
  }
}

/// "3: 2 online, 0 suspect, 1 offline; 1 drained"
std::string nodes_text(const client::NodesByPresence& nodes) {
  return std::to_string(nodes.total) + ": " + std::to_string(nodes.online) + " online, " +
         std::to_string(nodes.suspect) + " suspect, " + std::to_string(nodes.offline) + " offline" +
         (nodes.drained > 0 ? "; " + std::to_string(nodes.drained) + " drained" : "");
}

CliResult<Exit> show_status(ApiClient& api, const Arguments& arguments) {
  if (auto right = expect_no_words(arguments); !right) return tl::unexpected(right.error());
  const auto status = client::get_status(api);
  if (!status) return tl::unexpected(status.error());
  if (arguments.has("json")) {
    std::cout << json_text(status->told);
    return Exit::Ok;
  }
  print("controller", status->version + ", since " + short_time(status->started));
  print("fleet", status->fleet);
  print("nodes", nodes_text(status->nodes));
  print("jobs", std::to_string(status->running_jobs) + " running");
  print_retention(status->retention);
  for (const auto& gateway : status->gateways) {
    print("gateway", printable(gateway.address) + "  " +
                         coloured(gateway.connected ? "connected" : "not connected",
                                  gateway.connected ? Colour::Green : Colour::Red));
  }
  print_webhooks(status->webhooks);
  print_clones(status->clones);
  return Exit::Ok;
}

}  // namespace

std::vector<Command> status_commands() {
  return {{.words = "status",
           .summary = "how the fleet and its controller are",
           .about = "Drained nodes and webhooks that fail are told where there are some.",
           .examples = {{"muster status"}},
           .options = {json_option()},
           .run = show_status}};
}

}  // namespace muster::cli
