/// Bytes of files as results and arguments carry them: text or base64, and their digest. Pure.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace muster::plugin::system {

/// Valid UTF-8 without a NUL.
[[nodiscard]] bool is_text(std::string_view bytes);

[[nodiscard]] std::string to_base64(std::string_view bytes);
/// Nothing when it is no base64; line ends and spaces are skipped.
[[nodiscard]] std::optional<std::string> from_base64(std::string_view text);

/// SHA-256 in lower-case hexadecimal.
[[nodiscard]] std::string sha256(std::string_view bytes);

/// The same of bytes that come piece by piece.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;
  void update(std::string_view bytes);
  [[nodiscard]] std::string finish();  ///< once

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace muster::plugin::system
