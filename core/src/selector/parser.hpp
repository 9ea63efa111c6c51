/// The grammar of the targeting language, whose words core/docs/selector.md explains. Private to
/// the selector.
///
///   or      = and { "or" and }
///   and     = unary { "and" unary }
///   unary   = "not" unary | primary
///   primary = "(" or ")" | "all" | "group" ":" value | "node" ":" value | "cidr" "(" network ")"
///           | "node" test | ("age" | "last") "(" value ")" test | NAME [ test ]
///   test    = ("=" | "!=" | "<" | "<=" | ">" | ">=" | "=~" | "!~") value
///           | ["not"] "in" "(" value { "," value } ")"
///   value   = WORD | QUOTED
#pragma once

#include <muster/core/base/error.hpp>
#include <muster/core/selector/selector.hpp>
#include <string_view>
#include <tl/expected.hpp>

#include "lexer.hpp"

namespace muster::selector {

struct ParseFault {
  ErrorCode code = ErrorCode::InvalidArgument;
  Slip slip;
};

/// What all groups inside one selector share.
struct ParseBudget {
  std::size_t terms = kMaxTerms;
  int groups = 8;                  ///< deep
  std::size_t regex_steps = 1000;  ///< for each byte of a value, of all regular expressions
};

[[nodiscard]] tl::expected<Expression, ParseFault> parse_expression(std::string_view text,
                                                                    const Vocabulary& vocabulary,
                                                                    ParseBudget& budget);

}  // namespace muster::selector
