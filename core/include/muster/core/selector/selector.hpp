/// The targeting language: which nodes an operator means.
///
///   all · node:web1 · role=web · role!=web · canary (has the label) · os.name=debian (a dotted
///   name is a fact) · not · and · or · parentheses · "quoted values"; not binds tighter than and,
///   and than or.
///
/// A Selector is an immutable value; every method is [any]. It resolves nothing itself: the caller
/// hands in one node at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <muster/core/base/error.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace muster::selector {

inline constexpr std::size_t kMaxTextBytes = 4096;
inline constexpr int kMaxDepth = 64;

/// Unknown: it depends on a fact that the node has not told.
enum class Match : std::uint8_t { No, Yes, Unknown };

/// One node as the selector sees it. The functions are called during evaluate() only; an empty
/// function knows no name.
struct NodeView {
  using Lookup = std::function<std::optional<std::string>(std::string_view name)>;
  std::string_view name;
  Lookup label;
  Lookup fact;
};

enum class Kind : std::uint8_t { All, Node, Label, Fact, Not, And, Or };
enum class Test : std::uint8_t { Has, Equal, NotEqual };

/// A node of the syntax tree.
struct Expression {
  Kind kind = Kind::All;
  Test test = Test::Has;             ///< of Label and Fact
  std::string name;                  ///< of Node, Label and Fact
  std::string value;                 ///< of Label and Fact, unless test is Has
  std::vector<Expression> children;  ///< one of Not; two or more of And and Or

  friend bool operator==(const Expression&, const Expression&) = default;
};

struct SyntaxError {
  std::size_t offset = 0;  ///< in bytes
  std::string sentence;    ///< what is wrong, and a hint when the slip is a common one
  std::string caret;       ///< two lines: the text, and a ^ under the place
};

class Selector {
 public:
  /// Errors: InvalidArgument; the message is the sentence, then the two lines with the caret, ready
  /// to print. ResourceExhausted above a limit. `where`, if given, receives the same in parts.
  [[nodiscard]] static Result<Selector> parse(std::string_view text, SyntaxError* where = nullptr);

  /// `label!=value` matches a node without the label. A missing fact is Unknown, whatever the test.
  [[nodiscard]] Match evaluate(const NodeView& node) const;

  /// The selector in its one canonical spelling; parses to the same tree.
  [[nodiscard]] std::string text() const;
  [[nodiscard]] const Expression& expression() const { return root_; }

  friend bool operator==(const Selector&, const Selector&) = default;

 private:
  explicit Selector(Expression root) : root_(std::move(root)) {}
  Expression root_;
};

}  // namespace muster::selector
