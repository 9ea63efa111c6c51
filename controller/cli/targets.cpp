#include "targets.hpp"

#include <muster/core/selector/selector.hpp>
#include <nlohmann/json.hpp>

namespace muster::cli {

std::vector<Option> with_targets(std::vector<Option> others) {
  std::vector<Option> options{
      {"on", "SELECTOR",
       "the nodes: all, node:web*, role=web, os.version>=12, with and, or, not and parentheses"},
      {"compound", "TARGET", "the nodes as Salt writes them, such as 'G@os:Debian and web*'", false,
       'C'}};
  options.insert(options.end(), others.begin(), others.end());
  return options;
}

CliResult<std::string> selector_of(const Arguments& arguments) {
  const bool compound = arguments.has("compound");
  if (compound && arguments.has("on")) {
    return failure(Exit::Usage, "--on and -C say the same; give one of them");
  }
  if (compound) {
    const auto text = selector::from_salt(arguments.value("compound"));
    if (!text) return failure(Exit::Usage, text.error().message);
    return *text;
  }
  if (arguments.has("on") && arguments.value("on").empty()) {
    return failure(Exit::Usage, "--on is empty; write --on all for every node");
  }
  return arguments.value("on");
}

CliResult<nlohmann::json> matching_nodes(ApiClient& api, const std::string& selector) {
  auto nodes = nlohmann::json::array();
  std::string after;
  do {
    auto page = api.get("/v1/nodes" + query({{"selector", selector}, {"after", after}}));
    if (!page) return page;
    auto& more = page->at("nodes");
    nodes.insert(nodes.end(), more.begin(), more.end());
    after = text_of(*page, "next");
  } while (!after.empty());
  return nlohmann::json{{"nodes", std::move(nodes)}};
}

}  // namespace muster::cli
