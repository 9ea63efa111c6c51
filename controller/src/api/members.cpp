#include "api/members.hpp"

#include <charconv>
#include <muster/core/base/units.hpp>
#include <nlohmann/json.hpp>

namespace muster::controller::api {
namespace {

using nlohmann::json;

tl::unexpected<Error> wrong(const std::string& name, const std::string& must) {
  return fail(ErrorCode::InvalidArgument, name + " must be " + must, "/" + name);
}

auto at_field(const std::string& name) {
  return [field = "/" + name](Error error) {
    error.field = field;
    return error;
  };
}

}  // namespace

Result<std::optional<std::string>> optional_text(const json& body, const std::string& name) {
  const auto found = body.find(name);
  if (found == body.end() || found->is_null()) return std::optional<std::string>();
  if (!found->is_string()) return wrong(name, "text");
  return std::optional(found->get<std::string>());
}

Result<std::string> text_member(const json& body, const std::string& name) {
  return optional_text(body, name).and_then([&](const auto& text) -> Result<std::string> {
    if (!text || text->empty()) return wrong(name, "given, and not empty");
    return *text;
  });
}

Result<bool> bool_member(const json& body, const std::string& name, bool otherwise) {
  const auto found = body.find(name);
  if (found == body.end()) return otherwise;
  if (!found->is_boolean()) return wrong(name, "true or false");
  return found->get<bool>();
}

Result<std::uint64_t> count_member(const json& body, const std::string& name,
                                   std::uint64_t otherwise, std::uint64_t most) {
  const auto found = body.find(name);
  if (found == body.end()) return otherwise;
  if (!found->is_number_unsigned() || found->get<std::uint64_t>() < 1 ||
      found->get<std::uint64_t>() > most) {
    return wrong(name, "a whole number from 1 to " + std::to_string(most));
  }
  return found->get<std::uint64_t>();
}

Result<std::optional<std::chrono::milliseconds>> duration_member(const json& body,
                                                                 const std::string& name) {
  using Duration = std::optional<std::chrono::milliseconds>;
  return optional_text(body, name).and_then([&](const auto& text) -> Result<Duration> {
    if (!text) return Duration();
    return parse_duration(*text)
        .map([](auto value) { return Duration(value); })
        .map_error(at_field(name));
  });
}

Result<std::optional<std::uint64_t>> size_member(const json& body, const std::string& name) {
  using Size = std::optional<std::uint64_t>;
  if (const auto found = body.find(name); found != body.end() && found->is_number_unsigned()) {
    return Size(found->get<std::uint64_t>());
  }
  return optional_text(body, name).and_then([&](const auto& text) -> Result<Size> {
    if (!text) return Size();
    return parse_size(*text).map([](auto value) { return Size(value); }).map_error(at_field(name));
  });
}

Result<std::uint64_t> count_parameter(const std::string& text, const std::string& name,
                                      std::uint64_t otherwise, std::uint64_t most,
                                      std::uint64_t least) {
  if (text.empty()) return otherwise;
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < least || value > most) {
    return wrong(name,
                 "a whole number from " + std::to_string(least) + " to " + std::to_string(most));
  }
  return value;
}

}  // namespace muster::controller::api
