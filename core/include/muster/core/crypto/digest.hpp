/// SHA-256, in one go or piece by piece. All functions are [any]; a Sha256 has one owner.
#pragma once

#include <array>
#include <cstddef>
#include <muster/core/base/bytes.hpp>

namespace muster::crypto {

using Digest = std::array<std::uint8_t, 32>;

[[nodiscard]] Digest sha256(BytesView bytes);

class Sha256 {
 public:
  Sha256();
  void update(BytesView bytes);
  /// The digest of all that was given. The object then starts anew.
  [[nodiscard]] Digest finish();

 private:
  // The library's state, kept opaque so that its header stays out of ours; checked in the source.
  alignas(8) std::array<std::byte, 104> state_{};
};

}  // namespace muster::crypto
