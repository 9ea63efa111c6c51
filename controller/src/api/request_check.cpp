#include "api/request_check.hpp"

#include <algorithm>
#include <muster/core/config/json.hpp>
#include <set>
#include <utility>

namespace muster::controller::api {
namespace {

using nlohmann::json;

tl::unexpected<Error> refuse(std::string message, std::string field = {}) {
  return fail(ErrorCode::InvalidArgument, std::move(message), std::move(field));
}

/// "limit", "labels/role"; for the value itself `whole`.
std::string name_of(const std::string& pointer, const std::string& whole) {
  return pointer.empty() ? whole : pointer.substr(1);
}

std::string and_more(std::size_t violations) {
  if (violations < 2) return {};
  return " (and " + std::to_string(violations - 1) + " more)";
}

Status check_names(const Operation& operation, const http::Request& request) {
  std::set<std::string> seen;
  for (const auto& [name, ignored] : request.query) {
    const bool known = std::any_of(
        operation.parameters.begin(), operation.parameters.end(),
        [&name = name](const auto& each) { return each.in_query && each.name == name; });
    if (!known) {
      return refuse(operation.path + " has no query parameter '" + name + "'", "/" + name);
    }
    if (!seen.insert(name).second) {
      return refuse("the query gives '" + name + "' twice", "/" + name);
    }
  }
  return {};
}

/// Puts the value or the default of a parameter into `given`.
Status take(const Parameter& parameter, const http::Request& request, json& given) {
  const auto& name = parameter.name;
  const std::string shown = parameter.in_query ? name : "the header " + name;
  const std::string field = parameter.in_query ? "/" + name : "";
  const auto text = parameter.in_query ? request.parameter(name) : request.header(name);
  if (!text) {
    if (parameter.required) {
      return refuse("this needs the query parameter " + name + ": add ?" + name + "=…", field);
    }
    const auto& source = parameter.schema.follow(parameter.schema.source());
    if (source.is_object() && source.contains("default")) given[name] = source.at("default");
    return {};
  }
  auto value = value_of(parameter.kind, *text);
  if (!value) return refuse(shown + " " + value.error().message, field);
  const auto violations = parameter.schema.check(*value);
  if (!violations.empty()) return refuse(shown + " " + violations.front().message, field);
  given[name] = std::move(*value);
  return {};
}

Result<json> check_body(const Operation& operation, const std::string& text) {
  if (!operation.body) {
    if (text.empty()) return json::object();
    return refuse(operation.method + " " + operation.path + " takes no body");
  }
  if (text.empty()) return check_body(operation, "{}");
  auto body = config::parse_json(text);
  if (!body) return refuse("the body of the request is " + body.error().message);
  if (!body->is_object()) return refuse("the body must be a JSON object");
  const auto violations = operation.body->check(*body);
  if (!violations.empty()) {
    const auto& first = violations.front();
    return refuse(
        name_of(first.pointer, "the body") + " " + first.message + and_more(violations.size()),
        first.pointer);
  }
  operation.body->fill_defaults(*body);
  return body;
}

}  // namespace

Result<Given> check_request(const Operation& operation, const http::Request& request) {
  Given given;
  if (auto known = check_names(operation, request); !known) return tl::unexpected(known.error());
  for (const auto& parameter : operation.parameters) {
    if (auto taken = take(parameter, request, given.parameters); !taken) {
      return tl::unexpected(taken.error());
    }
  }
  auto body = check_body(operation, request.body);
  if (!body) return tl::unexpected(body.error());
  given.body = std::move(*body);
  return given;
}

}  // namespace muster::controller::api
