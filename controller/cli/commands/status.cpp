#include <array>
#include <cstdio>
#include <iostream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "../command.hpp"
#include "../terminal.hpp"

namespace muster::cli {
namespace {

void print_clones(const nlohmann::json& status) {
  const auto clones = status.find("clones");
  if (clones == status.end()) return;  // a controller of before
  const auto& named = clones->at("nodes");
  for (const auto& clone : named) {
    std::cout << coloured("clone", Colour::Red) << "       "
              << clone_line(clone.value("node", ""), clone.value("machine_id", ""),
                            text_of(clone, "refused"));
  }
  const auto more = clones->value("count", std::size_t{0}) - named.size();
  if (more > 0) std::cout << "            and " << more << " more; see muster node ls\n";
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

/// "30d", "36h"
std::string duration_text(std::int64_t seconds) {
  constexpr std::int64_t kHour = 3600;
  if (seconds % (24 * kHour) == 0) return std::to_string(seconds / (24 * kHour)) + "d";
  return std::to_string(seconds / kHour) + "h";
}

void print_retention(const nlohmann::json& status) {
  const auto kept = status.find("retention");
  if (kept == status.end()) return;  // a controller of before
  const auto oldest = text_of(*kept, "oldest_ended");
  const auto jobs = kept->value("jobs", std::uint64_t{0});
  std::cout << "kept        " << jobs << (jobs == 1 ? " job" : " jobs")
            << (oldest.empty() ? "" : " since " + short_time(oldest)) << ", "
            << size_text(kept->value("bytes", 0.0)) << "; for "
            << duration_text(kept->value("max_seconds", std::int64_t{0})) << " and at most "
            << size_text(kept->value("max_bytes", 0.0)) << "\n";
  if (kept->value("doubts_clock", false)) {
    std::cout << "            the controller's clock jumped ahead: no job goes for its age before "
                 "it has gone on evenly for a day\n";
  }
}

CliResult<Exit> show_status(ApiClient& api, const Arguments& arguments) {
  if (auto right = expect_no_words(arguments); !right) return tl::unexpected(right.error());
  const auto status = api.get("/v1/status");
  if (!status) return tl::unexpected(status.error());
  if (arguments.has("json")) {
    std::cout << status->dump(2) << "\n";
    return Exit::Ok;
  }
  const auto& nodes = status->at("nodes");
  std::cout << "controller  " << status->value("version", "") << ", since "
            << short_time(text_of(*status, "started")) << "\n"
            << "fleet       " << status->value("fleet", "") << "\n"
            << "nodes       " << nodes.value("total", 0) << ": " << nodes.value("online", 0)
            << " online, " << nodes.value("suspect", 0) << " suspect, " << nodes.value("offline", 0)
            << " offline\n"
            << "jobs        " << status->at("jobs").value("running", 0) << " running\n";
  print_retention(*status);
  for (const auto& gateway : status->at("gateways")) {
    const bool connected = gateway.value("connected", false);
    std::cout << "gateway     " << printable(gateway.value("address", "")) << "  "
              << coloured(connected ? "connected" : "not connected",
                          connected ? Colour::Green : Colour::Red)
              << "\n";
  }
  print_clones(*status);
  return Exit::Ok;
}

}  // namespace

std::vector<Command> status_commands() {
  return {{.words = "status",
           .summary = "how the fleet and its controller are",
           .examples = {{"muster status"}},
           .options = {json_option()},
           .run = show_status}};
}

}  // namespace muster::cli
