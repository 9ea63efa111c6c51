/// Lists that the API gives page by page.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <string>
#include <type_traits>
#include <vector>

#include "client/api_client.hpp"

namespace muster::client {

template <class T>
struct Page {
  std::vector<T> items;
  std::string next;                   ///< `cursor` of the page after this one; empty: there is none
  std::vector<std::string> warnings;  ///< on the first page: what the selector may have wrong
  Json told;
};

/// Asks `list` for one page after the other and gives them to `on_page` until that says false,
/// there are no more, or there were `count` items (0: however many). A page may be short and not
/// the last: the API looks at so much for one answer, and no more. Errors: those of `list`.
template <class T, class Query>
[[nodiscard]] Result<void> each_page(
    Result<Page<T>> (*list)(ApiClient&, const Query&), ApiClient& api, Query query,
    const std::type_identity_t<std::function<bool(const Page<T>&)>>& on_page,
    std::uint64_t count = 0) {
  for (auto left = count;;) {
    if (count > 0) query.limit = std::min(query.limit, left);
    const auto page = list(api, query);
    if (!page) return tl::unexpected(page.error());
    if (!on_page(*page) || page->next.empty()) return {};
    if (count > 0 && (left -= std::min<std::uint64_t>(left, page->items.size())) == 0) return {};
    query.cursor = page->next;
  }
}

}  // namespace muster::client
