#include "scalar.hpp"

#include <charconv>
#include <cmath>
#include <cstdint>
#include <string_view>

namespace muster::config {
namespace {

using Value = tl::expected<nlohmann::json, std::string>;

bool all_of(std::string_view text, std::string_view allowed) {
  return !text.empty() && text.find_first_not_of(allowed) == std::string_view::npos;
}

/// [-+]? (\.[0-9]+ | [0-9]+(\.[0-9]*)?) ([eE][-+]?[0-9]+)?
bool is_float(std::string_view text) {
  std::size_t at = 0;
  const auto digits = [&] {
    const std::size_t first = at;
    while (at < text.size() && text[at] >= '0' && text[at] <= '9') ++at;
    return at - first;
  };
  const auto accept = [&](std::string_view any) {
    if (at >= text.size() || any.find(text[at]) == std::string_view::npos) return false;
    ++at;
    return true;
  };
  accept("+-");
  const std::size_t whole = digits();
  const std::size_t fraction = accept(".") ? digits() : 0;
  if (whole == 0 && fraction == 0) return false;
  if (accept("eE")) {
    accept("+-");
    if (digits() == 0) return false;
  }
  return at == text.size();
}

Value integer(std::string_view digits, int base, bool negative) {
  std::uint64_t number = 0;
  const auto [rest, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), number, base);
  constexpr std::uint64_t kLowest = std::uint64_t{1} << 63U;
  if (error != std::errc{} || (negative && number > kLowest)) {
    return tl::unexpected<std::string>(
        "the number does not fit into 64 bits; quote it to keep its text");
  }
  if (negative) return nlohmann::json(static_cast<std::int64_t>(~number + 1));
  if (number >= kLowest) return nlohmann::json(number);
  return nlohmann::json(static_cast<std::int64_t>(number));
}

Value real(std::string_view text) {
  double number = 0;
  if (text.front() == '+') text.remove_prefix(1);
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc::result_out_of_range || !std::isfinite(number)) {
    return tl::unexpected<std::string>("the number is out of range; quote it to keep its text");
  }
  return nlohmann::json(number);
}

bool is_infinity_or_nan(std::string_view text) {
  if (text == ".nan" || text == ".NaN" || text == ".NAN") return true;
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) text.remove_prefix(1);
  return text == ".inf" || text == ".Inf" || text == ".INF";
}

}  // namespace

tl::expected<nlohmann::json, std::string> plain_scalar(const std::string& text) {
  if (text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL") {
    return nlohmann::json(nullptr);
  }
  if (text == "true" || text == "True" || text == "TRUE") return nlohmann::json(true);
  if (text == "false" || text == "False" || text == "FALSE") return nlohmann::json(false);
  const std::string_view view(text);
  constexpr std::string_view kDecimal = "0123456789";
  if (view.starts_with("0x") && all_of(view.substr(2), "0123456789abcdefABCDEF")) {
    return integer(view.substr(2), 16, false);
  }
  if (view.starts_with("0o") && all_of(view.substr(2), "01234567")) {
    return integer(view.substr(2), 8, false);
  }
  const bool is_signed = view.front() == '-' || view.front() == '+';
  if (all_of(view.substr(is_signed ? 1 : 0), kDecimal)) {
    return integer(view.substr(is_signed ? 1 : 0), 10, view.front() == '-');
  }
  if (is_infinity_or_nan(view)) {
    return tl::unexpected<std::string>(
        "infinity and not-a-number are not allowed; quote them to keep the text");
  }
  if (is_float(view)) return real(view);
  return nlohmann::json(text);
}

}  // namespace muster::config
