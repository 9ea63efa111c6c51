#include "paged_list.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <ostream>

namespace muster::cli {
namespace {

using nlohmann::json;

/// Each line but the first further to the right; no text in JSON has a line break.
std::string indented(std::string text, const char* by) {
  for (auto at = text.find('\n'); at != std::string::npos; at = text.find('\n', at + 1)) {
    text.insert(at + 1, by);
  }
  return text;
}

}  // namespace

CliResult<void> each_page(ApiClient& api, const PagedList& list,
                          const std::function<bool(const json&)>& on_page) {
  std::string next;
  auto left = list.limit;
  for (;;) {
    auto pairs = list.query;
    if (!next.empty()) {
      std::erase_if(pairs, [&](const auto& pair) { return pair.first == list.cursor; });
      pairs.emplace_back(list.cursor, next);
    }
    const auto size = left > 0 ? std::min(left, list.page_size) : list.page_size;
    pairs.emplace_back("limit", std::to_string(size));
    const auto page = api.get(list.path + query(pairs));
    if (!page) return tl::unexpected(page.error());
    next = text_of(*page, "next");
    if (!on_page(*page) || next.empty()) return {};
    // A page may be short and not the last: the API looks at so much for one answer, and no more.
    if (left > 0 && (left -= std::min(left, page->at(list.member).size())) == 0) return {};
  }
}

JsonList::JsonList(std::ostream& out, std::string member) : out_(out), member_(std::move(member)) {}

void JsonList::begin() {
  out_ << (begun_ ? "," : "{\n  " + json(member_).dump() + ": [");
  begun_ = true;
}

void JsonList::add(const json& item) {
  begin();
  out_ << "\n    " << indented(item.dump(2), "    ");
}

void JsonList::finish() { finish(json::object()); }

void JsonList::finish(const json& more) {
  if (!begun_) {
    begin();
    out_ << "]";
  } else {
    out_ << "\n  ]";
  }
  for (const auto& [name, value] : more.items()) {
    out_ << ",\n  " << json(name).dump() << ": " << indented(value.dump(2), "  ");
  }
  out_ << "\n}\n";
}

}  // namespace muster::cli
