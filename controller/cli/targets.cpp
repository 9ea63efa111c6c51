#include "targets.hpp"

#include <muster/core/selector/selector.hpp>
#include <nlohmann/json.hpp>

namespace muster::cli {
namespace {

constexpr std::uint64_t kNodesOnAPage = 1000;

}  // namespace

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

PagedList nodes_that_match(const std::string& selector) {
  return {"/v1/nodes", {{"selector", selector}}, "after", kNodesOnAPage};
}

CliResult<nlohmann::json> matching_nodes(ApiClient& api, const std::string& selector) {
  auto nodes = nlohmann::json::array();
  const auto listed = each_page(api, nodes_that_match(selector), [&](const nlohmann::json& page) {
    const auto& more = page.at("nodes");
    nodes.insert(nodes.end(), more.begin(), more.end());
    return true;
  });
  if (!listed) return tl::unexpected(listed.error());
  return nlohmann::json{{"nodes", std::move(nodes)}};
}

}  // namespace muster::cli
