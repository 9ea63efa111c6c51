#include "characters.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <muster/core/base/utf8.hpp>
#include <muster/core/selector/selector.hpp>

namespace muster::selector {
namespace {

struct Range {
  char32_t first, last;
};

/// Two of what joins letters have a meaning in words of some scripts: U+200C and U+200D.
constexpr std::array<Range, 15> kUnseen{{{0x0, 0x8},
                                         {0xB, 0xC},
                                         {0xE, 0x1F},
                                         {0x7F, 0x9F},
                                         {0xAD, 0xAD},
                                         {0x61C, 0x61C},
                                         {0x115F, 0x1160},
                                         {0x180E, 0x180E},
                                         {0x200B, 0x200B},
                                         {0x200E, 0x200F},
                                         {0x2028, 0x202E},
                                         {0x2060, 0x206F},
                                         {0x3164, 0x3164},
                                         {0xFEFF, 0xFEFF},
                                         {0xE0000, 0xE007F}}};

/// Blanks, punctuation, symbols, what is private or no character.
constexpr std::array<Range, 36> kMarks{
    {{0x80, 0xA9},     {0xAB, 0xB4},     {0xB6, 0xB9},     {0xBB, 0xBF},     {0xD7, 0xD7},
     {0xF7, 0xF7},     {0x37E, 0x37E},   {0x387, 0x387},   {0x55A, 0x55F},   {0x589, 0x58F},
     {0x5BE, 0x5BE},   {0x5F3, 0x5F4},   {0x60C, 0x60D},   {0x61B, 0x61F},   {0x66A, 0x66D},
     {0x6D4, 0x6D4},   {0x964, 0x965},   {0xE3F, 0xE3F},   {0x1680, 0x1680}, {0x2000, 0x200B},
     {0x2010, 0x206F}, {0x20A0, 0x20CF}, {0x2190, 0x2BFF}, {0x2E00, 0x2E7F}, {0x3000, 0x3004},
     {0x3008, 0x3020}, {0x3030, 0x3030}, {0xE000, 0xF8FF}, {0xFDD0, 0xFDEF}, {0xFE10, 0xFE1F},
     {0xFE30, 0xFE6F}, {0xFF01, 0xFF0F}, {0xFF1A, 0xFF20}, {0xFF3B, 0xFF40}, {0xFF5B, 0xFF65},
     {0xFFE0, 0xFFFF}}};
constexpr Range kPictures{0x1F000, 0x1FAFF};
constexpr char32_t kPrivate = 0xF0000;  // and all behind it

template <std::size_t N>
bool in(const std::array<Range, N>& ranges, char32_t point) {
  return std::any_of(ranges.begin(), ranges.end(), [point](const Range& range) {
    return point >= range.first && point <= range.last;
  });
}

}  // namespace

bool is_letter_beyond_ascii(char32_t point) {
  const bool picture = point >= kPictures.first && point <= kPictures.last;
  return point >= 0x80 && point < kPrivate && !picture && !in(kMarks, point) && !is_unseen(point);
}

bool is_unseen(char32_t point) { return in(kUnseen, point); }

std::string unseen_in(std::string_view text) {
  while (!text.empty()) {
    const auto character = text.substr(0, character_size(text));
    if (!is_utf8(character)) return "no UTF-8";
    if (const auto point = code_point(character); is_unseen(point)) return name_of(point);
    text.remove_prefix(character.size());
  }
  return {};
}

std::string name_of(char32_t point) {
  std::string digits;
  for (auto rest = static_cast<std::uint32_t>(point); rest > 0 || digits.size() < 4; rest >>= 4U) {
    digits.insert(digits.begin(), "0123456789ABCDEF"[rest & 0xFU]);
  }
  return "U+" + digits;
}

}  // namespace muster::selector
