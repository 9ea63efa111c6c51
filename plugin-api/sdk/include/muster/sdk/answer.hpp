/// How a call ended: one of the four outcomes of the ABI, with its result or its reason.
///
/// A handler returns one: `return ok(PingResult{...});`, `return changed(...)`, `return
/// failed(error)`. There is no default: an empty answer is never ok.
#pragma once

#include <muster/plugin.h>

#include <cstdint>
#include <muster/sdk/error.hpp>
#include <optional>
#include <string>
#include <utility>

namespace muster::sdk {

enum class Outcome : std::uint32_t {
  Ok = MUSTER_OUTCOME_OK,            ///< it is as asked, and nothing had to be changed
  Changed = MUSTER_OUTCOME_CHANGED,  ///< it is as asked, and something was changed for it
  Failed = MUSTER_OUTCOME_FAILED,    ///< it is not as asked
  Indeterminate = MUSTER_OUTCOME_INDETERMINATE,  ///< it may or may not be as asked
};

/// An answer without a result; fits every operation.
struct Failure {
  Outcome outcome;
  Error error;
};

template <class R>
struct Answer {
  Outcome outcome;
  std::optional<R> result;
  std::optional<Error> error;

  Answer(Outcome how, R what) : outcome(how), result(std::move(what)) {}
  Answer(Outcome how, R what, Error why)
      : outcome(how), result(std::move(what)), error(std::move(why)) {}
  // From a failure, so that `return failed(...)` and `return fail(...)` read as they should.
  Answer(Failure failure)  // NOLINT(google-explicit-constructor)
      : outcome(failure.outcome), error(std::move(failure.error)) {}
  Answer(tl::unexpected<Error> failure)  // NOLINT(google-explicit-constructor)
      : outcome(Outcome::Failed), error(std::move(failure.value())) {}
};

template <class R>
[[nodiscard]] Answer<R> ok(R result) {
  return {Outcome::Ok, std::move(result)};
}

template <class R>
[[nodiscard]] Answer<R> changed(R result) {
  return {Outcome::Changed, std::move(result)};
}

[[nodiscard]] inline Failure failed(Error error) { return {Outcome::Failed, std::move(error)}; }

/// Failed, with what is known all the same: the exit code of a program, say.
template <class R>
[[nodiscard]] Answer<R> failed(Error error, R result) {
  return {Outcome::Failed, std::move(result), std::move(error)};
}

[[nodiscard]] inline Failure indeterminate(Error error) {
  return {Outcome::Indeterminate, std::move(error)};
}

}  // namespace muster::sdk
