#include <iostream>
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
