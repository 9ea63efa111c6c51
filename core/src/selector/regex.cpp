#include "regex.hpp"

#include <re2/re2.h>

namespace muster::selector {

tl::expected<Regex, std::string> Regex::compile(std::string_view text) {
  constexpr std::int64_t kMaxMemory = std::int64_t{64} << 10U;
  RE2::Options options(RE2::Quiet);
  options.set_max_mem(kMaxMemory);
  options.set_never_capture(true);
  auto regex = std::make_shared<const RE2>(re2::StringPiece(text.data(), text.size()), options);
  if (!regex->ok()) return tl::unexpected(regex->error());
  return Regex(std::move(regex));
}

std::size_t Regex::size() const { return static_cast<std::size_t>(regex_->ProgramSize()); }

bool Regex::found_in(std::string_view text) const {
  text = text.substr(0, kMaxText);
  return RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *regex_);
}

}  // namespace muster::selector
