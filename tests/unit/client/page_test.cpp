#include <client/nodes.hpp>

#include "played_api.hpp"

namespace muster::client {
namespace {

const std::string kNode =
    R"({"id": "1", "name": "a", "presence": "online", "labels": {}, "facts": {},
        "facts_told": null, "agent_version": "1", "enrolled": "2026-01-31T12:00:00.000Z",
        "last_seen": null, "plugins": []})";

/// Two pages of one node each; the first has a warning.
Said two_pages(const http::Request& request) {
  const bool is_second = line_of(request).find("after=") != std::string::npos;
  return {200, R"({"nodes": [)" + kNode + "]" +
                   (is_second ? "}" : R"(, "next": "a b", "warnings": ["strange"]})")};
}

/// What was asked for while `wanted` pages were taken.
std::vector<std::string> lines_for(std::size_t wanted, std::vector<Page<Node>>& pages) {
  PlayedApi played(two_pages);
  auto client = played.client();
  const auto done = each_page(list_nodes, client, {.selector = "all"}, [&](const auto& page) {
    pages.push_back(page);
    return pages.size() < wanted;
  });
  CHECK(done);
  std::vector<std::string> lines;
  for (const auto& request : played.asked()) lines.push_back(line_of(request));
  return lines;
}

TEST_CASE("a list is asked for page by page until there is none after it", "[unit][client]") {
  std::vector<Page<Node>> pages;
  CHECK(lines_for(10, pages) ==
        std::vector<std::string>{"GET /v1/nodes?selector=all&limit=1000",
                                 "GET /v1/nodes?selector=all&after=a b&limit=1000"});
  REQUIRE(pages.size() == 2);
  CHECK(pages[0].warnings == std::vector<std::string>{"strange"});
  CHECK(pages[1].warnings.empty());
  CHECK(pages[1].items.at(0).name == "a");
}

TEST_CASE("no page is asked for that nobody wants", "[unit][client]") {
  std::vector<Page<Node>> pages;
  CHECK(lines_for(1, pages).size() == 1);
}

TEST_CASE("so many items are asked for as are wanted, though pages come short", "[unit][client]") {
  PlayedApi played(two_pages);
  auto client = played.client();
  std::size_t pages = 0;
  const auto count = GENERATE(1U, 2U, 3U);
  const auto done = each_page(
      list_nodes, client, {},
      [&](const auto&) {
        ++pages;
        return true;
      },
      count);
  CHECK(done);
  CHECK(pages == std::min(count, 2U));
  std::vector<std::string> limits;
  for (const auto& request : played.asked()) {
    const auto line = line_of(request);
    limits.push_back(line.substr(line.find("limit=")));
  }
  CHECK(limits.front() == "limit=" + std::to_string(count));
  if (pages == 2) CHECK(limits.back() == "limit=" + std::to_string(count - 1));
}

TEST_CASE("a list ends with the error of a page", "[unit][client]") {
  PlayedApi played(Said{404, R"({"detail": "no such thing", "reason": "no_such_thing"})"});
  auto client = played.client();
  const auto done = each_page(list_nodes, client, {}, [](const auto&) { return true; });
  REQUIRE_FALSE(done);
  CHECK(done.error().reason == "no_such_thing");
}

}  // namespace
}  // namespace muster::client
