/// The output of one stream of one running task, on its way into the store.
///
/// Made by Store::new_output(), filled on the loop, handed back with the task's outcome, which
/// keeps it under its digest. Dropped before that, it leaves nothing behind. Up to kInlineOutput
/// bytes stay in memory; more go to a file of the store's own naming. [loop], except that the
/// store's writer takes it over once it was handed back. Appending writes to the page cache; the
/// sync is the writer's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <muster/core/base/bytes.hpp>
#include <muster/core/base/error.hpp>
#include <muster/core/crypto/digest.hpp>

namespace muster::controller {

inline constexpr std::size_t kInlineOutput = std::size_t{64} << 10U;

class OutputBuffer {
 public:
  virtual ~OutputBuffer() = default;

  /// Errors: ResourceExhausted when the disk is full. Then nothing of `bytes` was taken.
  [[nodiscard]] virtual Status append(BytesView bytes) = 0;
  [[nodiscard]] virtual std::uint64_t size() const = 0;
  /// Of all that was appended so far.
  [[nodiscard]] virtual crypto::Digest digest() const = 0;
  /// At most `most` bytes from `offset` on; fewer only at the end.
  [[nodiscard]] virtual Result<Bytes> read(std::uint64_t offset, std::size_t most) const = 0;
};

}  // namespace muster::controller
