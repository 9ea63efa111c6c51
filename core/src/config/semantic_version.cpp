#include "semantic_version.hpp"

#include <algorithm>

namespace muster::config {
namespace {

constexpr std::string_view kDigits = "0123456789";

bool is_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of(kDigits) == std::string_view::npos &&
         (text == "0" || text.front() != '0');
}

bool is_identifier(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
  });
}

/// Whether each part between dots is good; counts them.
template <class Good>
int dotted(std::string_view text, Good good) {
  int parts = 0;
  for (;;) {
    const std::size_t dot = std::min(text.find('.'), text.size());
    if (!good(text.substr(0, dot))) return 0;
    ++parts;
    if (dot == text.size()) return parts;
    text.remove_prefix(dot + 1);
  }
}

bool is_pre_release_part(std::string_view text) {
  const bool numeric = text.find_first_not_of(kDigits) == std::string_view::npos;
  return numeric ? is_number(text) : is_identifier(text);
}

}  // namespace

bool is_semantic_version(std::string_view text) {
  const std::size_t plus = std::min(text.find('+'), text.size());
  if (plus < text.size() && dotted(text.substr(plus + 1), is_identifier) == 0) return false;
  text = text.substr(0, plus);
  const std::size_t dash = std::min(text.find('-'), text.size());
  if (dash < text.size() && dotted(text.substr(dash + 1), is_pre_release_part) == 0) return false;
  return dotted(text.substr(0, dash), is_number) == 3;
}

}  // namespace muster::config
