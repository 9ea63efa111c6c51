#include <cli/caret_line.hpp>
#include <muster/core/base/display_width.hpp>
#include <sstream>

#include "catch.hpp"

using namespace muster::cli;

namespace {

/// The words of a text that is one column wide each, up to the place of the caret.
std::string pointed_at(const std::string& message) {
  std::istringstream in(message);
  std::string sentence;
  std::string text;
  std::string caret;
  std::getline(in, sentence);
  std::getline(in, text);
  std::getline(in, caret);
  REQUIRE(caret.back() == '^');
  return caret.size() > text.size() ? "" : text.substr(caret.size() - 1, 1);
}

}  // namespace

TEST_CASE("what fits and what is for no terminal stays as it is", "[unit][cli]") {
  const std::string message = "a term is missing\nrole=web and or\n             ^";
  CHECK(fit_carets(message, 40) == message);
  CHECK(fit_carets(message, 0) == message);
  CHECK(fit_carets("two\nlines", 1) == "two\nlines");
}

TEST_CASE("a long text is cut around the place, and the caret stays under it", "[unit][cli]") {
  for (std::size_t place = 0; place < 70; ++place) {
    std::string text(70, 'x');
    text[place] = '!';
    for (const std::size_t columns : {12U, 20U, 40U, 69U, 70U, 80U}) {
      INFO(place << " in " << columns);
      const auto shown = fit_carets("why\n" + text + "\n" + std::string(place, ' ') + "^", columns);
      CHECK(pointed_at(shown) == "!");
      std::istringstream lines(shown);
      for (std::string line; std::getline(lines, line);)
        CHECK(muster::display_width(line) <= columns);
    }
  }
}

TEST_CASE("a caret behind the end and wide characters stay in their places", "[unit][cli]") {
  const std::string text(70, 'x');
  CHECK(fit_carets("why\n" + text + "\n" + std::string(70, ' ') + "^", 40) ==
        "why\n..." + std::string(23, 'x') + "\n" + std::string(26, ' ') + "^");
  std::string wide;
  for (int i = 0; i < 30; ++i) wide += "東";
  const auto shown = fit_carets("why\n" + wide + "!\n" + std::string(60, ' ') + "^", 20);
  CHECK(shown == "why\n...東東東東東!\n             ^");
}
