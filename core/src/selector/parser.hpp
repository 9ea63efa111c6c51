/// The grammar of the targeting language. Private to the selector.
///
///   or      = and { "or" and }
///   and     = unary { "and" unary }
///   unary   = "not" unary | primary
///   primary = "(" or ")" | "all" | "node" ":" value | NAME [ ("=" | "!=") value ]
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

[[nodiscard]] tl::expected<Expression, ParseFault> parse_expression(std::string_view text);

}  // namespace muster::selector
