/// An HTTP request as the server hands it over: decoded, checked, whole. Plain values without an
/// owner.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace muster::http {

/// In the order of sending; a name may occur more than once.
using Headers = std::vector<std::pair<std::string, std::string>>;

struct Request {
  std::string method;  ///< as sent: "GET"
  std::string path;    ///< percent-decoded; begins with '/', has no NUL and no "." or ".." segment
  std::vector<std::pair<std::string, std::string>> query;  ///< decoded, in the order of the URL
  Headers headers;
  std::string body;
  std::string peer;  ///< the client's IP address as text

  /// The first header of that name, upper and lower case alike.
  [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const;
  /// The first query parameter of that name.
  [[nodiscard]] std::optional<std::string_view> parameter(std::string_view name) const;
};

}  // namespace muster::http
