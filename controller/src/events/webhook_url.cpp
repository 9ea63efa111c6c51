#include "events/webhook_url.hpp"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <netinet/in.h>

#include <algorithm>
#include <memory>
#include <optional>

namespace muster::controller {
namespace {

struct FreeUrl {
  void operator()(CURLU* url) const { ::curl_url_cleanup(url); }
};
using Url = std::unique_ptr<CURLU, FreeUrl>;

std::optional<std::string> part(const Url& url, CURLUPart which) {
  char* text = nullptr;
  if (::curl_url_get(url.get(), which, &text, 0) != CURLUE_OK) return std::nullopt;
  const std::unique_ptr<char, decltype(&::curl_free)> owned(text, &::curl_free);
  return std::string(text);
}

tl::unexpected<Error> wrong(const std::string& why) {
  return fail(ErrorCode::InvalidArgument, why, "/url");
}

/// A host that is an address can be judged at once.
std::string refusal_of_host(std::string host, const AddressRule& rule) {
  std::erase_if(host, [](char c) { return c == '[' || c == ']'; });
  sockaddr_in four{};
  four.sin_family = AF_INET;
  if (::inet_pton(AF_INET, host.c_str(), &four.sin_addr) == 1) {
    return refusal_of(reinterpret_cast<const sockaddr&>(four), rule);
  }
  sockaddr_in6 six{};
  six.sin6_family = AF_INET6;
  if (::inet_pton(AF_INET6, host.c_str(), &six.sin6_addr) == 1) {
    return refusal_of(reinterpret_cast<const sockaddr&>(six), rule);
  }
  return {};
}

}  // namespace

Result<AddressRule> check_webhook_url(const std::string& text, bool allow_private) {
  if (text.size() > kMaxWebhookUrl) return wrong("a webhook's URL has at most 2048 bytes");
  const bool visible = std::all_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) > 0x20 && static_cast<unsigned char>(c) < 0x7f;
  });
  const Url url(::curl_url());
  if (!url || !visible || ::curl_url_set(url.get(), CURLUPART_URL, text.c_str(), 0) != CURLUE_OK) {
    return wrong("this is no URL such as https://example.org/hook");
  }
  const auto scheme = part(url, CURLUPART_SCHEME).value_or("");
  if (scheme != "https" && scheme != "http") return wrong("a webhook's URL begins with https://");
  const AddressRule rule{allow_private, scheme == "http"};
  if (rule.plain && !allow_private) {
    return wrong("a webhook's URL begins with https://; http:// goes with --allow-private only");
  }
  if (part(url, CURLUPART_USER) || part(url, CURLUPART_PASSWORD)) {
    return wrong("a webhook's URL has no user and password; its signature says who sends");
  }
  if (part(url, CURLUPART_FRAGMENT)) return wrong("a webhook's URL has no #fragment");
  const auto host = part(url, CURLUPART_HOST).value_or("");
  if (host.empty()) return wrong("a webhook's URL names a host");
  if (const auto why = refusal_of_host(host, rule); !why.empty()) return wrong(why);
  return rule;
}

}  // namespace muster::controller
