#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <map>
#include <muster/core/config/yaml.hpp>
#include <nlohmann/json.hpp>
#include <optional>
#include <schema/document.hpp>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "scalar.hpp"
#include "yaml_slips.hpp"

namespace muster::config {
namespace {

constexpr const char* kNoColon = "a colon is missing after this";

/// Leaves yaml-cpp's parser from inside an event; never leaves this file.
struct Refusal {
  ErrorCode code;
  YAML::Mark mark;
  std::string sentence;
};

[[noreturn]] void refuse(const YAML::Mark& mark, std::string sentence,
                         ErrorCode code = ErrorCode::InvalidArgument) {
  throw Refusal{code, mark, std::move(sentence)};
}

/// Builds the JSON value from the parser's events. Events and not yaml-cpp's own tree, because the
/// tree keeps one of two equal keys, and because a limit then holds before the memory is spent.
class Builder final : public YAML::EventHandler {
 public:
  /// With `places` it keeps where each member's key and each item is, by JSON pointer.
  using Places = std::map<std::string, YAML::Mark>;
  explicit Builder(Places* places = nullptr) : places_(places) {}

  [[nodiscard]] nlohmann::json take() { return std::move(root_); }
  /// Of the last scalar that may be a quoted one. yaml-cpp takes the end of the text for a closing
  /// quote, so only the last can lack its own.
  [[nodiscard]] const std::optional<YAML::Mark>& last_quoted() const { return last_quoted_; }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++documents_ > 1) refuse(mark, "only one document is allowed, and here another one starts");
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t) override {
    if (wants_key()) refuse(mark, "a key must not be empty; quote it if it is meant as text");
    // Only a value that nothing announces has the place of its key.
    if (!open_.empty() && open_.back().block_key_at == mark.pos) refuse(mark, kNoColon);
    put(nullptr);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    refuse(mark, "aliases are not allowed; write the value out");
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                const std::string& value) override {
    if (tag == "!") last_quoted_ = mark;
    remember_item(mark);
    if (tag != "?" && tag != "!")
      refuse(mark, "tags are not allowed; quote a value to make it a string");
    if (wants_key()) return set_key(mark, value, tag == "?");
    if (tag == "!") return put(value);
    auto scalar = plain_scalar(value);
    if (!scalar) refuse(mark, std::move(scalar.error()));
    put(std::move(*scalar));
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                       YAML::EmitterStyle::value style) override {
    open(mark, tag, style, nlohmann::json::array());
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                  YAML::EmitterStyle::value style) override {
    open(mark, tag, style, nlohmann::json::object());
  }
  void OnMapEnd() override { close(); }

 private:
  struct Frame {
    nlohmann::json value;
    std::string key;  ///< of a map: the key whose value comes next
    bool has_key = false;
    bool block = false;
    int block_key_at = -1;  ///< of a map in block style: the offset of `key` while it has no value
  };

  [[nodiscard]] bool wants_key() const {
    return !open_.empty() && open_.back().value.is_object() && !open_.back().has_key;
  }

  void set_key(const YAML::Mark& mark, const std::string& key, bool plain) {
    if (plain && key == "<<") refuse(mark, "merge keys are not allowed; write the values out");
    Frame& map = open_.back();
    if (map.value.contains(key)) refuse(mark, "the key \"" + key + "\" is used twice in this map");
    map.key = key;
    map.has_key = true;
    if (places_ != nullptr) (*places_)[pointer()] = mark;
    if (map.block) map.block_key_at = mark.pos;
  }

  /// That of the value which comes next.
  [[nodiscard]] std::string pointer() const {
    std::string text;
    for (const auto& frame : open_) {
      text = frame.value.is_array() ? schema::child_pointer(text, frame.value.size())
                                    : schema::child_pointer(text, frame.key);
    }
    return text;
  }

  void remember_item(const YAML::Mark& mark) {
    if (places_ != nullptr && !open_.empty() && open_.back().value.is_array())
      (*places_)[pointer()] = mark;
  }

  void put(nlohmann::json value) {
    if (open_.empty()) {
      root_ = std::move(value);
    } else if (Frame& top = open_.back(); top.value.is_array()) {
      top.value.push_back(std::move(value));
    } else {
      top.value[top.key] = std::move(value);
      top.has_key = false;
      top.block_key_at = -1;
    }
  }

  void open(const YAML::Mark& mark, const std::string& tag, YAML::EmitterStyle::value style,
            nlohmann::json empty) {
    if (tag != "?" && tag != "!" && !tag.empty()) refuse(mark, "tags are not allowed");
    if (wants_key()) refuse(mark, "a key must be a single value, not a list or a map");
    if (open_.size() >= static_cast<std::size_t>(kMaxYamlDepth)) {
      refuse(mark,
             "lists and maps are nested deeper than " + std::to_string(kMaxYamlDepth) + " levels",
             ErrorCode::ResourceExhausted);
    }
    remember_item(mark);
    open_.push_back(Frame{std::move(empty), {}, false, style == YAML::EmitterStyle::Block, -1});
  }

  void close() {
    nlohmann::json done = std::move(open_.back().value);
    open_.pop_back();
    put(std::move(done));
  }

  Places* places_;
  nlohmann::json root_;
  std::vector<Frame> open_;
  std::optional<YAML::Mark> last_quoted_;
  int documents_ = 0;
};

/// What is wrong with a text, and where.
struct Fault {
  std::size_t offset = 0;
  std::string sentence;
  ErrorCode code = ErrorCode::InvalidArgument;
};

/// "LINE:COL" of a byte offset; a column counts characters.
std::string place_at(std::string_view text, std::size_t offset) {
  std::size_t line = 1;
  std::size_t column = 1;
  for (const char byte : text.substr(0, offset)) {
    if (byte == '\n') {
      ++line;
      column = 1;
    } else if ((static_cast<unsigned char>(byte) & 0xC0U) != 0x80U) {
      ++column;
    }
  }
  return std::to_string(line) + ":" + std::to_string(column);
}

/// "name:LINE:COL: sentence".
tl::unexpected<Error> fail_at(std::string_view text, std::string_view name, const Fault& fault) {
  return fail(fault.code,
              std::string(name) + ":" + place_at(text, fault.offset) + ": " + fault.sentence);
}

/// yaml-cpp counts columns in bytes; lines cannot be wrong.
std::size_t offset_of(std::string_view text, const YAML::Mark& mark) {
  std::size_t start = 0;
  for (int line = 0; line < mark.line; ++line) {
    const std::size_t end = text.find('\n', start);
    if (end == std::string_view::npos) break;
    start = end + 1;
  }
  const std::size_t column = mark.column < 0 ? 0 : static_cast<std::size_t>(mark.column);
  return std::min(start + column, text.size());
}

/// Where `text` stops being clean UTF-8 without control characters; npos if it never does. yaml-cpp
/// takes some control characters for the end of the text and would silently drop the rest.
std::size_t find_bad_byte(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    const auto lead = static_cast<unsigned char>(text[at]);
    if (lead < 0x80) {
      if (lead == 0x7F || (lead < 0x20 && lead != '\t' && lead != '\n' && lead != '\r')) return at;
      ++at;
      continue;
    }
    const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (lead < 0xC2 || lead > 0xF4 || at + length > text.size()) return at;
    std::uint32_t point = lead & (0xFFU >> (length + 1));
    for (std::size_t i = 1; i < length; ++i) {
      const auto next = static_cast<unsigned char>(text[at + i]);
      if ((next & 0xC0U) != 0x80U) return at;
      point = (point << 6U) | (next & 0x3FU);
    }
    const bool overlong = (length == 3 && point < 0x800) || (length == 4 && point < 0x10000);
    if (overlong || point > 0x10FFFF || (point >= 0xD800 && point <= 0xDFFF)) return at;
    at += length;
  }
  return std::string_view::npos;
}

/// A fault that yaml-cpp tells of, in the words and at the place that help.
Fault translated(std::string_view text, const YAML::Exception& error) {
  const std::size_t at = offset_of(text, error.mark);
  if (error.msg == YAML::ErrorMsg::END_OF_MAP && begins_line_with_scalar(text, at))
    return {at, kNoColon};
  if (error.msg == YAML::ErrorMsg::MAP_VALUE) {
    if (const auto line = line_without_colon(text, at)) return {*line, kNoColon};
  }
  // It cites half of a character.
  if (error.msg.starts_with(YAML::ErrorMsg::INVALID_ESCAPE))
    return {at, "there is no such escape; write \\\\ for a backslash"};
  return {at, error.msg};
}

/// Reads `text` into `builder` as far as it is good.
std::optional<Fault> read(std::string_view text, Builder& builder) {
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
    return std::nullopt;
  } catch (const Refusal& refusal) {
    return Fault{offset_of(text, refusal.mark), refusal.sentence, refusal.code};
  } catch (const YAML::Exception& error) {
    return translated(text, error);
  }
}

/// As read(), and finds also the quote that swallowed the rest of the text.
std::optional<Fault> read_to_end(std::string_view text, Builder& builder) {
  auto fault = read(text, builder);
  auto quoted = builder.last_quoted();
  if (fault && fault->offset == text.size()) {
    // Told before the scalar came; with a line break at its end the text gives the scalar.
    Builder again;
    (void)read(std::string(text) + "\n", again);
    quoted = again.last_quoted();
  }
  if (quoted) {
    if (const auto opening = unclosed_quote(text, offset_of(text, *quoted)))
      return Fault{*opening, "this quote is never closed"};
  }
  if (!fault) return fault;
  if (const auto opening = unclosed_bracket(text))
    return Fault{*opening, std::string("this ") + text[*opening] + " is never closed"};
  return fault;
}

}  // namespace

namespace {

std::string_view without_mark(std::string_view text) {
  return text.starts_with("\xEF\xBB\xBF") ? text.substr(3) : text;
}

}  // namespace

std::string place_in_yaml(std::string_view text, std::string_view pointer) {
  text = without_mark(text);
  Builder::Places places;
  Builder builder(&places);
  (void)read(text, builder);
  for (; !pointer.empty(); pointer = pointer.substr(0, pointer.rfind('/'))) {
    const auto found = places.find(std::string(pointer));
    if (found != places.end()) return place_at(text, offset_of(text, found->second));
    if (pointer.find('/') == std::string_view::npos) break;
  }
  return "1:1";
}

Result<nlohmann::json> parse_yaml(std::string_view text, std::string_view name) {
  if (text.size() > kMaxYamlBytes) {
    return fail(ErrorCode::ResourceExhausted,
                std::string(name) + " is larger than " + std::to_string(kMaxYamlBytes) + " bytes");
  }
  text = without_mark(text);
  if (const std::size_t bad = find_bad_byte(text); bad != std::string_view::npos) {
    return fail_at(text, name, {bad, "this is no printable UTF-8 text"});
  }
  Builder builder;
  if (const auto fault = read_to_end(text, builder)) return fail_at(text, name, *fault);
  return builder.take();
}

}  // namespace muster::config
