/// Between payloads and the structs that are generated from a manifest's schemas.
///
/// A generated struct has `static void visit(self, field)`, which calls field(name, member,
/// required) for each member. Errors name the value at fault as a JSON pointer. Unknown keys are
/// skipped, so that an older plugin understands a newer caller. Ranges and patterns were checked by
/// the host.
#pragma once

#include <cstdint>
#include <map>
#include <muster/sdk/error.hpp>
#include <muster/sdk/msgpack.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace muster::sdk {

/// A value that the schema leaves open, as its msgpack bytes.
struct Raw {
  std::string payload = "\xc0";
};

/// An object without members, for an operation that takes or returns nothing.
struct Nothing {
  template <class Self, class Field>
  static void visit(Self&, Field&&) {}
};

template <class T>
concept Generated = requires(T& value) {
  T::visit(value, [](auto&&...) {});
};

/// Puts "/<part>" before the pointer of an error in a part of a value.
[[nodiscard]] inline Status at(std::string_view part, Status status) {
  return std::move(status).map_error([part](Error error) {
    error.field = "/" + std::string(part) + error.field;
    return error;
  });
}

[[nodiscard]] Status decode(Reader& in, bool& value);
[[nodiscard]] Status decode(Reader& in, std::int64_t& value);
[[nodiscard]] Status decode(Reader& in, double& value);
[[nodiscard]] Status decode(Reader& in, std::string& value);
[[nodiscard]] Status decode(Reader& in, Raw& value);

void encode(Writer& out, bool value);
void encode(Writer& out, std::int64_t value);
void encode(Writer& out, double value);
void encode(Writer& out, const std::string& value);
void encode(Writer& out, const Raw& value);

// Declared before they are defined, because values nest.
template <class T>
[[nodiscard]] Status decode(Reader& in, std::optional<T>& value);
template <class T>
[[nodiscard]] Status decode(Reader& in, std::vector<T>& value);
template <class T>
[[nodiscard]] Status decode(Reader& in, std::map<std::string, T>& value);
template <Generated T>
[[nodiscard]] Status decode(Reader& in, T& value);
template <class T>
void encode(Writer& out, const std::vector<T>& value);
template <class T>
void encode(Writer& out, const std::map<std::string, T>& value);
template <Generated T>
void encode(Writer& out, const T& value);

template <class T>
Status decode(Reader& in, std::optional<T>& value) {
  auto kind = in.peek();
  if (!kind) return tl::unexpected(kind.error());
  if (*kind == Reader::Kind::Nil) return value.reset(), in.read_nil();
  return decode(in, value.emplace());
}

template <class T>
Status decode(Reader& in, std::vector<T>& value) {
  auto count = in.read_array();
  if (!count) return tl::unexpected(count.error());
  value.clear();
  for (std::uint32_t i = 0; i < *count; ++i) {
    T element{};
    if (auto done = at(std::to_string(i), decode(in, element)); !done) return done;
    value.push_back(std::move(element));
  }
  return {};
}

template <class T>
Status decode(Reader& in, std::map<std::string, T>& value) {
  auto count = in.read_map();
  if (!count) return tl::unexpected(count.error());
  value.clear();
  for (std::uint32_t i = 0; i < *count; ++i) {
    auto key = in.read_string();
    if (!key) return tl::unexpected(key.error());
    if (auto done = at(*key, decode(in, value[std::string(*key)])); !done) return done;
  }
  return {};
}

template <Generated T>
Status decode(Reader& in, T& value) {
  auto count = in.read_map();
  if (!count) return tl::unexpected(count.error());
  std::vector<std::string_view> seen;
  for (std::uint32_t i = 0; i < *count; ++i) {
    auto key = in.read_string();
    if (!key) return tl::unexpected(key.error());
    bool known = false;
    Status status;
    T::visit(value, [&](std::string_view name, auto& member, bool) {
      if (name != *key) return;
      known = true;
      status = at(name, decode(in, member));
    });
    if (!known) status = in.read_any().map([](auto) {});
    if (!status) return status;
    seen.push_back(*key);
  }
  Status complete;
  T::visit(value, [&](std::string_view name, auto&, bool required) {
    if (!required || !complete) return;
    for (const auto key : seen) {
      if (key == name) return;
    }
    complete = at(name, fail(ErrorCode::InvalidArgument, "is missing"));
  });
  return complete;
}

template <class T>
void encode(Writer& out, const std::vector<T>& value) {
  out.array(value.size());
  for (const auto& element : value) encode(out, element);
}

template <class T>
void encode(Writer& out, const std::map<std::string, T>& value) {
  out.map(value.size());
  for (const auto& [key, element] : value) {
    out.string(key);
    encode(out, element);
  }
}

namespace detail {

template <class T>
[[nodiscard]] bool present(const T&) {
  return true;
}
template <class T>
[[nodiscard]] bool present(const std::optional<T>& value) {
  return value.has_value();
}
template <class T>
[[nodiscard]] const T& content(const T& value) {
  return value;
}
template <class T>
[[nodiscard]] const T& content(const std::optional<T>& value) {
  return *value;
}

}  // namespace detail

/// Members that are not there are left out.
template <Generated T>
void encode(Writer& out, const T& value) {
  std::size_t count = 0;
  T::visit(value, [&](std::string_view, const auto& member, bool) {
    count += detail::present(member) ? 1 : 0;
  });
  out.map(count);
  T::visit(value, [&](std::string_view name, const auto& member, bool) {
    if (!detail::present(member)) return;
    out.string(name);
    encode(out, detail::content(member));
  });
}

/// The one value that `payload` holds; an empty payload counts as an empty object.
template <class T>
[[nodiscard]] Result<T> decoded(std::string_view payload) {
  Reader in(payload.empty() ? std::string_view("\x80") : payload);
  T value{};
  if (auto done = decode(in, value); !done) return tl::unexpected(done.error());
  if (!in.at_end()) return fail(ErrorCode::Corrupt, "there are bytes after the payload");
  return value;
}

template <class T>
[[nodiscard]] std::string encoded(const T& value) {
  Writer out;
  encode(out, value);
  return out.take();
}

}  // namespace muster::sdk
