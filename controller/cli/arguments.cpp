#include "arguments.hpp"

#include <algorithm>
#include <boost/program_options.hpp>
#include <charconv>
#include <muster/core/base/near_name.hpp>

namespace muster::cli {
namespace {

namespace po = boost::program_options;

// No option can be typed with this name.
constexpr const char* kWords = " words";

po::options_description describe(const std::vector<Option>& options) {
  po::options_description described;
  for (const auto& option : options) {
    const auto names =
        option.letter == '\0' ? option.name : option.name + "," + std::string(1, option.letter);
    if (option.value.empty()) {
      described.add_options()(names.c_str(), po::bool_switch(), "");
    } else {
      described.add_options()(names.c_str(), po::value<std::vector<std::string>>()->composing(),
                              "");
    }
  }
  described.add_options()(kWords, po::value<std::vector<std::string>>());
  return described;
}

/// The option that somebody meant with "--timeut" or "-on".
std::string meant(const std::vector<Option>& options, const std::string& typed) {
  const auto begin = std::min(typed.find_first_not_of('-'), typed.size());
  const auto name = typed.substr(begin, typed.find('=') - begin);
  std::vector<std::string> names;
  for (const auto& option : options) {
    if (option.name == name) return "; did you mean --" + name + "?";
    names.push_back(option.name);
  }
  const auto near = name.size() > 1 ? near_name(name, names) : "";
  return near.empty() ? "" : "; did you mean --" + near + "?";
}

}  // namespace

std::string Arguments::value(const std::string& option, const std::string& otherwise) const {
  const auto found = values_.find(option);
  return found == values_.end() || found->second.empty() ? otherwise : found->second.back();
}

std::optional<std::string> Arguments::given(const std::string& option) const {
  return has(option) ? std::optional(value(option)) : std::nullopt;
}

std::vector<std::string> Arguments::values(const std::string& option) const {
  const auto found = values_.find(option);
  return found == values_.end() ? std::vector<std::string>{} : found->second;
}

std::optional<std::uint64_t> number_from(std::string_view text) {
  std::uint64_t number = 0;
  const auto* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || stopped != end || number == 0) return std::nullopt;
  return number;
}

CliResult<Arguments> parse_arguments(const std::vector<Option>& options,
                                     const std::vector<std::string>& words) {
  const auto dash = std::find(words.begin(), words.end(), "--");
  Arguments arguments;
  if (dash != words.end()) arguments.after_dash.assign(dash + 1, words.end());
  try {
    namespace style = po::command_line_style;
    const auto described = describe(options);
    po::positional_options_description positions;
    positions.add(kWords, -1);
    const auto parsed = po::command_line_parser(std::vector<std::string>(words.begin(), dash))
                            .options(described)
                            .positional(positions)
                            .style(style::unix_style & ~style::allow_guessing)
                            .run();
    for (const auto& given : parsed.options) {
      auto& values =
          given.string_key == kWords ? arguments.words : arguments.values_[given.string_key];
      values.insert(values.end(), given.value.begin(), given.value.end());
    }
  } catch (const po::unknown_option& wrong) {
    return failure(Exit::Usage, wrong.what() + meant(options, wrong.get_option_name()));
  } catch (const po::error& wrong) {
    return failure(Exit::Usage, wrong.what());
  }
  for (const auto& option : options) {
    if (!option.repeated && arguments.values(option.name).size() > 1) {
      return failure(Exit::Usage, "option '--" + option.name + "' is given more than once");
    }
  }
  return arguments;
}

}  // namespace muster::cli
