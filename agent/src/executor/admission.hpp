/// Whether this node takes a task: who signed it, for whom, until when, what it may do.
///
/// Pure decisions; every function is [any]. A refusal is a sentence for whoever started the job.
#pragma once

#include <cstdint>
#include <muster/core/base/ids.hpp>
#include <muster/core/crypto/sign.hpp>
#include <muster/core/wire/messages.hpp>

#include "executor/call_runner.hpp"

namespace muster::agent {

struct AdmissionRules {
  NodeId node;
  crypto::VerifyKey signing_key{};  ///< of the controller
  bool dev_trust = false;           ///< dangerous operations run without an operator's signature
};

struct Admitted {
  wire::TaskSpec spec;  ///< its arguments with defaults filled in
  std::string plugin;
  config::Risk risk = config::Risk::Dangerous;
  bool idempotent = false;
  bool cancellable = false;
};

/// Checks node, signature, epoch and latest start, in this order, then what check_operation()
/// checks. Only an operation of risk `read` needs no signature.
[[nodiscard]] Result<Admitted> admit(const wire::Task& task, const wire::TaskSpec& spec,
                                     const AdmissionRules& rules, const Catalog& catalog,
                                     std::uint64_t highest_epoch, std::int64_t now_ms);

/// The part that also holds for a task that was promised before this start of the agent: the
/// operation is there, is allowed, and takes these arguments.
[[nodiscard]] Result<Admitted> check_operation(const wire::TaskSpec& spec,
                                               const AdmissionRules& rules, const Catalog& catalog);

}  // namespace muster::agent
