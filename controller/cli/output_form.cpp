#include "output_form.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "command.hpp"

namespace muster::cli {
namespace {

struct Named {
  const char* name;
  OutputForm form;
};
constexpr std::array kForms{Named{"variants", OutputForm::Variants},
                            Named{"stream", OutputForm::Stream},
                            Named{"by-node", OutputForm::ByNode}, Named{"json", OutputForm::Json},
                            Named{"jsonl", OutputForm::JsonLines}};

/// "variants, stream or by-node" with a comma and " or " between them.
std::string all_names(const char* between, const char* before_last) {
  std::string names;
  for (const auto& each : kForms) {
    if (!names.empty()) names += &each == &kForms.back() ? before_last : between;
    names += each.name;
  }
  return names;
}

}  // namespace

std::vector<Option> with_output(std::vector<Option> options) {
  options.push_back({"output", all_names("|", "|"), "in which form to show the results"});
  options.push_back(json_option());
  return options;
}

CliResult<OutputForm> output_form(const Arguments& arguments, OutputForm otherwise) {
  std::optional<OutputForm> asked;
  std::string option;
  if (const auto name = arguments.value("output"); arguments.has("output")) {
    const auto found = std::find_if(kForms.begin(), kForms.end(),
                                    [&](const auto& each) { return name == each.name; });
    if (found == kForms.end()) {
      return failure(Exit::Usage,
                     "--output has no form '" + name + "'; choose " + all_names(", ", " or "));
    }
    asked = found->form;
    option = "--output " + name;
  }
  for (const auto& [name, form] :
       {Named{"json", OutputForm::Json}, Named{"stream", OutputForm::Stream}}) {
    if (!arguments.has(name)) continue;
    const auto also = "--" + std::string(name);
    if (asked && *asked != form) {
      return failure(Exit::Usage, option + " and " + also + " contradict each other; give one");
    }
    asked = form;
    option = also;
  }
  return asked.value_or(otherwise);
}

}  // namespace muster::cli
