/// In which form the results of a job are shown: --output.
#pragma once

#include <vector>

#include "arguments.hpp"

namespace muster::cli {

enum class OutputForm {
  Variants,     ///< nodes with the same outcome and output stand together, the largest group first
  Stream,       ///< lines as they come, each with its node's name before it
  ByNode,       ///< one block a node, by name
  Json,         ///< one object at the end
  JsonLines,    ///< one object a line as things happen: output.md
  PassThrough,  ///< what `exec` does when nothing is asked for: of one node all bytes as they come,
                ///< of several Variants
};

/// The command's own options, then --output and --json.
[[nodiscard]] std::vector<Option> with_output(std::vector<Option> options);

/// What was asked for by --output, --json or --stream, or `otherwise`. Errors: Usage for a form
/// that there is not, and for two that contradict each other.
[[nodiscard]] CliResult<OutputForm> output_form(const Arguments& arguments, OutputForm otherwise);

/// For programs: what is printed is JSON.
[[nodiscard]] inline bool is_json(OutputForm form) {
  return form == OutputForm::Json || form == OutputForm::JsonLines;
}

}  // namespace muster::cli
