#include "names.hpp"

#include <algorithm>
#include <array>

namespace muster::tool {
namespace {

// Keywords, macros of the C library, and names that generated code uses itself.
constexpr std::array<std::string_view, 99> kTaken{"alignas",
                                                  "alignof",
                                                  "and",
                                                  "and_eq",
                                                  "asm",
                                                  "assert",
                                                  "auto",
                                                  "bitand",
                                                  "bitor",
                                                  "bool",
                                                  "break",
                                                  "case",
                                                  "catch",
                                                  "char",
                                                  "char16_t",
                                                  "char32_t",
                                                  "char8_t",
                                                  "class",
                                                  "co_await",
                                                  "co_return",
                                                  "co_yield",
                                                  "compl",
                                                  "concept",
                                                  "const",
                                                  "const_cast",
                                                  "consteval",
                                                  "constexpr",
                                                  "constinit",
                                                  "continue",
                                                  "decltype",
                                                  "default",
                                                  "delete",
                                                  "do",
                                                  "double",
                                                  "dynamic_cast",
                                                  "else",
                                                  "enum",
                                                  "errno",
                                                  "explicit",
                                                  "export",
                                                  "extern",
                                                  "false",
                                                  "float",
                                                  "for",
                                                  "friend",
                                                  "goto",
                                                  "if",
                                                  "inline",
                                                  "int",
                                                  "long",
                                                  "mutable",
                                                  "namespace",
                                                  "new",
                                                  "noexcept",
                                                  "not",
                                                  "not_eq",
                                                  "nullptr",
                                                  "operator",
                                                  "or",
                                                  "or_eq",
                                                  "private",
                                                  "protected",
                                                  "public",
                                                  "register",
                                                  "reinterpret_cast",
                                                  "requires",
                                                  "return",
                                                  "sdk",
                                                  "short",
                                                  "signed",
                                                  "sizeof",
                                                  "static",
                                                  "static_assert",
                                                  "static_cast",
                                                  "stderr",
                                                  "stdin",
                                                  "stdout",
                                                  "struct",
                                                  "switch",
                                                  "template",
                                                  "this",
                                                  "thread_local",
                                                  "throw",
                                                  "true",
                                                  "try",
                                                  "typedef",
                                                  "typeid",
                                                  "typename",
                                                  "union",
                                                  "unsigned",
                                                  "using",
                                                  "virtual",
                                                  "visit",
                                                  "void",
                                                  "volatile",
                                                  "wchar_t",
                                                  "while",
                                                  "xor",
                                                  "xor_eq"};

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

}  // namespace

std::string identifier(std::string_view name) {
  std::string result;
  for (const char c : name) result.push_back(is_letter_or_digit(c) ? c : '_');
  if (result.empty() || (result.front() >= '0' && result.front() <= '9')) result.insert(0, 1, '_');
  if (std::find(kTaken.begin(), kTaken.end(), result) != kTaken.end()) result.push_back('_');
  return result;
}

std::string type_name(std::string_view name) {
  std::string result;
  bool starts_word = true;
  for (const char c : name) {
    if (is_letter_or_digit(c)) result.push_back(starts_word ? upper(c) : c);
    starts_word = !is_letter_or_digit(c);
  }
  if (result.empty() || (result.front() >= '0' && result.front() <= '9')) result.insert(0, 1, 'T');
  return result;
}

std::string literal(std::string_view text) {
  static constexpr std::string_view kDigits = "01234567";
  std::string result = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      result += {'\\', c};
    } else if (byte < 0x20 || byte >= 0x7f || c == '?') {
      result += {'\\', kDigits[byte >> 6U], kDigits[(byte >> 3U) & 7U], kDigits[byte & 7U]};
    } else {
      result.push_back(c);
    }
  }
  return result + "\"";
}

}  // namespace muster::tool
