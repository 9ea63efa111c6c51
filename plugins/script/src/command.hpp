/// An argument vector with places for values: `[./check, -w, "{{warn}}", [-p, "{{path}}"]]`.
///
/// A word stays one word whatever its value is, and no shell ever reads it. `{{name}}` is an
/// argument of the operation, `{{config.name}}` a value of the folder's configuration. A list in
/// the list is left out when one of its values was not given, and repeated for each item of one
/// that is a list. Plain values; every function is [any].
#pragma once

#include <cstddef>
#include <muster/sdk/error.hpp>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace muster::plugin::script {

inline constexpr std::size_t kMaxWords = 1024;  ///< with all values in place
inline constexpr std::size_t kMaxWordBytes = std::size_t{32} << 10U;
inline constexpr std::size_t kMaxWordsBytes = std::size_t{128} << 10U;

class Command {
 public:
  /// `run` is of `manifest`, at `pointer`; `arguments` is the schema of what the operation takes,
  /// or null. Errors: InvalidArgument with the pointer to the word at fault.
  [[nodiscard]] static sdk::Result<Command> parse(const nlohmann::json& run,
                                                  const nlohmann::json& manifest,
                                                  const nlohmann::json& arguments,
                                                  const std::string& pointer);

  /// The program as it is named: "./check" or "/usr/bin/check".
  [[nodiscard]] const std::string& program() const { return program_; }

  /// What follows the program. Errors: InvalidArgument, with the argument in `field`, for a value
  /// that is too long, is no text and no number, or begins with "-" where the program would take it
  /// for an option.
  [[nodiscard]] sdk::Result<std::vector<std::string>> words(const nlohmann::json& arguments,
                                                            const nlohmann::json& config) const;

 private:
  struct Piece {
    std::string text;  ///< as it is, or the name of a value
    bool is_value = false;
    bool of_config = false;
  };
  using Word = std::vector<Piece>;
  struct Group {
    std::vector<Word> words;
    bool optional = false;
  };
  class Parser;
  class Filler;

  std::string program_;
  std::vector<Group> groups_;
};

}  // namespace muster::plugin::script
