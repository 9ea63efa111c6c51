#include <algorithm>
#include <array>
#include <muster/core/doctor/check.hpp>
#include <utility>

namespace muster::doctor {
namespace {

constexpr std::array<std::string_view, 4> kWords{"ok", "warning", "failed", "unknown"};

bool any(std::span<const Check> checks, Verdict verdict) {
  return std::any_of(checks.begin(), checks.end(),
                     [&](const Check& check) { return check.verdict == verdict; });
}

}  // namespace

std::string_view to_string(Verdict verdict) { return kWords[static_cast<std::size_t>(verdict)]; }

Verdict verdict_from(std::string_view word) {
  const auto found = std::find(kWords.begin(), kWords.end(), word);
  if (found == kWords.end()) return Verdict::Unknown;
  return static_cast<Verdict>(found - kWords.begin());
}

int exit_status(std::span<const Check> checks) {
  if (any(checks, Verdict::Failed)) return 1;
  if (checks.empty() || any(checks, Verdict::Unknown)) return 4;
  return 0;
}

std::string summary(std::span<const Check> checks) {
  std::string text;
  for (const auto verdict : {Verdict::Ok, Verdict::Warning, Verdict::Failed, Verdict::Unknown}) {
    const auto count = std::count_if(checks.begin(), checks.end(),
                                     [&](const Check& check) { return check.verdict == verdict; });
    if (count == 0) continue;
    if (!text.empty()) text += ", ";
    text += std::to_string(count) + " " + std::string(to_string(verdict));
  }
  return text.empty() ? "nothing was looked at" : text;
}

Check ok(std::string name, std::string says) {
  return {std::move(name), Verdict::Ok, std::move(says), {}};
}

Check warning(std::string name, std::string says, std::string advice) {
  return {std::move(name), Verdict::Warning, std::move(says), std::move(advice)};
}

Check failed(std::string name, std::string says, std::string advice) {
  return {std::move(name), Verdict::Failed, std::move(says), std::move(advice)};
}

Check unknown(std::string name, std::string says) {
  return {std::move(name), Verdict::Unknown, std::move(says), {}};
}

}  // namespace muster::doctor
