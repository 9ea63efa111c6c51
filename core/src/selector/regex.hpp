/// Regular expressions whose time grows with the text alone (RE2). Private to the selector.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace re2 {
class RE2;
}

namespace muster::selector {

class Regex {
 public:
  /// Syntax of RE2, which is PCRE's without look-around and back references. Errors: what is wrong.
  [[nodiscard]] static tl::expected<Regex, std::string> compile(std::string_view text);
  static constexpr std::size_t kMaxText = 1024;
  /// Anywhere in it, unless it says ^ or $; only the first kMaxText bytes are looked at.
  /// What it costs for each byte that it looks at, in steps.
  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] bool found_in(std::string_view text) const;

 private:
  explicit Regex(std::shared_ptr<const re2::RE2> regex) : regex_(std::move(regex)) {}
  std::shared_ptr<const re2::RE2> regex_;
};

}  // namespace muster::selector
