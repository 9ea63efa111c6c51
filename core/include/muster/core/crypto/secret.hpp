/// Secret bytes with one owner: overwritten when it goes away, never printed, never copied by
/// accident.
///
/// Move-only, and without operator<< or a formatter on purpose: whoever needs the bytes says
/// reveal(), which is easy to find in a review. It does not lock pages: swap is the administrator's
/// business.
#pragma once

#include <muster/core/base/bytes.hpp>

namespace muster::crypto {

class Secret {
 public:
  Secret() = default;
  /// Takes the bytes over; copies of them that the caller made are the caller's to wipe.
  explicit Secret(Bytes bytes) : bytes_(std::move(bytes)) {}
  [[nodiscard]] static Secret copy_of(BytesView bytes) { return Secret(to_bytes(bytes)); }
  Secret(Secret&& other) noexcept;
  Secret& operator=(Secret&& other) noexcept;
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  ~Secret();

  /// The bytes. Lives until this object is moved from, assigned or destroyed.
  [[nodiscard]] BytesView reveal() const { return bytes_; }
  [[nodiscard]] std::size_t size() const { return bytes_.size(); }
  [[nodiscard]] bool empty() const { return bytes_.empty(); }
  /// A second owner of the same bytes; named so that a copy is always meant.
  [[nodiscard]] Secret duplicate() const { return copy_of(bytes_); }

 private:
  void wipe() noexcept;
  Bytes bytes_;
};

}  // namespace muster::crypto
