/// The names that completion offers, from the controller.
///
/// One Names per question, one thread. Every function gives what begins with `prefix`, and nothing
/// when the controller does not answer.
#pragma once

#include <client/plugins.hpp>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "operation.hpp"

namespace muster::cli {

struct Candidate {
  std::string text;      ///< of the whole word
  std::string about;     ///< in a few words, or empty
  bool partial = false;  ///< the word goes on after it
};

/// What a shell may offer.
struct Completion {
  std::vector<Candidate> candidates;  ///< each begins with what was typed
  bool files = false;                 ///< files of this machine, which the shell knows best
  std::size_t files_after = 0;        ///< bytes of the word before the file's name
};

class Names {
 public:
  /// The fleet's controller; null when it is not known which that is.
  using Fleet = std::function<client::ApiClient*()>;
  /// `fleet` is asked when its names are wanted. `contexts` are those of whoever types.
  explicit Names(Fleet fleet, std::vector<std::string> contexts = {});

  [[nodiscard]] std::vector<Candidate> nodes(const std::string& prefix) const;
  [[nodiscard]] std::vector<Candidate> labels(const std::string& prefix) const;
  /// "role=" first, then its values.
  [[nodiscard]] std::vector<Candidate> labelled(const std::string& prefix) const;
  [[nodiscard]] std::vector<Candidate> facts(const std::string& prefix) const;
  /// Of a label, or of a fact, whose name has a dot.
  [[nodiscard]] std::vector<Candidate> values(const std::string& of,
                                              const std::string& prefix) const;
  [[nodiscard]] std::vector<Candidate> groups(const std::string& prefix) const;
  [[nodiscard]] std::vector<Candidate> plugins(const std::string& prefix) const;
  /// "system." first, then what is in it.
  [[nodiscard]] std::vector<Candidate> operations(const std::string& prefix) const;
  [[nodiscard]] std::vector<Candidate> jobs(const std::string& prefix) const;
  /// Who asked for the latest jobs.
  [[nodiscard]] std::vector<Candidate> operators(const std::string& prefix) const;
  [[nodiscard]] std::vector<Candidate> enrollment_tokens(const std::string& prefix) const;
  [[nodiscard]] std::vector<Candidate> webhooks(const std::string& prefix) const;
  [[nodiscard]] std::vector<Candidate> contexts(const std::string& prefix) const;
  [[nodiscard]] std::optional<Operation> operation(const std::string& name) const;

 private:
  [[nodiscard]] std::vector<Candidate> names(const std::string& kind, const std::string& of,
                                             const std::string& prefix) const;
  [[nodiscard]] std::vector<Candidate> plugins(
      const std::string& prefix, const std::function<bool(const client::Plugin&)>& wanted) const;
  Fleet fleet_;
  std::vector<std::string> contexts_;
};

}  // namespace muster::cli
