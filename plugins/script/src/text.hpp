/// Text from programs, made fit for people and for JSON.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace muster::plugin::script {

/// `text` as UTF-8 without control characters but the line break and the tab: each byte that is
/// neither becomes "?". At most `most` bytes, cut between characters.
[[nodiscard]] std::string clean_text(std::string_view text, std::size_t most);

}  // namespace muster::plugin::script
