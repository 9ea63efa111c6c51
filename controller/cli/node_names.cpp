#include "node_names.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <map>
#include <set>
#include <utility>

#include "terminal.hpp"

namespace muster::cli {
namespace {

constexpr std::size_t kMaxDigits = 18;  // of a number that is folded: it fits 64 bits
constexpr std::size_t kMaxRanges = 32;  // in one bracket; the language allows more than one reads
constexpr std::size_t kMaxShown = 400;  // columns: a few lines

bool is_digit(char byte) { return byte >= '0' && byte <= '9'; }

/// The digits, or what is no digit, at the beginning of `text`, which is not empty.
std::string_view first_part(std::string_view text) {
  const bool number = is_digit(text.front());
  const auto end = std::find_if(text.begin(), text.end(),
                                [number](char byte) { return is_digit(byte) != number; });
  return text.substr(0, static_cast<std::size_t>(end - text.begin()));
}

int compare_numbers(std::string_view left, std::string_view right) {
  left.remove_prefix(std::min(left.find_first_not_of('0'), left.size()));
  right.remove_prefix(std::min(right.find_first_not_of('0'), right.size()));
  if (left.size() != right.size()) return left.size() < right.size() ? -1 : 1;
  return left.compare(right);
}

/// Numbers come before letters, as in the alphabet of a terminal.
int compare_parts(std::string_view left, std::string_view right) {
  const bool numbers = is_digit(left.front()) && is_digit(right.front());
  return numbers ? compare_numbers(left, right) : left.compare(right);
}

/// As it is written.
struct Number {
  std::size_t width = 0;  // in digits where zeros stand before it, else 0
  std::uint64_t value = 0;
  [[nodiscard]] auto operator<=>(const Number&) const = default;
};

Number number_from(const std::string& digits) {
  Number number;
  std::from_chars(digits.data(), digits.data() + digits.size(), number.value);
  if (digits.size() > 1 && digits.front() == '0') number.width = digits.size();
  return number;
}

std::string written(std::uint64_t value, std::size_t width) {
  const auto digits = std::to_string(value);
  return std::string(width > digits.size() ? width - digits.size() : 0, '0') + digits;
}

struct Bracket {
  std::string text;  // "1-3,5"
  std::size_t count = 0;
  std::size_t ranges = 0;
};

/// Takes `first` and those that follow it out of `numbers`. What needs no zeros any more follows
/// what does: 08, 09, 10.
void add_range(Bracket& bracket, std::set<Number>& numbers, Number first) {
  auto last = first.value;
  numbers.erase(first);
  while (numbers.erase(number_from(written(last + 1, first.width))) > 0) ++last;
  bracket.text += (bracket.text.empty() ? "" : ",") + written(first.value, first.width);
  if (last != first.value) bracket.text += "-" + written(last, first.width);
  bracket.count += last - first.value + 1;
  ++bracket.ranges;
}

std::vector<Bracket> brackets_of(const std::vector<std::string>& written_numbers) {
  std::set<Number> numbers;
  for (const auto& digits : written_numbers) numbers.insert(number_from(digits));
  std::vector<Bracket> brackets;
  while (!numbers.empty()) {
    if (brackets.empty() || brackets.back().ranges == kMaxRanges) brackets.emplace_back();
    const auto with_zeros = numbers.upper_bound({0, UINT64_MAX});
    add_range(brackets.back(), numbers,
              with_zeros != numbers.end() ? *with_zeros : *numbers.begin());
  }
  return brackets;
}

/// Some names: their text in parts, every second of them a number or a bracket of numbers.
struct Item {
  std::vector<std::string> parts;
  std::size_t count = 1;

  [[nodiscard]] std::string text() const {
    std::string text;
    for (const auto& part : parts) text += part;
    return text;
  }
};

/// Whether a pattern of the language can be made of it: a-z, 0-9 and -_. but no range of values.
bool can_fold(std::string_view name) {
  const auto is_plain = [](char byte) {
    return is_digit(byte) || (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           byte == '-' || byte == '_' || byte == '.';
  };
  return std::all_of(name.begin(), name.end(), is_plain) &&
         name.find("..") == std::string_view::npos;
}

Item item_of(const std::string& name) {
  if (!can_fold(name)) return {{name}};
  Item item{{""}};
  for (std::string_view rest = name; !rest.empty();) {
    const auto part = first_part(rest);
    rest.remove_prefix(part.size());
    if (is_digit(part.front()) && part.size() <= kMaxDigits) {
      item.parts.emplace_back(part);
      item.parts.emplace_back();
    } else {
      item.parts.back() += part;
    }
  }
  return item;
}

/// Items that differ in the number at one place only become one.
class FoldAt {
 public:
  explicit FoldAt(std::size_t place) : place_(place) {}

  void add(Item item) {
    if (place_ >= item.parts.size()) {
      kinds_.push_back({std::move(item), {}});
      return;
    }
    auto number = std::exchange(item.parts[place_], {});
    const auto [known, fresh] = by_parts_.try_emplace(item.parts, kinds_.size());
    if (fresh) kinds_.push_back({std::move(item), {}});
    kinds_[known->second].numbers.push_back(std::move(number));
  }

  [[nodiscard]] std::vector<Item> items() const {
    std::vector<Item> items;
    for (const auto& kind : kinds_) {
      if (kind.numbers.empty()) items.push_back(kind.item);
      for (const auto& bracket : brackets_of(kind.numbers)) {
        auto item = kind.item;
        item.parts[place_] = bracket.count > 1 ? "[" + bracket.text + "]" : bracket.text;
        item.count *= bracket.count;
        items.push_back(std::move(item));
      }
    }
    return items;
  }

 private:
  struct Kind {
    Item item;
    std::vector<std::string> numbers;
  };
  std::size_t place_;
  std::vector<Kind> kinds_;
  std::map<std::vector<std::string>, std::size_t> by_parts_;
};

}  // namespace

bool comes_before(std::string_view name, std::string_view other) {
  auto left = name;
  auto right = other;
  while (!left.empty() && !right.empty()) {
    const auto one = first_part(left);
    const auto two = first_part(right);
    if (const int order = compare_parts(one, two); order != 0) return order < 0;
    left.remove_prefix(one.size());
    right.remove_prefix(two.size());
  }
  return left.empty() != right.empty() ? left.empty() : name < other;
}

std::vector<FoldedNames> folded(std::vector<std::string> names) {
  std::sort(names.begin(), names.end(), comes_before);
  std::vector<Item> items;
  std::size_t places = 0;
  for (const auto& name : names) {
    items.push_back(item_of(name));
    places = std::max(places, items.back().parts.size());
  }
  // From the last number on: hosts are counted there, and racks before it.
  for (std::size_t parts = places; parts > 2; parts -= 2) {
    FoldAt fold(parts - 2);
    for (auto& item : items) fold.add(std::move(item));
    items = fold.items();
  }
  std::vector<FoldedNames> result;
  for (const auto& item : items) result.push_back({item.text(), item.count});
  return result;
}

std::string names_text(const std::vector<std::string>& names, std::size_t total) {
  std::string text;
  std::size_t shown = 0;
  for (const auto& some : folded(names)) {
    if (!text.empty() && text.size() + some.text.size() > kMaxShown) break;
    text += (text.empty() ? "" : ", ") + printable(some.text);
    shown += some.count;
  }
  total = std::max(total, names.size());
  if (shown < total) text += " and " + std::to_string(total - shown) + " more";
  return text;
}

}  // namespace muster::cli
