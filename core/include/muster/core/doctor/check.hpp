/// What one look at a part of the system found, for `muster doctor`, `muster-agent doctor` and the
/// controller's own checks.
///
/// Plain values; every function is [any]. What could not be looked at is Unknown: no data is never
/// a pass.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace muster::doctor {

enum class Verdict {
  Ok,
  Warning,  ///< it works, and will not for ever
  Failed,
  Unknown,  ///< it could not be looked at
};

struct Check {
  std::string name;  ///< what was looked at, in a word or two: "clock", "controller port"
  Verdict verdict = Verdict::Unknown;
  std::string says;    ///< one sentence: what was found
  std::string advice;  ///< what to do about it; empty when nothing needs to be done
};

using Checks = std::vector<Check>;

/// "ok", "warning", "failed" or "unknown", as in JSON.
[[nodiscard]] std::string_view to_string(Verdict verdict);
/// Unknown for a word that is none of those.
[[nodiscard]] Verdict verdict_from(std::string_view word);

/// Of a program that made these: 1 when one failed, else 4 when one could not be made, else 0.
[[nodiscard]] int exit_status(std::span<const Check> checks);

/// "5 ok, 1 warning", without the verdicts that none got.
[[nodiscard]] std::string summary(std::span<const Check> checks);

[[nodiscard]] Check ok(std::string name, std::string says);
[[nodiscard]] Check warning(std::string name, std::string says, std::string advice);
[[nodiscard]] Check failed(std::string name, std::string says, std::string advice);
[[nodiscard]] Check unknown(std::string name, std::string says);

}  // namespace muster::doctor
