#include "json_list.hpp"

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
