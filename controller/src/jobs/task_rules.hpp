/// What each message of a node means for a task in each state: the table of core/docs/wire.md
/// sections 4 and 5.
///
/// Pure functions; who sends, stores and counts is JobService.
#pragma once

#include <cstdint>
#include <muster/core/wire/messages.hpp>
#include <optional>

namespace muster::controller {

enum class Said : std::uint8_t { Accept, Start, Refuse, Out, Progress, Result };

enum class Step : std::uint8_t {
  Take,      ///< it changes the state, or is the next piece of what is expected
  Ignore,    ///< said before, or overtaken
  AckAgain,  ///< a RESULT that is stored already: the node may forget it
  Violate,   ///< a node cannot say this of a task that was never sent to it
};

[[nodiscard]] Step step_for(wire::TaskState now, Said said);

/// The state that ACCEPT or START lead to, when step_for() said Take.
[[nodiscard]] wire::TaskState state_after(Said said);

/// What a node's STATUS about a task asks for.
enum class Reconcile : std::uint8_t {
  Nothing,    ///< as known; or the RESULT follows by itself
  MoveOn,     ///< the node is further than we know: take its state
  SendAgain,  ///< it never heard of the task
  GiveUp,     ///< it had the task and has forgotten it: it may have run
};

/// `read_only`: of an operation of risk read, which nodes do not keep and which may run again.
[[nodiscard]] Reconcile reconcile(wire::TaskState ours, wire::TaskState theirs, bool read_only);

}  // namespace muster::controller
