/// One field list for each message, used both ways: to write its msgpack array and to read it
/// checked.
///
/// A message `M` has `template <class A, Like<M> T> void fields(A& archive, T& message)` that calls
/// `archive(field, field...)` once. Private to the sources of core that encode something.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <concepts>
#include <cstdint>
#include <limits>
#include <map>
#include <muster/core/base/bytes.hpp>
#include <muster/core/base/error.hpp>
#include <muster/core/base/ids.hpp>
#include <muster/core/wire/limits.hpp>
#include <muster/core/wire/text.hpp>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#define MSGPACK_NO_BOOST
#include <msgpack.hpp>

namespace muster::wire {

template <class T, class Message>
concept Like = std::same_as<std::remove_const_t<T>, Message>;

/// A text, bytes, list or map, and the most bytes or items that the other side may send in it.
template <class T>
struct AtMost {
  std::size_t most;
  T& value;
};
template <class T>
AtMost<T> at_most(std::size_t most, T& value) {
  return {most, value};
}
/// A text that may quote anything: made fit to travel when written.
template <class T>
struct Sentence {
  T& value;
};
template <class T>
Sentence<T> sentence(T& value) {
  return {value};
}
/// A last field that a later version brought: not written while it is empty, and empty where it is
/// not there.
template <class T>
struct Appended {
  AtMost<T> limited;
};
template <class T>
Appended<T> appended(AtMost<T> limited) {
  return {limited};
}
template <class T>
inline constexpr bool kIsAppended = false;
template <class T>
inline constexpr bool kIsAppended<Appended<T>> = true;

inline constexpr std::size_t kMaxDepth = 8;

template <class A, Like<Error> T>
void fields(A& archive, T& error);

class Encoder {
 public:
  explicit Encoder(Bytes& out) : sink_{out}, packer_(sink_) {}

  template <class... Fields>
  void operator()(Fields&&... values) {
    packer_.pack_array((0U + ... + count_of(values)));
    (put(values), ...);
  }

  /// As in Decoder.
  void require(bool holds) { fits_ = fits_ && holds; }
  /// Whether the other side's Decoder takes what was written.
  [[nodiscard]] bool fits() const { return fits_; }

 private:
  struct Sink {
    Bytes& out;
    void write(const char* data, std::size_t size) { append(out, as_bytes({data, size})); }
  };

  template <class T>
  static std::uint32_t count_of(const T&) {
    return 1;
  }
  template <class T>
  static std::uint32_t count_of(const Appended<T>& last) {
    return last.limited.value.empty() ? 0 : 1;
  }

  void put(bool value) { packer_.pack(value); }
  template <std::integral T>
  void put(T value) {
    packer_.pack(value);
  }
  template <class T>
  requires std::is_enum_v<T>
  void put(T value) {
    require(is_known(value));
    packer_.pack(static_cast<std::underlying_type_t<T>>(value));
  }
  void put(std::chrono::milliseconds value) {
    packer_.pack(static_cast<std::uint64_t>(value.count() < 0 ? 0 : value.count()));
  }
  void put_text(std::string_view text) {
    packer_.pack_str(static_cast<std::uint32_t>(text.size()));
    packer_.pack_str_body(text.data(), static_cast<std::uint32_t>(text.size()));
  }
  void put(const std::string& text) { put_text(text); }
  void put(BytesView bytes) {
    packer_.pack_bin(static_cast<std::uint32_t>(bytes.size()));
    packer_.pack_bin_body(reinterpret_cast<const char*>(bytes.data()),
                          static_cast<std::uint32_t>(bytes.size()));
  }
  template <std::size_t N>
  void put(const std::array<std::uint8_t, N>& bytes) {
    put(BytesView(bytes));
  }
  template <class Tag>
  void put(const Id<Tag>& id) {
    put(BytesView(id.bytes));
  }
  template <class T>
  void put(const std::optional<T>& value) {
    if (value) {
      put(*value);
    } else {
      packer_.pack_nil();
    }
  }
  template <class T>
  requires(!std::same_as<T, std::uint8_t>) void put(const std::vector<T>& list) {
    packer_.pack_array(static_cast<std::uint32_t>(list.size()));
    for (const auto& item : list) put(item);
  }
  template <class V>
  void put(const std::map<std::string, V>& map) {
    packer_.pack_map(static_cast<std::uint32_t>(map.size()));
    for (const auto& [key, value] : map) {
      put(at_most(kMaxName, key));
      if constexpr (std::same_as<V, std::string>) {
        put(at_most(kMaxSentence, value));
      } else {
        put(value);
      }
    }
  }
  template <class T>
  void put(const AtMost<T>& limited) {
    require(limited.value.size() <= limited.most);
    if constexpr (std::same_as<std::remove_const_t<T>, std::string>) {
      require(is_utf8(limited.value));
    }
    put(limited.value);
  }
  template <class T>
  void put(const Appended<T>& last) {
    if (count_of(last) > 0) put(last.limited);
  }
  template <class T>
  void put(const Sentence<T>& limited) {
    put_text(fit_text(limited.value, kMaxSentence));
  }
  template <class T>
  requires std::is_class_v<T> && requires(Encoder& archive, const T& value) {
    fields(archive, value);
  }
  void put(const T& value) { fields(*this, value); }

  Sink sink_;
  msgpack::packer<Sink> packer_;
  bool fits_ = true;
};

/// What a decoding found. Kept once and shared by the nested decoders of one message.
enum class DecodeFault : std::uint8_t { None, Shape, Limit };

class Decoder {
 public:
  Decoder(const msgpack::object& object, DecodeFault& fault) : object_(&object), fault_(&fault) {}

  /// Fields beyond those asked for are a later version's, and skipped.
  template <class... Fields>
  void operator()(Fields&&... values) {
    constexpr std::size_t kFewest =
        (std::size_t{0} + ... + (kIsAppended<std::remove_cvref_t<Fields>> ? 0 : 1));
    if (object_->type != msgpack::type::ARRAY || object_->via.array.size < kFewest) {
      return note(DecodeFault::Shape);
    }
    const auto* next = object_->via.array.ptr;
    const auto* const end = next + object_->via.array.size;
    ((next == end ? void() : get(*next++, values)), ...);
  }

  /// For a check that the types cannot express: a number without a meaning, for example.
  void require(bool holds) {
    if (!holds) note(DecodeFault::Shape);
  }

 private:
  void note(DecodeFault fault) {
    if (*fault_ == DecodeFault::None) *fault_ = fault;
  }
  bool wants(bool holds, DecodeFault otherwise = DecodeFault::Shape) {
    if (!holds) note(otherwise);
    return holds;
  }

  void get(const msgpack::object& from, bool& value) {
    if (wants(from.type == msgpack::type::BOOLEAN)) value = from.via.boolean;
  }
  template <std::integral T>
  void get(const msgpack::object& from, T& value) {
    if (from.type == msgpack::type::POSITIVE_INTEGER) {
      if (wants(std::in_range<T>(from.via.u64))) value = static_cast<T>(from.via.u64);
    } else if (wants(from.type == msgpack::type::NEGATIVE_INTEGER &&
                     std::in_range<T>(from.via.i64))) {
      value = static_cast<T>(from.via.i64);
    }
  }
  /// The enumeration says by `is_known(T)`, found beside it, which numbers have a meaning.
  template <class T>
  requires std::is_enum_v<T>
  void get(const msgpack::object& from, T& value) {
    std::underlying_type_t<T> number{};
    get(from, number);
    if (wants(is_known(static_cast<T>(number)))) value = static_cast<T>(number);
  }
  void get(const msgpack::object& from, std::chrono::milliseconds& value) {
    std::int64_t count = 0;
    get(from, count);
    if (wants(count >= 0)) value = std::chrono::milliseconds(count);
  }
  template <std::size_t N>
  void get(const msgpack::object& from, std::array<std::uint8_t, N>& bytes) {
    if (!wants(from.type == msgpack::type::BIN && from.via.bin.size == N)) return;
    std::copy_n(reinterpret_cast<const std::uint8_t*>(from.via.bin.ptr), N, bytes.begin());
  }
  template <class Tag>
  void get(const msgpack::object& from, Id<Tag>& id) {
    get(from, id.bytes);
  }
  void get(const msgpack::object& from, AtMost<std::string> text) {
    if (!wants(from.type == msgpack::type::STR)) return;
    if (!wants(from.via.str.size <= text.most, DecodeFault::Limit)) return;
    const std::string_view view(from.via.str.ptr, from.via.str.size);
    if (wants(is_utf8(view))) text.value = view;
  }
  template <class T>
  void get(const msgpack::object& from, Appended<T> last) {
    get(from, last.limited);
  }
  void get(const msgpack::object& from, Sentence<std::string> text) {
    get(from, at_most(kMaxSentence, text.value));
  }
  /// The view points into the bytes that are decoded.
  void get(const msgpack::object& from, AtMost<BytesView> bytes) {
    if (!wants(from.type == msgpack::type::BIN)) return;
    if (!wants(from.via.bin.size <= bytes.most, DecodeFault::Limit)) return;
    bytes.value = as_bytes({from.via.bin.ptr, from.via.bin.size});
  }
  void get(const msgpack::object& from, AtMost<Bytes> bytes) {
    BytesView view;
    get(from, at_most(bytes.most, view));
    bytes.value = to_bytes(view);
  }
  template <class T>
  void get(const msgpack::object& from, std::optional<T>& value) {
    value.reset();
    if (from.type != msgpack::type::NIL) get(from, value.emplace());
  }
  template <class T>
  void get(const msgpack::object& from, AtMost<std::vector<T>> list) {
    if (!wants(from.type == msgpack::type::ARRAY)) return;
    if (!wants(from.via.array.size <= list.most, DecodeFault::Limit)) return;
    list.value.resize(from.via.array.size);
    for (std::uint32_t i = 0; i < from.via.array.size; ++i) {
      get(from.via.array.ptr[i], list.value[i]);
    }
  }
  template <class V>
  void get(const msgpack::object& from, AtMost<std::map<std::string, V>> map) {
    if (!wants(from.type == msgpack::type::MAP)) return;
    if (!wants(from.via.map.size <= map.most, DecodeFault::Limit)) return;
    for (std::uint32_t i = 0; i < from.via.map.size; ++i) {
      const auto& pair = from.via.map.ptr[i];
      std::string key;
      V value{};
      get(pair.key, at_most(kMaxName, key));
      if constexpr (std::same_as<V, std::string>) {
        get(pair.val, at_most(kMaxSentence, value));
      } else {
        get(pair.val, value);
      }
      wants(map.value.emplace(std::move(key), std::move(value)).second);
    }
  }
  template <class T>
  requires std::is_class_v<T> && requires(Decoder& archive, T& value) { fields(archive, value); }
  void get(const msgpack::object& from, T& value) {
    Decoder nested(from, *fault_);
    fields(nested, value);
  }

  const msgpack::object* object_;
  DecodeFault* fault_;
};

/// `error` as it travels: [code, sentence, field, retryable, retry after ms].
template <class A, Like<Error> T>
void fields(A& archive, T& error) {
  auto code = static_cast<std::int32_t>(error.code);
  auto retry_after = static_cast<std::uint32_t>(std::clamp<std::int64_t>(
      error.retry_after.count(), 0, std::numeric_limits<std::uint32_t>::max()));
  archive(code, sentence(error.message), sentence(error.field), error.retryable, retry_after);
  if constexpr (!std::is_const_v<T>) {
    error.code = error_code_from(code);
    error.retry_after = std::chrono::milliseconds(retry_after);
  }
}

/// Parses `bytes` as exactly one msgpack value of at most kMaxDepth levels; strings and bytes in it
/// are views into `bytes`. Never throws. Nothing when it is not that.
[[nodiscard]] std::optional<msgpack::object_handle> parse_msgpack(BytesView bytes);

[[nodiscard]] tl::unexpected<Error> fail_decode(DecodeFault fault);

template <class Message>
[[nodiscard]] Bytes encode_fields(const Message& message) {
  Bytes out;
  Encoder encoder(out);
  fields(encoder, message);
  return out;
}

/// Errors: ResourceExhausted for what decode_fields() would refuse.
template <class Message>
[[nodiscard]] Result<Bytes> encode_fields_checked(const Message& message) {
  Bytes out;
  Encoder encoder(out);
  fields(encoder, message);
  if (!encoder.fits()) {
    return fail(ErrorCode::ResourceExhausted, "it passes a limit of the wire");
  }
  return out;
}

template <class Message>
[[nodiscard]] Result<Message> decode_fields(BytesView bytes) {
  const auto parsed = parse_msgpack(bytes);
  if (!parsed) return fail_decode(DecodeFault::Shape);
  Message message;
  auto fault = DecodeFault::None;
  Decoder decoder(parsed->get(), fault);
  fields(decoder, message);
  if (fault != DecodeFault::None) return fail_decode(fault);
  return message;
}

}  // namespace muster::wire
