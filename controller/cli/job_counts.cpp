#include "job_counts.hpp"

#include "terminal.hpp"

namespace muster::cli {

std::string words_of_state(std::string_view state, bool check) {
  return std::string(check && state == "changed" ? "would change" : state);
}

std::string counts_text(const client::Counts& counts, bool check, std::string_view between,
                        Paint paint) {
  std::string text;
  for (const auto& [state, count] : counts.states) {
    if (count == 0) continue;
    const auto words = std::to_string(count) + " " + words_of_state(state, check);
    if (!text.empty()) text += between;
    text += paint == Paint::Coloured ? coloured(words, colour_of_state(state)) : words;
  }
  return text;
}

}  // namespace muster::cli
