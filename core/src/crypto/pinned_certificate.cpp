#include <algorithm>
#include <muster/core/crypto/base64url.hpp>
#include <muster/core/crypto/pinned_certificate.hpp>
#include <optional>

namespace muster::crypto {
namespace {

constexpr std::string_view kBegin = "-----BEGIN CERTIFICATE-----";
constexpr std::string_view kEnd = "-----END CERTIFICATE-----";
constexpr std::string_view kBlank = " \t\r\n";

auto not_one_certificate() {
  return fail(ErrorCode::Corrupt, "something else than one PEM certificate");
}

/// What stands between the first mark and the last, if nothing stands around them.
std::optional<std::string_view> between_marks(std::string_view pem) {
  const auto first = pem.find_first_not_of(kBlank);
  const auto last = pem.find_last_not_of(kBlank);
  if (first == std::string_view::npos) return std::nullopt;
  pem = pem.substr(first, last - first + 1);
  if (!pem.starts_with(kBegin)) return std::nullopt;
  pem.remove_prefix(kBegin.size());
  if (!pem.ends_with(kEnd)) return std::nullopt;
  pem.remove_suffix(kEnd.size());
  return pem;
}

std::string to_pem(BytesView der) {
  constexpr std::size_t kLine = 64;
  std::string base64 = to_base64url(der);
  std::replace(base64.begin(), base64.end(), '-', '+');
  std::replace(base64.begin(), base64.end(), '_', '/');
  base64.append((4 - base64.size() % 4) % 4, '=');
  std::string pem(kBegin);
  for (std::size_t at = 0; at < base64.size(); at += kLine)
    pem.append("\n").append(base64.substr(at, kLine));
  return pem.append("\n").append(kEnd).append("\n");
}

}  // namespace

Result<PinnedCertificate> read_certificate(std::string_view pem) {
  const auto body = between_marks(pem);
  // A dash is another mark.
  if (!body || body->find_first_of("-_") != std::string_view::npos) return not_one_certificate();
  std::string base64url;
  for (const char c : *body) {
    if (kBlank.find(c) != std::string_view::npos || c == '=') continue;
    base64url += c == '+' ? '-' : c == '/' ? '_' : c;
  }
  const auto der = from_base64url(base64url);
  if (!der || der->empty()) return not_one_certificate();
  return PinnedCertificate{to_pem(*der), sha256(*der)};
}

}  // namespace muster::crypto
