#include <cli/output_form.hpp>

#include "catch.hpp"

using namespace muster::cli;

namespace {

CliResult<OutputForm> form_of(const std::vector<std::string>& words) {
  const auto arguments = parse_arguments(with_output({{"stream", "", ""}}), words);
  REQUIRE(arguments);
  return output_form(*arguments, OutputForm::PassThrough);
}

}  // namespace

TEST_CASE("each form has its name, and the switches are short for two of them", "[unit][cli]") {
  CHECK(form_of({}) == OutputForm::PassThrough);
  CHECK(form_of({"--output", "variants"}) == OutputForm::Variants);
  CHECK(form_of({"--output", "stream"}) == OutputForm::Stream);
  CHECK(form_of({"--output", "by-node"}) == OutputForm::ByNode);
  CHECK(form_of({"--output=json"}) == OutputForm::Json);
  CHECK(form_of({"--output=jsonl"}) == OutputForm::JsonLines);
  CHECK(form_of({"--json"}) == OutputForm::Json);
  CHECK(form_of({"--stream"}) == OutputForm::Stream);
  CHECK(form_of({"--json", "--output", "json"}) == OutputForm::Json);
}

TEST_CASE("a form that there is not is told with those that there are", "[unit][cli]") {
  for (const auto* name : {"yaml", "", "JSON"}) {
    const auto form = form_of({"--output", name});
    REQUIRE_FALSE(form);
    CHECK(form.error().exit == Exit::Usage);
    CHECK(form.error().message == "--output has no form '" + std::string(name) +
                                      "'; choose variants, stream, by-node, json or jsonl");
  }
}

TEST_CASE("two forms at once are a mistake", "[unit][cli]") {
  for (const auto& words : std::vector<std::vector<std::string>>{{"--json", "--output", "jsonl"},
                                                                 {"--stream", "--output", "json"},
                                                                 {"--json", "--stream"}}) {
    const auto form = form_of(words);
    REQUIRE_FALSE(form);
    CHECK(form.error().exit == Exit::Usage);
    CHECK(form.error().message.find("contradict") != std::string::npos);
  }
}
