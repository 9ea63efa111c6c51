/// The targeting language: which nodes an operator means. core/docs/selector.md is its reference.
///
/// A Selector is an immutable value; every method is [any]. It resolves nothing itself: the caller
/// hands in one node at a time, and, when it parses, the words that its fleet knows.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <muster/core/base/error.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace muster::selector {

inline constexpr std::size_t kMaxTextBytes = std::size_t{16} << 10U;
inline constexpr int kMaxDepth = 64;
inline constexpr std::size_t kMaxTerms = 256;    ///< with those of the groups that are named
inline constexpr std::size_t kMaxValues = 1000;  ///< of one list

/// The fact whose value is a node's addresses, separated by commas; `cidr()` looks at it.
inline constexpr std::string_view kAddressesFact = "net.addresses";

/// Unknown: it depends on something that the node has not told.
enum class Match : std::uint8_t { No, Yes, Unknown };

struct FactView {
  std::string_view value;
  std::chrono::milliseconds age{0};
  bool stale = false;  ///< too old to be believed: as good as not told, but for `age()`
};

/// One node as the selector sees it. The functions are called during evaluate() only, what they
/// return must live until it is done; an empty function knows no name.
struct NodeView {
  std::string_view name;
  std::function<std::optional<std::string_view>(std::string_view name)> label;
  std::function<std::optional<FactView>(std::string_view name)> fact;
  /// The state of the node's last task: of any job ("job"), of an operation, or in the job of an
  /// id.
  std::function<std::optional<std::string_view>(std::string_view of)> last;
};

enum class Kind : std::uint8_t { All, Term, Group, Not, And, Or };
enum class Subject : std::uint8_t { Node, Label, Fact, Age, Last, Addresses };

/// What may stand in a selector, asked while it is parsed. An empty function allows any
/// term, fact, state and task, and no group.
struct Vocabulary {
  /// Whether a term may be about this; `name` is that of a label, fact, age or last. Errors: a
  /// sentence.
  std::function<Status(Subject subject, std::string_view name)> term;
  /// Errors: a sentence, for example that no node tells such a fact.
  std::function<Status(std::string_view name)> fact;
  std::function<Status(std::string_view name)> state;
  /// What stands in `last(...)`: "job", an operation or the id of a job.
  std::function<Status(std::string_view of)> last;
  /// The text of a group. Errors: a sentence.
  std::function<Result<std::string>(std::string_view name)> group;
};

enum class Test : std::uint8_t {
  Has,
  Equal,
  NotEqual,
  Less,
  AtMost,
  Greater,
  AtLeast,
  Matches,  ///< a regular expression
  NotMatches,
  In,
  NotIn
};

/// What a subject is compared with.
struct Value {
  std::string text;
  std::string upper;     ///< of LOW..HIGH, else empty
  bool literal = false;  ///< it was quoted, and would be a pattern or a range otherwise
  friend bool operator==(const Value&, const Value&) = default;
};

class Compiled;  // a term's values, ready to be compared

/// A node of the syntax tree.
struct Expression {
  Kind kind = Kind::All;
  Subject subject = Subject::Node;   ///< of Term
  Test test = Test::Has;             ///< of Term
  std::string name;                  ///< of Term's label, fact, age or last; of Group
  std::vector<Value> values;         ///< of Term: none of Has, any number of In and NotIn, else one
  std::vector<Expression> children;  ///< one of Not and Group (its meaning); two or more of And, Or
  std::shared_ptr<const Compiled> compiled;  ///< of Term

  friend bool operator==(const Expression& left, const Expression& right);
};

struct SyntaxError {
  std::size_t offset = 0;  ///< in bytes
  std::string sentence;    ///< what is wrong, and a hint when the slip is a common one
  std::string caret;       ///< two lines: the text, and a ^ under the place
};

/// Why a node is unknown to a selector: one of the things that it has not told, or that cannot be
/// compared.
struct Untold {
  Subject subject = Subject::Fact;
  std::string name;
  enum class Why : std::uint8_t {
    Missing,
    Stale,
    NotComparable,      ///< it is no number, and the bound is one
    BoundNotComparable  ///< the other way round
  } why = Why::Missing;
  std::chrono::milliseconds age{0};  ///< of what is stale
  std::string bound = {};            ///< of BoundNotComparable
  friend auto operator<=>(const Untold&, const Untold&) = default;
};

class Selector {
 public:
  /// Errors: InvalidArgument; the message is the sentence, then the two lines with the caret, ready
  /// to print. ResourceExhausted above a limit. `where`, if given, receives the same in parts.
  [[nodiscard]] static Result<Selector> parse(std::string_view text, SyntaxError* where = nullptr,
                                              const Vocabulary& vocabulary = {});

  /// A label that a node has not got matches no test but `!=`, `!~` and `not in`. What it has not
  /// told is Unknown, whatever the test; `untold`, if given, is added to.
  [[nodiscard]] Match evaluate(const NodeView& node, std::vector<Untold>* untold = nullptr) const;

  /// What it leaves out, one by one: of each test that must not hold a selector of just that, and
  /// of a list one for each value: `role=db`, `env=a` and `env=b` of `not role=db and env not in
  /// (a, b)`. A group is left out as a whole. Mere names, ages and last tasks are not among them.
  /// The first `most`.
  [[nodiscard]] std::vector<Selector> exclusions(std::size_t most) const;

  /// The selector in its one canonical spelling; parses to the same tree.
  [[nodiscard]] std::string text() const;
  [[nodiscard]] const Expression& expression() const { return root_; }

  friend bool operator==(const Selector&, const Selector&) = default;

 private:
  explicit Selector(Expression root) : root_(std::move(root)) {}
  Expression root_;
};

/// A value that means `text` and nothing else, as it stands in a selector: in quotes where it has
/// to be.
[[nodiscard]] std::string written_value(std::string_view text);

/// What `text` has that may not stand in a selector, not even in quotes: "no UTF-8", or the name of
/// the first character that nobody can see ("U+202E"). Empty when it has nothing of that.
[[nodiscard]] std::string unseen_in(std::string_view text);

/// Salt's compound targets ("G@os:Debian and web* and not E@db-\d+") in the words of this language,
/// to be parsed next. Grains that are facts here become those, others labels. Errors:
/// InvalidArgument, with the place as Selector::parse() tells it; Unsupported likewise for what has
/// no counterpart (pillar, range servers).
[[nodiscard]] Result<std::string> from_salt(std::string_view compound,
                                            SyntaxError* where = nullptr);
/// What of `compound` became the byte at `offset` of from_salt(compound): two lines as those of
/// SyntaxError::caret, for a mistake that only a fleet can find. "" when it is none that is
/// understood.
[[nodiscard]] std::string caret_in_salt(std::string_view compound, std::size_t offset);

}  // namespace muster::selector
