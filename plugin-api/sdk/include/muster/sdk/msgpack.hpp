/// Reads and writes the payloads of the ABI: msgpack with string keys, no extension types but the
/// timestamp.
///
/// A pull reader over borrowed bytes and a writer into a string: values of any size without a tree
/// in between. One thread at a time. Malformed bytes are an error, never undefined: every read
/// checks.
#pragma once

#include <cstdint>
#include <muster/sdk/error.hpp>
#include <string>
#include <string_view>

namespace muster::sdk {

inline constexpr int kMaxPayloadDepth = 32;

class Reader {
 public:
  enum class Kind : std::uint8_t { Nil, Bool, Int, UInt, Float, String, Binary, Array, Map };

  /// `bytes` must outlive the reader.
  explicit Reader(std::string_view bytes) : rest_(bytes) {}

  /// What comes next. Errors: Corrupt at the end and for a type that payloads do not use.
  [[nodiscard]] Result<Kind> peek() const;

  // Each takes one value. Errors: InvalidArgument for another type or a number that does not fit,
  // Corrupt for bytes that are cut short or not msgpack.
  [[nodiscard]] Status read_nil();
  [[nodiscard]] Result<bool> read_bool();
  [[nodiscard]] Result<std::int64_t> read_int();         ///< floats without a fraction too
  [[nodiscard]] Result<double> read_double();            ///< integers too
  [[nodiscard]] Result<std::string_view> read_string();  ///< lives as long as the bytes
  [[nodiscard]] Result<std::string_view> read_binary();
  [[nodiscard]] Result<std::uint32_t> read_array();  ///< the number of elements that follow
  [[nodiscard]] Result<std::uint32_t> read_map();    ///< the number of keys and values that follow

  /// Takes one value of any kind and returns its bytes. Errors: Corrupt, also beyond
  /// kMaxPayloadDepth.
  [[nodiscard]] Result<std::string_view> read_any();

  [[nodiscard]] bool at_end() const { return rest_.empty(); }

 private:
  Status skip(int depth);
  [[nodiscard]] Result<std::uint8_t> head();
  [[nodiscard]] Result<std::uint64_t> big_endian(std::size_t bytes);
  [[nodiscard]] Result<std::string_view> take(std::uint64_t bytes);
  [[nodiscard]] Result<std::uint64_t> length(std::uint8_t head, std::uint8_t first, int widths);

  std::string_view rest_;
};

class Writer {
 public:
  void nil();
  void boolean(bool value);
  void integer(std::int64_t value);  ///< in its shortest form
  void number(double value);
  void string(std::string_view text);
  void binary(std::string_view bytes);
  void array(std::size_t elements);  ///< that many values follow
  void map(std::size_t entries);     ///< that many keys and values follow
  void raw(std::string_view payload) { bytes_.append(payload); }

  [[nodiscard]] std::string take() { return std::move(bytes_); }
  [[nodiscard]] std::string_view bytes() const { return bytes_; }

 private:
  void put(std::uint8_t head, std::uint64_t value, int bytes);

  std::string bytes_;
};

}  // namespace muster::sdk
