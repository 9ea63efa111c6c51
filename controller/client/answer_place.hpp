/// Reads the JSON of an answer into the structs of this folder. For its sources alone.
///
/// For each struct there is a function `read(const Place&, Struct&)` in this namespace, static in
/// the source that needs it. What is missing or of another type is remembered, the first of them,
/// and read_answer() makes an error of it; members that no struct asks for are not looked at.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "client/api_client.hpp"

namespace muster::client {

/// One answer while it is read.
struct Reading {
  Json whole;
  std::string fault = {};  ///< empty while all was as it should be
};

/// A value, and where it stands in the answer.
class Place {
 public:
  explicit Place(Reading& reading) : value_(*reading.whole), reading_(reading) {}

  /// A member that has to be there.
  template <class T>
  void must(std::string_view name, T& into) const {
    if (const auto* found = find(name)) {
      read(Place(*found, *this, name), into);
    } else {
      lacks(name);
    }
  }
  /// One that may be absent or null, which leaves `into` as it was.
  template <class T>
  void may(std::string_view name, T& into) const {
    const auto* found = find(name);
    if (found != nullptr && !found->is_null()) read(Place(*found, *this, name), into);
  }
  /// One that has to be there, and may be null.
  template <class T>
  void must_or_null(std::string_view name, T& into) const {
    if (find(name) == nullptr) lacks(name);
    may(name, into);
  }
  /// A member that has to be there and be an object, of whatever members.
  void must_object(std::string_view name, Json& into) const;
  /// What stands in an array or, by name, in an object.
  [[nodiscard]] Place in(const nlohmann::json& item, std::string_view name) const {
    return {item, *this, name};
  }

  [[nodiscard]] const nlohmann::json& value() const { return value_; }
  [[nodiscard]] Json told() const { return {reading_.whole, &value_}; }
  /// False, and remembers that it is no `what`, unless it `is_one`.
  bool expect(bool is_one, const char* what) const;

 private:
  Place(const nlohmann::json& value, const Place& parent, std::string_view name)
      : value_(value), reading_(parent.reading_), parent_(&parent), name_(name) {}
  [[nodiscard]] const nlohmann::json* find(std::string_view name) const;
  void lacks(std::string_view name) const;
  [[nodiscard]] std::string path() const;

  const nlohmann::json& value_;
  Reading& reading_;
  const Place* parent_ = nullptr;
  std::string_view name_;
};

void read(const Place& place, std::string& into);
void read(const Place& place, bool& into);
void read(const Place& place, int& into);
void read(const Place& place, std::uint64_t& into);
void read(const Place& place, double& into);
void read(const Place& place, Json& into);

template <class T>
void read(const Place& place, std::optional<T>& into) {
  read(place, into.emplace());
}

template <class T>
void read(const Place& place, std::vector<T>& into) {
  if (!place.expect(place.value().is_array(), "list")) return;
  into.clear();  // a Whole thing is read twice
  into.reserve(place.value().size());
  for (const auto& item : place.value()) {
    const auto index = std::to_string(into.size());
    read(place.in(item, index), into.emplace_back());
  }
}

template <class T>
void read(const Place& place, std::map<std::string, T>& into) {
  if (!place.expect(place.value().is_object(), "object")) return;
  for (const auto& [name, item] : place.value().items()) read(place.in(item, name), into[name]);
}

/// Errors: NotUnderstood.
[[nodiscard]] tl::unexpected<ApiError> not_understood(const std::string& fault);

template <class T>
[[nodiscard]] Result<T> read_json(const Json& json) {
  Reading reading{json};
  T thing;
  read(Place(reading), thing);
  if (!reading.fault.empty()) return not_understood(reading.fault);
  return thing;
}

template <class T>
[[nodiscard]] Result<T> read_text(const std::string& text) {
  auto json = nlohmann::json::parse(text, nullptr, false);
  if (json.is_discarded()) return not_understood("is no JSON");
  return read_json<T>(std::make_shared<const nlohmann::json>(std::move(json)));
}

/// Where the thing has an `etag`, with that.
template <class T>
[[nodiscard]] Result<T> read_answer(const Result<Answer>& answer) {
  if (!answer) return tl::unexpected(answer.error());
  auto thing = read_json<T>(answer->body);
  if constexpr (requires { thing->etag; }) {
    if (thing) thing->etag = answer->etag;
  }
  return thing;
}

/// Of a thing that alone has members which it has not in lists: `read_whole(const Place&, Thing&)`
/// reads those, after read().
template <class T>
struct Whole {
  T thing;
};

template <class T>
void read(const Place& place, Whole<T>& whole) {
  read(place, whole.thing);
  read_whole(place, whole.thing);
}

/// As read_answer(), of a Whole thing.
template <class T>
[[nodiscard]] Result<T> read_whole_answer(const Result<Answer>& answer) {
  auto whole = read_answer<Whole<T>>(answer);
  if (!whole) return tl::unexpected(whole.error());
  if constexpr (requires { whole->thing.etag; }) whole->thing.etag = answer->etag;
  return std::move(whole->thing);
}

/// For an operation that answers with nothing.
[[nodiscard]] inline Result<void> nothing_of(const Result<Answer>& answer) {
  if (!answer) return tl::unexpected(answer.error());
  return {};
}

}  // namespace muster::client
