#include "labels.hpp"

#include <algorithm>
#include <array>
#include <muster/core/selector/selector.hpp>

namespace muster::controller {
namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

constexpr std::array<std::string_view, 10> kWords{"all",  "and",   "or",  "not",  "in",
                                                  "node", "group", "age", "last", "cidr"};

/// Also what ends a line or moves on in it: a label is shown in one.
std::string unseen_in(std::string_view value) {
  if (value.find_first_of("\t\n\r") != std::string_view::npos) return "a tab or a line's end";
  return selector::unseen_in(value);
}

}  // namespace

bool is_label_name(std::string_view name) {
  return !name.empty() && name.size() <= 64 && is_letter(name.front()) &&
         std::all_of(name.begin(), name.end(),
                     [](char c) { return is_letter(c) || is_digit(c) || c == '-' || c == '_'; }) &&
         std::find(kWords.begin(), kWords.end(), name) == kWords.end();
}

Status check_labels(const Labels& labels) {
  if (labels.size() > kMaxLabels) {
    return fail(ErrorCode::InvalidArgument, "a node has at most 64 labels", "/labels");
  }
  for (const auto& [name, value] : labels) {
    if (!is_label_name(name)) {
      return fail(ErrorCode::InvalidArgument, "a label's name " + std::string(kLabelNameRule),
                  "/labels/" + name.substr(0, 64));
    }
    if (value.size() > kMaxLabelValue) {
      return fail(ErrorCode::InvalidArgument, "a label's value has at most 256 bytes",
                  "/labels/" + name);
    }
    if (const auto unseen = unseen_in(value); !unseen.empty()) {
      return fail(ErrorCode::InvalidArgument,
                  "the value of the label " + name + " has " + unseen +
                      "; a label has only what can be seen",
                  "/labels/" + name);
    }
  }
  return {};
}

}  // namespace muster::controller
