#include "complete_selector.hpp"

#include <algorithm>
#include <array>
#include <muster/core/selector/selector.hpp>
#include <utility>

namespace muster::cli {
namespace {

using Words = std::vector<std::string>;

/// The text, split where its last word begins.
struct Typed {
  Words before;  ///< words, parentheses and commas
  std::string last;
};

Typed split(const std::string& text) {
  Typed typed;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted && c == '\\' && i + 1 < text.size()) {
      typed.last += c;
      typed.last += text[++i];
      continue;
    }
    if (c == '"') quoted = !quoted;
    const bool mark = c == '(' || c == ')' || c == ',';
    if (quoted || (c != ' ' && !mark)) {
      typed.last += c;
      continue;
    }
    if (!typed.last.empty()) typed.before.push_back(std::exchange(typed.last, {}));
    if (mark) typed.before.emplace_back(1, c);
  }
  return typed;
}

/// The place of the parenthesis that is still open, or npos.
std::size_t open_parenthesis(const Words& words) {
  int closed = 0;
  for (auto i = words.size(); i-- > 0;) {
    if (words[i] == ")") ++closed;
    if (words[i] == "(" && closed-- == 0) return i;
  }
  return std::string::npos;
}

/// Before a list of values the label or fact that they are of; else "".
std::string list_of(const Words& words, std::size_t open) {
  if (open < 2 || words[open - 1] != "in") return {};
  const bool negated = words[open - 2] == "not" && open > 2;
  return words[open - (negated ? 3 : 2)];
}

class SelectorEnd {
 public:
  SelectorEnd(const std::string& text, const Names& names) : names_(names), typed_(split(text)) {
    head_ = text.substr(0, text.size() - typed_.last.size());
  }

  std::vector<Candidate> candidates() {
    const auto open = open_parenthesis(typed_.before);
    if (open != std::string::npos) {
      if (const auto of = list_of(typed_.before, open); !of.empty()) {
        if (typed_.before.back() == "(" || typed_.before.back() == ",") values(of, "", typed_.last);
        return std::move(found_);
      }
      const auto call = open == 0 ? "" : typed_.before[open - 1];
      if (call == "last" || call == "age" || call == "cidr") {
        if (open + 1 == typed_.before.size()) inside(call);
        return std::move(found_);
      }
    }
    if (wants_term()) {
      term();
    } else {
      words({"and ", "or "});
    }
    return std::move(found_);
  }

 private:
  [[nodiscard]] bool wants_term() const {
    static constexpr std::array<std::string_view, 4> kBefore{"(", "and", "or", "not"};
    return typed_.before.empty() ||
           std::find(kBefore.begin(), kBefore.end(), typed_.before.back()) != kBefore.end();
  }

  void add(std::string last, std::string about, bool partial) {
    if (last.starts_with(typed_.last)) {
      found_.push_back({head_ + std::move(last), std::move(about), partial});
    }
  }

  void words(const Words& list) {
    for (const auto& word : list) add(word, "", word != "all");
  }

  /// With `before` in front of each, and `after` behind.
  void names(const std::vector<Candidate>& list, const std::string& before,
             const std::string& after = {}) {
    for (const auto& name : list) {
      if (name.partial) {
        add(before + name.text, name.about, true);
      } else {
        add(before + name.text + after, name.about, !after.empty());
      }
    }
  }

  /// One that needs quotes is offered with them, unless what was typed already has none.
  void values(const std::string& of, const std::string& before, const std::string& typed) {
    const bool quoted = typed.starts_with('"');
    for (const auto& value : names_.values(of, typed.substr(quoted ? 1 : 0))) {
      const auto written = selector::written_value(value.text);
      const bool needed = written != value.text;
      if (value.partial) {
        add(before + (quoted ? "\"" : "") + value.text, value.about, true);
      } else {
        add(before + (quoted && !needed ? "\"" + value.text + "\"" : written), value.about, false);
      }
    }
  }

  void inside(const std::string& call) {
    if (call == "age") names(names_.facts(typed_.last), "", ")");
    if (call != "last") return;
    add("job)", "any job", true);
    names(names_.operations(typed_.last), "", ")");
  }

  /// "os." first, then what is in it.
  void facts() {
    const bool inside = typed_.last.find('.') != std::string::npos;
    for (const auto& fact : names_.facts(typed_.last)) {
      const auto dot = fact.text.find('.');
      const bool whole = inside || dot == std::string::npos;
      const auto text = whole ? fact.text : fact.text.substr(0, dot + 1);
      const bool again = std::any_of(found_.begin(), found_.end(), [&](const Candidate& other) {
        return other.text == head_ + text;
      });
      if (!again) add(text, whole ? fact.about : "facts", true);
    }
  }

  void term() {
    const auto& last = typed_.last;
    if (last.starts_with("node:")) return names(names_.nodes(last.substr(5)), "node:");
    if (last.starts_with("group:")) return names(names_.groups(last.substr(6)), "group:");
    if (const auto test = last.find_first_of("=!<>"); test != std::string::npos) {
      const auto value = std::min(last.find_first_not_of("=!<>", test), last.size());
      return values(last.substr(0, test), last.substr(0, value), last.substr(value));
    }
    names(names_.labels(last), "", "=");
    facts();
    words({"all", "not ", "node:", "group:", "last(", "age(", "cidr("});
  }

  const Names& names_;
  Typed typed_;
  std::string head_;
  std::vector<Candidate> found_;
};

}  // namespace

std::vector<Candidate> complete_selector(const std::string& text, const Names& names) {
  return SelectorEnd(text, names).candidates();
}

}  // namespace muster::cli
