/// Text in lines that are no wider than they may be, as far as words allow it. Plain functions, any
/// thread.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace muster::cli {

struct Term {
  std::string name;
  std::string meaning;
};

/// The words of `text`, which is printable(), in lines of at most `width` columns that begin with
/// `indent` blanks.
[[nodiscard]] std::string wrapped(const std::string& text, std::size_t indent, std::size_t width);

/// Names on the left, from `indent` on, what they mean on the right; below them where the names or
/// the terminal leave too little room.
[[nodiscard]] std::string terms_text(const std::vector<Term>& terms, std::size_t width,
                                     std::size_t indent = 2);

}  // namespace muster::cli
