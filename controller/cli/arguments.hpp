/// A command's words, checked against what the command says it takes.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "failure.hpp"

namespace muster::cli {

struct Option {
  std::string name;   ///< without the dashes
  std::string value;  ///< what the value is called in the help, or empty for a switch
  std::string help;
  bool repeated = false;
  char letter = '\0';  ///< a short form, for what people type from habit
};

class Arguments {
 public:
  [[nodiscard]] bool has(const std::string& option) const { return values_.contains(option); }
  /// The option's last value, or `otherwise`.
  [[nodiscard]] std::string value(const std::string& option,
                                  const std::string& otherwise = {}) const;
  /// The same where it was given at all.
  [[nodiscard]] std::optional<std::string> given(const std::string& option) const;
  [[nodiscard]] std::vector<std::string> values(const std::string& option) const;

  std::vector<std::string> words;       ///< what is no option, in order
  std::vector<std::string> after_dash;  ///< everything after "--", untouched

 private:
  friend CliResult<Arguments> parse_arguments(const std::vector<Option>&,
                                              const std::vector<std::string>&);
  std::map<std::string, std::vector<std::string>> values_;
};

/// A whole number from 1 on, and nothing else in `text`.
[[nodiscard]] std::optional<std::uint64_t> number_from(std::string_view text);

/// Errors: Usage for an unknown option, with one that is near, a missing value or a value for a
/// switch. Options may stand before, between and after the words, as `--name value` or
/// `--name=value`.
[[nodiscard]] CliResult<Arguments> parse_arguments(const std::vector<Option>& options,
                                                   const std::vector<std::string>& words);

}  // namespace muster::cli
