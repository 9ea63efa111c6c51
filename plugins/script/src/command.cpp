#include "command.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <utility>

#include "declared.hpp"

namespace muster::plugin::script {
namespace {

using nlohmann::json;
using sdk::ErrorCode;

constexpr std::string_view kConfigPrefix = "config.";
const json kNothing = json::object();

bool is_name(std::string_view text) {
  const auto good = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  };
  return !text.empty() && std::all_of(text.begin(), text.end(), good);
}

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

std::string text_of(const json& word) {
  // An integer may come as 5.0, and no program takes it so.
  constexpr double kExact = 9007199254740992.0;  // 2^53
  if (word.is_number_float() && std::abs(word.get<double>()) < kExact &&
      std::trunc(word.get<double>()) == word.get<double>()) {
    return std::to_string(word.get<std::int64_t>());
  }
  return word.is_string() ? word.get<std::string>() : word.dump();
}

}  // namespace

/// Reads the words of one `run`.
class Command::Parser {
 public:
  Parser(const json& manifest, const json& arguments)
      : manifest_(manifest),
        arguments_(arguments),
        config_(manifest.contains("config") ? manifest["config"] : kNothing) {}

  sdk::Result<Group> group(const json& part, const std::string& pointer) const {
    Group group;
    group.optional = part.is_array();
    const json words = group.optional ? part : json::array({part});
    int lists = 0;
    for (std::size_t i = 0; i < words.size(); ++i) {
      const auto at = group.optional ? pointer + "/" + std::to_string(i) : pointer;
      auto word = this->word(text_of(words[i]), group.optional, at, lists);
      if (!word) return tl::unexpected(word.error());
      group.words.push_back(std::move(*word));
    }
    if (lists > 1) return refuse(pointer, "it has two values that are lists; one can be repeated");
    return group;
  }

 private:
  static tl::unexpected<sdk::Error> refuse(const std::string& pointer, const std::string& why) {
    return sdk::fail(ErrorCode::InvalidArgument, why, pointer);
  }

  sdk::Result<Word> word(std::string_view text, bool optional, const std::string& pointer,
                         int& lists) const {
    Word word;
    while (!text.empty()) {
      const auto open = text.find("{{");
      if (open != 0) word.push_back({std::string(text.substr(0, open)), false, false});
      if (open == std::string_view::npos) break;
      const auto close = text.find("}}", open);
      if (close == std::string_view::npos) return refuse(pointer, "{{ is never closed with }}");
      auto piece =
          value(trimmed(text.substr(open + 2, close - open - 2)), optional, pointer, lists);
      if (!piece) return tl::unexpected(piece.error());
      word.push_back(std::move(*piece));
      text.remove_prefix(close + 2);
    }
    return word;
  }

  sdk::Result<Piece> value(std::string_view name, bool optional, const std::string& pointer,
                           int& lists) const {
    Piece piece{std::string(name), true, name.starts_with(kConfigPrefix)};
    if (piece.of_config) piece.text.erase(0, kConfigPrefix.size());
    const std::string what = piece.of_config ? "the configuration" : "the arguments";
    if (!is_name(piece.text)) {
      return refuse(pointer, "{{" + std::string(name) +
                                 "}} names no value; write {{argument}} or " + "{{config.name}}");
    }
    const auto said = declared(manifest_, piece.of_config ? config_ : arguments_, piece.text);
    if (!said.known) {
      return refuse(pointer,
                    "{{" + std::string(name) + "}} is not among the properties of " + what);
    }
    if (!optional && (!said.always || said.is_list)) {
      return refuse(pointer, "{{" + std::string(name) + "}} may be " +
                                 (said.is_list ? "many" : "left out") +
                                 "; put it into a list of its own, with the option before it");
    }
    if (said.is_list) ++lists;
    return piece;
  }

  const json& manifest_;
  const json& arguments_;
  const json& config_;
};

sdk::Result<Command> Command::parse(const json& run, const json& manifest, const json& arguments,
                                    const std::string& pointer) {
  Command command;
  const auto first = pointer + "/0";
  if (!run.is_array() || run.empty() || !run[0].is_string()) {
    return sdk::fail(ErrorCode::InvalidArgument, "it begins with no program", pointer);
  }
  command.program_ = run[0].get<std::string>();
  if (command.program_.find("{{") != std::string::npos) {
    return sdk::fail(ErrorCode::InvalidArgument, "the program itself cannot be a value", first);
  }
  if (!command.program_.starts_with("./") && !command.program_.starts_with('/')) {
    return sdk::fail(ErrorCode::InvalidArgument,
                     "a program is ./NAME in this folder or a full path; nothing is looked up in "
                     "PATH and no shell is asked",
                     first);
  }
  const Parser parser(manifest, arguments.is_null() ? kNothing : arguments);
  for (std::size_t i = 1; i < run.size(); ++i) {
    auto group = parser.group(run[i], pointer + "/" + std::to_string(i));
    if (!group) return tl::unexpected(group.error());
    command.groups_.push_back(std::move(*group));
  }
  return command;
}

/// Puts the values of one call into the words.
class Command::Filler {
 public:
  Filler(const json& arguments, const json& config) : arguments_(arguments), config_(config) {}

  sdk::Status add(const Group& group) {
    const json* list = nullptr;
    for (const auto& word : group.words) {
      for (const auto& piece : word) {
        if (!piece.is_value) continue;
        const auto* value = find(piece);
        if (value == nullptr && group.optional) return {};
        if (value == nullptr) return refuse(piece, "is missing");
        if (value->is_array()) list = value;
      }
    }
    if (list == nullptr) return add_once(group, nullptr);
    for (const auto& item : *list) {
      if (auto added = add_once(group, &item); !added) return added;
    }
    return {};
  }
  std::vector<std::string> take() { return std::move(words_); }

 private:
  static tl::unexpected<sdk::Error> refuse(const Piece& piece, const std::string& why) {
    return sdk::fail(
        ErrorCode::InvalidArgument,
        (piece.of_config ? "the configuration's " : "the argument ") + piece.text + " " + why,
        piece.of_config ? "" : "/" + piece.text);
  }

  const json* find(const Piece& piece) const {
    const json& holder = piece.of_config ? config_ : arguments_;
    const auto found = holder.is_object() ? holder.find(piece.text) : holder.end();
    return !holder.is_object() || found == holder.end() || found->is_null() ? nullptr : &*found;
  }

  sdk::Status add_once(const Group& group, const json* item) {
    for (const auto& word : group.words) {
      std::string text;
      for (const auto& piece : word) {
        if (!piece.is_value) {
          text += piece.text;
          continue;
        }
        const json* value = find(piece);
        if (value->is_array()) value = item;
        if (value->is_structured()) return refuse(piece, "is no text and no number");
        const auto filled = text_of(*value);
        if (text.empty() && value->is_string() && filled.starts_with('-')) {
          return refuse(piece, "begins with -, which the program would take for an option");
        }
        if (filled.find('\0') != std::string::npos) return refuse(piece, "has a NUL in it");
        text += filled;
        if (text.size() > kMaxWordBytes) return refuse(piece, "is longer than 32 KiB");
      }
      if (auto added = add_word(std::move(text)); !added) return added;
    }
    return {};
  }

  sdk::Status add_word(std::string text) {
    bytes_ += text.size() + 1;
    if (words_.size() >= kMaxWords || bytes_ > kMaxWordsBytes) {
      return sdk::fail(ErrorCode::InvalidArgument,
                       "the arguments make more than 1,024 words or 128 KiB for the program");
    }
    words_.push_back(std::move(text));
    return {};
  }

  const json& arguments_;
  const json& config_;
  std::vector<std::string> words_;
  std::size_t bytes_ = 0;
};

sdk::Result<std::vector<std::string>> Command::words(const json& arguments,
                                                     const json& config) const {
  Filler filler(arguments, config);
  for (const auto& group : groups_) {
    if (auto added = filler.add(group); !added) return tl::unexpected(added.error());
  }
  return filler.take();
}

}  // namespace muster::plugin::script
