/// Bytes over TCP, for what a decent client would never send.
#pragma once

#include <cstdint>
#include <muster/core/base/fd.hpp>
#include <string>
#include <string_view>

namespace muster::test {

class RawConnection {
 public:
  explicit RawConnection(std::uint16_t port);
  /// False when the peer is gone.
  bool send(std::string_view text);
  /// Reads until `end` has been seen, or the peer closes. Returns all that came.
  [[nodiscard]] std::string read_until(std::string_view end);
  [[nodiscard]] std::string read_all() { return read_until({}); }

 private:
  UniqueFd fd_;
};

/// The answer to `request`, sent to a connection of its own that the server closes.
[[nodiscard]] std::string exchange_raw(std::uint16_t port, std::string_view request);

}  // namespace muster::test
