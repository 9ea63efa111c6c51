#include "client/answer_place.hpp"

#include <limits>

namespace muster::client {

bool Place::expect(bool is_one, const char* what) const {
  if (!is_one && reading_.fault.empty()) {
    reading_.fault = parent_ == nullptr ? "is no " + std::string(what)
                                        : "has no " + std::string(what) + " as " + path();
  }
  return is_one;
}

const nlohmann::json* Place::find(std::string_view name) const {
  if (!expect(value_.is_object(), "object")) return nullptr;
  const auto found = value_.find(name);
  return found == value_.end() ? nullptr : &*found;
}

void Place::lacks(std::string_view name) const {
  if (!reading_.fault.empty()) return;
  reading_.fault = "lacks " + Place(value_, *this, name).path();
}

std::string Place::path() const {
  if (parent_ == nullptr) return "";
  const auto above = parent_->path();
  return above + (above.empty() ? "" : "/") + std::string(name_);
}

void Place::must_object(std::string_view name, Json& into) const {
  const auto* found = find(name);
  if (found == nullptr) return lacks(name);
  const Place place(*found, *this, name);
  if (place.expect(found->is_object(), "object")) into = place.told();
}

void read(const Place& place, std::string& into) {
  if (place.expect(place.value().is_string(), "text")) {
    into = place.value().get_ref<const std::string&>();
  }
}

void read(const Place& place, bool& into) {
  if (place.expect(place.value().is_boolean(), "true or false")) into = place.value().get<bool>();
}

void read(const Place& place, int& into) {
  const auto& value = place.value();
  const bool fits = value.is_number_integer() && value >= std::numeric_limits<int>::min() &&
                    value <= std::numeric_limits<int>::max();
  if (place.expect(fits, "whole number")) into = value.get<int>();
}

void read(const Place& place, std::uint64_t& into) {
  if (place.expect(place.value().is_number_unsigned(), "whole number")) {
    into = place.value().get<std::uint64_t>();
  }
}

void read(const Place& place, double& into) {
  if (place.expect(place.value().is_number(), "number")) into = place.value().get<double>();
}

void read(const Place& place, Json& into) { into = place.told(); }

tl::unexpected<ApiError> not_understood(const std::string& fault) {
  return tl::unexpected(
      ApiError{ApiError::Kind::NotUnderstood,
               "the controller's answer " + fault + "; it may be of another version"});
}

}  // namespace muster::client
