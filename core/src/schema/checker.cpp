#include "checker.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "document.hpp"

namespace muster::schema {
namespace {

using nlohmann::json;

/// Bounds what one check costs, whatever schema and value do together: alternatives within
/// alternatives multiply. A step is one schema at one value, or some bytes of text against a
/// pattern.
constexpr std::size_t kMaxSteps = 1'000'000;

unsigned type_bits(const json& value) {
  switch (value.type()) {
    case json::value_t::null:
      return kNull;
    case json::value_t::boolean:
      return kBoolean;
    case json::value_t::string:
      return kString;
    case json::value_t::array:
      return kArray;
    case json::value_t::object:
      return kObject;
    case json::value_t::number_integer:
    case json::value_t::number_unsigned:
    case json::value_t::number_float:
      return is_whole(value) && fits_int64(value) ? kInteger | kNumber : kNumber;
    default:
      return 0;
  }
}

/// Wide enough to hold every 64-bit integer and every double exactly, so that comparing is right.
long double as_number(const json& value) {
  if (value.is_number_unsigned()) return static_cast<long double>(value.get<std::uint64_t>());
  if (value.is_number_integer()) return static_cast<long double>(value.get<std::int64_t>());
  return static_cast<long double>(value.get<double>());
}

/// A value in a sentence, cut when it is long, at the end of a character.
std::string shown(const json& value) {
  constexpr std::size_t kMost = 60;
  std::string text = value.dump(-1, ' ', false, json::error_handler_t::replace);
  if (text.size() <= kMost) return text;
  std::size_t end = kMost;
  while ((static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return text.substr(0, end) + "...";
}

/// "a", "a or b", "a, b or c"
std::string either(const std::vector<std::string>& parts) {
  std::string text;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) text += i + 1 == parts.size() ? " or " : ", ";
    text += parts[i];
  }
  return text;
}

std::string type_names(unsigned types) {
  static constexpr std::array<std::pair<unsigned, std::string_view>, 7> kNames{
      {{kNull, "null"},
       {kBoolean, "a boolean"},
       {kInteger, "an integer"},
       {kNumber, "a number"},
       {kString, "a string"},
       {kArray, "a list"},
       {kObject, "a map"}}};
  std::vector<std::string> names;
  for (const auto& [bit, name] : kNames) {
    if ((types & bit) != 0) names.emplace_back(name);
  }
  return either(names);
}

std::string counted(std::size_t count, const std::string& singular) {
  return std::to_string(count) + " " + singular + (count == 1 ? "" : "s");
}

class Checker {
 public:
  explicit Checker(const std::vector<Node>& nodes) : nodes_(nodes) {}

  std::vector<Violation> run(NodeIndex entry, const json& value) {
    check(entry, value, "", 0);
    if (steps_ > kMaxSteps) {
      violations_.assign(1, Violation{"", "takes more steps to check than is allowed"});
    }
    return std::move(violations_);
  }

 private:
  void report(const std::string& pointer, std::string message) {
    if (violations_.size() < kMaxViolations) violations_.push_back({pointer, std::move(message)});
  }

  [[nodiscard]] bool spend(std::size_t steps) {
    steps_ += steps;
    return steps_ <= kMaxSteps && violations_.size() < kMaxViolations;
  }

  void check(NodeIndex index, const json& value, const std::string& pointer, int depth) {
    if (!spend(1)) return;
    const Node& node = nodes_[index];
    const bool outside = std::exchange(secret_, secret_ || node.secret);
    check_node(node, value, pointer, depth);
    secret_ = outside;
  }

  void check_node(const Node& node, const json& value, const std::string& pointer, int depth) {
    if (node.never) return report(pointer, "is not allowed");
    if (depth > kMaxDepth) return report(pointer, "is nested too deeply");
    if (node.types != 0 && (node.types & type_bits(value)) == 0) {
      return report(
          pointer, "must be " + type_names(node.types) + ", but is " + std::string(kind_of(value)));
    }
    if (!allowed(node, value, pointer)) return;
    if (value.is_number()) check_number(node, value, pointer);
    if (value.is_string()) check_text(node, value.get_ref<const std::string&>(), pointer);
    if (value.is_array()) check_list(node, value, pointer, depth);
    if (value.is_object()) check_map(node, value, pointer, depth);
    if (!node.one_of.empty()) check_one_of(node, value, pointer, depth);
    if (node.ref != kNoNode) check(node.ref, value, pointer, depth);
  }

  bool allowed(const Node& node, const json& value, const std::string& pointer) {
    if (node.constant && *node.constant != value) {
      report(pointer, "must be " + shown(*node.constant));
      return false;
    }
    if (node.choices.empty() || !spend(node.choices.size() / 16)) return true;
    if (std::find(node.choices.begin(), node.choices.end(), value) != node.choices.end())
      return true;
    constexpr std::size_t kMostListed = 12;
    std::vector<std::string> listed;
    std::vector<std::string> texts;
    for (const auto& choice : node.choices) {
      if (choice.is_string()) texts.push_back(choice.get<std::string>());
      if (listed.size() < kMostListed) listed.push_back(shown(choice));
    }
    if (node.choices.size() > kMostListed)
      listed.emplace_back("another of " + std::to_string(node.choices.size()));
    const std::string nearest = value.is_string()
                                    ? nearest_name(value.get_ref<const std::string&>(), texts)
                                    : std::string();
    report(pointer, "must be " + either(listed) +
                        (nearest.empty() ? "" : "; did you mean \"" + nearest + "\"?"));
    return false;
  }

  void check_number(const Node& node, const json& value, const std::string& pointer) {
    const long double number = as_number(value);
    const auto must = [&](bool good, const char* relation, const json& bound) {
      if (!good)
        report(pointer, std::string("must be ") + relation + " " + bound.dump() +
                            (secret_ ? "" : ", but is " + value.dump()));
    };
    if (node.minimum) must(number >= as_number(*node.minimum), "at least", *node.minimum);
    if (node.maximum) must(number <= as_number(*node.maximum), "at most", *node.maximum);
    if (node.exclusive_minimum) {
      must(number > as_number(*node.exclusive_minimum), "greater than", *node.exclusive_minimum);
    }
    if (node.exclusive_maximum) {
      must(number < as_number(*node.exclusive_maximum), "less than", *node.exclusive_maximum);
    }
  }

  void check_count(const LengthRange& range, std::size_t count, const std::string& unit,
                   const std::string& pointer) {
    if (count < range.least) {
      report(pointer, "must have at least " + counted(range.least, unit) + ", but has " +
                          std::to_string(count));
    } else if (count > range.most) {
      report(pointer, "must have at most " + counted(range.most, unit) + ", but has " +
                          std::to_string(count));
    }
  }

  void check_text(const Node& node, const std::string& text, const std::string& pointer) {
    check_count(node.length, count_characters(text), "character", pointer);
    if (node.pattern && text.size() > kMaxPatternSubjectBytes) {
      report(pointer, "must be at most " + std::to_string(kMaxPatternSubjectBytes) +
                          " bytes long, because it has a pattern");
    } else if (node.pattern && spend(text.size() / 4) && !node.pattern->found_in(text)) {
      report(pointer, pattern_fault(node, text));
    }
    if (auto fault = format_fault(node.format, text); !fault.empty())
      report(pointer, std::move(fault));
  }

  [[nodiscard]] std::string pattern_fault(const Node& node, const std::string& text) const {
    if (node.pattern_in_words.empty()) {
      return "must match the pattern " + node.pattern_text +
             (node.description.empty() ? std::string() : " (" + node.description + ")");
    }
    const bool secret = secret_ || node.format == Format::SecretRef;
    return "must be " + node.pattern_in_words +
           (secret ? std::string() : ", but is " + shown(json(text)));
  }

  void check_list(const Node& node, const json& value, const std::string& pointer, int depth) {
    check_count(node.items_count, value.size(), "item", pointer);
    if (node.items == kNoNode) return;
    for (std::size_t i = 0; i < value.size(); ++i) {
      if (!spend(0)) return;
      check(node.items, value[i], child_pointer(pointer, i), depth + 1);
    }
  }

  void check_map(const Node& node, const json& value, const std::string& pointer, int depth) {
    for (const auto& name : node.required) {
      if (!value.contains(name)) report(child_pointer(pointer, name), "is required, but missing");
    }
    for (const auto& [name, part] : value.items()) {
      if (!spend(0)) return;
      const auto declared = node.properties.find(name);
      if (declared != node.properties.end()) {
        check(declared->second, part, child_pointer(pointer, name), depth + 1);
      } else if (node.additional != kNoNode && nodes_[node.additional].never) {
        report(child_pointer(pointer, name), unknown_property(node, name));
      } else if (node.additional != kNoNode) {
        check(node.additional, part, child_pointer(pointer, name), depth + 1);
      }
    }
  }

  static std::string unknown_property(const Node& node, const std::string& name) {
    std::vector<std::string> known;
    for (const auto& property : node.properties) known.push_back(property.first);
    const std::string nearest = nearest_name(name, known);
    return nearest.empty() ? "is not a known property"
                           : "is not a known property; did you mean \"" + nearest + "\"?";
  }

  std::vector<Violation> probe(NodeIndex index, const json& value, const std::string& pointer,
                               int depth) {
    std::vector<Violation> before = std::exchange(violations_, {});
    check(index, value, pointer, depth);
    return std::exchange(violations_, std::move(before));
  }

  void check_one_of(const Node& node, const json& value, const std::string& pointer, int depth) {
    std::size_t matching = 0;
    std::vector<std::vector<Violation>>
        close;  // of the forms that at least want this type of value
    for (const NodeIndex part : node.one_of) {
      auto violations = probe(part, value, pointer, depth);
      if (violations.empty()) {
        ++matching;
      } else if (violations.front().pointer != pointer) {
        close.push_back(std::move(violations));
      }
    }
    const std::string forms = std::to_string(node.one_of.size()) + " allowed forms";
    if (matching == 1) return;
    if (matching > 1)
      return report(pointer, "must have exactly one of the " + forms + ", but has " +
                                 std::to_string(matching));
    if (close.size() != 1) return report(pointer, "has none of the " + forms);
    for (auto& violation : close.front()) report(violation.pointer, std::move(violation.message));
  }

  const std::vector<Node>& nodes_;
  std::vector<Violation> violations_;
  std::size_t steps_ = 0;
  bool secret_ = false;  // the value at hand is, or is a part of what is
};

}  // namespace

std::vector<Violation> check_value(const std::vector<Node>& nodes, NodeIndex entry,
                                   const json& value) {
  return Checker(nodes).run(entry, value);
}

}  // namespace muster::schema
