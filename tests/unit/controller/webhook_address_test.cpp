#include "events/webhook_address.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include "catch.hpp"
#include "events/webhook_url.hpp"

namespace muster::controller {
namespace {

/// Calls `look` with the address as a socket has it.
template <class Look>
auto with(const std::string& text, Look look) {
  sockaddr_in6 six{};
  if (::inet_pton(AF_INET6, text.c_str(), &six.sin6_addr) == 1) {
    six.sin6_family = AF_INET6;
    return look(reinterpret_cast<const sockaddr&>(six));
  }
  sockaddr_in four{};
  four.sin_family = AF_INET;
  REQUIRE(::inet_pton(AF_INET, text.c_str(), &four.sin_addr) == 1);
  return look(reinterpret_cast<const sockaddr&>(four));
}

AddressKind kind(const std::string& text) { return with(text, kind_of); }

TEST_CASE("each address is public, private or forbidden", "[unit][controller]") {
  for (const auto* text : {"0.0.0.0",
                           "0.1.2.3",
                           "169.254.169.254",
                           "169.254.0.1",
                           "100.100.100.200",
                           "168.63.129.16",
                           "224.0.0.1",
                           "239.255.255.255",
                           "240.0.0.1",
                           "255.255.255.255",
                           "::",
                           "fe80::1",
                           "febf::1",
                           "ff02::1",
                           "fd00:ec2::254",
                           "fd00:ec2::23",
                           "fd20:ce::254",
                           "2001::1",
                           "100::1",
                           "::ffff:169.254.169.254",
                           "64:ff9b::a9fe:a9fe",
                           "64:ff9b:1::a9fe:a9fe",
                           "::ffff:0:a9fe:a9fe",
                           "4000::1",
                           "::169.254.169.254",
                           "2002:a9fe:a9fe::1"}) {
    INFO(text);
    CHECK(kind(text) == AddressKind::Forbidden);
  }
  for (const auto* text : {"127.0.0.1",
                           "127.255.255.255",
                           "10.0.0.1",
                           "10.255.255.255",
                           "172.16.0.1",
                           "172.31.255.255",
                           "192.168.0.1",
                           "192.0.0.8",
                           "100.64.0.1",
                           "100.127.255.255",
                           "198.18.0.1",
                           "198.19.255.255",
                           "::1",
                           "fc00::1",
                           "fdff::1",
                           "fec0::1",
                           "::ffff:127.0.0.1",
                           "::ffff:10.1.2.3",
                           "64:ff9b::7f00:1",
                           "2002:c0a8:1::1"}) {
    INFO(text);
    CHECK(kind(text) == AddressKind::Private);
  }
  for (const auto* text :
       {"1.1.1.1",         "9.255.255.255",   "11.0.0.0",        "100.63.255.255", "100.128.0.0",
        "126.255.255.255", "128.0.0.0",       "169.253.255.255", "169.255.0.0",    "172.15.255.255",
        "172.32.0.0",      "192.167.255.255", "192.169.0.0",     "198.17.255.255", "198.20.0.0",
        "223.255.255.255", "2606:4700::1",    "2001:1::1",       "2001:db9::1",    "::ffff:1.1.1.1",
        "2002:101:101::1"}) {
    INFO(text);
    CHECK(kind(text) == AddressKind::Public);
  }
}

TEST_CASE("a rule lets public addresses be reached by TLS, and others when it says so",
          "[unit][controller]") {
  const auto allowed = [](const std::string& text, AddressRule rule) {
    return with(text, [&](const sockaddr& address) { return refusal_of(address, rule).empty(); });
  };
  CHECK(allowed("1.1.1.1", {false, false}));
  CHECK(allowed("1.1.1.1", {true, false}));
  CHECK_FALSE(allowed("1.1.1.1", {true, true}));
  CHECK_FALSE(allowed("10.0.0.1", {false, false}));
  CHECK(allowed("10.0.0.1", {true, false}));
  CHECK(allowed("::1", {true, true}));
  for (const bool plain : {false, true}) {
    CHECK_FALSE(allowed("169.254.169.254", {true, plain}));
    CHECK_FALSE(allowed("fe80::1", {true, plain}));
  }
}

TEST_CASE("a socket of another family is never connected", "[unit][controller]") {
  sockaddr other{};
  other.sa_family = AF_UNIX;
  CHECK_FALSE(refusal_of(other, {true, true}).empty());
}

TEST_CASE("a URL says by itself whether a webhook may have it", "[unit][controller]") {
  for (const auto* good : {"https://example.org/hook", "https://example.org:8443/?a=b",
                           "https://1.1.1.1/", "https://[2606:4700::1]/"}) {
    INFO(good);
    CHECK(check_webhook_url(good, false));
  }
  CHECK(check_webhook_url("HTTP://hook.internal/", true)->plain);
  CHECK_FALSE(check_webhook_url("HTTP://hook.internal/", false));
  CHECK_FALSE(check_webhook_url("HTTPS://example.org/", true)->plain);
  for (const auto* inside :
       {"http://127.0.0.1:8080/", "http://hook.internal/", "https://10.0.0.1/", "https://127.1/",
        "https://0x7f000001/", "https://2130706433/", "https://[::ffff:127.0.0.1]/"}) {
    INFO(inside);
    CHECK_FALSE(check_webhook_url(inside, false));
    CHECK(check_webhook_url(inside, true));
  }
  for (const auto* wrong :
       {"", "example.org", "ftp://example.org/", "file:///etc/passwd", "https://",
        "https://ann:secret@example.org/", "https://ann@example.org/", "https://example.org/#x",
        "https://exa mple.org/", "https://example.org/\n", "https://169.254.169.254/",
        "https://[fe80::1]/", "http://1.1.1.1/", "https://0/"}) {
    INFO(wrong);
    const auto checked = check_webhook_url(wrong, true);
    REQUIRE_FALSE(checked);
    CHECK(checked.error().field == "/url");
    CHECK(checked.error().message.find("secret") == std::string::npos);
  }
  const std::string start = "https://example.org/";
  CHECK(check_webhook_url(start + std::string(kMaxWebhookUrl - start.size(), 'a'), false));
  CHECK_FALSE(check_webhook_url(start + std::string(kMaxWebhookUrl - start.size() + 1, 'a'), true));
}

}  // namespace
}  // namespace muster::controller
