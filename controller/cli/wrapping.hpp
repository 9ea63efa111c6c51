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

/// Each line of `text`, which is printable() or coloured(), as it is where it is no wider than
/// `width`, or where that is 0 and there is no terminal. Else in several, of which those after the
/// first begin with `indent` blanks. It is broken at blanks, and what is too wide without any after
/// a | or a comma.
[[nodiscard]] std::string fitted(const std::string& text, std::size_t indent, std::size_t width);

/// A line of a report: `name`, and one_line() of `text` from column `at` on, fitted(); below the
/// name where it has words that are too wide to stand beside it.
[[nodiscard]] std::string entry(const std::string& name, const std::string& text, std::size_t at,
                                std::size_t width);

/// The words of `text`, which is printable(), in lines of at most `width` columns that begin with
/// `indent` blanks.
[[nodiscard]] std::string wrapped(const std::string& text, std::size_t indent, std::size_t width);

/// Names on the left, from `indent` on, what they mean on the right; below them where the names or
/// the terminal leave too little room.
[[nodiscard]] std::string terms_text(const std::vector<Term>& terms, std::size_t width,
                                     std::size_t indent = 2);

}  // namespace muster::cli
