#include <algorithm>
#include <muster/core/schema/schema.hpp>
#include <nlohmann/json.hpp>
#include <utility>

#include "checker.hpp"
#include "compiled.hpp"
#include "compiler.hpp"
#include "document.hpp"

namespace muster::schema {

using nlohmann::json;

struct Schema::Compiled {
  std::shared_ptr<const json> root;    ///< what `$ref`s lead into
  std::shared_ptr<const json> source;  ///< often a part of root
  Program program;
};

namespace {

Status require_depth(const json& document) {
  if (within_depth(document, kMaxDepth)) return {};
  return fail(ErrorCode::ResourceExhausted,
              "the schema is nested deeper than " + std::to_string(kMaxDepth) + " levels");
}

}  // namespace

Schema::Schema(std::shared_ptr<const Compiled> compiled) : compiled_(std::move(compiled)) {}

Schema::Schema() {
  static const auto anything = [] {
    auto document = std::make_shared<const json>(true);
    return std::make_shared<const Compiled>(Compiled{document, document, Program{{Node{}}, 0}});
  }();
  compiled_ = anything;
}

Result<Schema> Schema::compile(const json& schema) {
  if (auto status = require_depth(schema); !status)
    return tl::unexpected(std::move(status.error()));
  return compile_at(std::make_shared<const json>(schema), "");
}

Result<Schema> Schema::compile(const json& schema, const json& root) {
  for (const json* document : {&schema, &root}) {
    if (auto status = require_depth(*document); !status)
      return tl::unexpected(std::move(status.error()));
  }
  auto program = compile_program(schema, root, Place{});
  if (!program) return tl::unexpected(std::move(program.error()));
  return Schema(std::make_shared<const Compiled>(Compiled{std::make_shared<const json>(root),
                                                          std::make_shared<const json>(schema),
                                                          std::move(*program)}));
}

Result<Schema> Schema::compile_at(std::shared_ptr<const json> root, const std::string& pointer) {
  if (auto status = require_depth(*root); !status) return tl::unexpected(std::move(status.error()));
  const json* part = resolve(*root, pointer);
  if (part == nullptr) return fail(ErrorCode::InvalidArgument, "there is no schema here", pointer);
  auto program = compile_program(*part, *root, Place{pointer, true, 0});
  if (!program) return tl::unexpected(std::move(program.error()));
  const std::shared_ptr<const json> source(root, part);  // shares the document's lifetime
  return Schema(
      std::make_shared<const Compiled>(Compiled{std::move(root), source, std::move(*program)}));
}

Schema Schema::closed() const {
  Compiled copy = *compiled_;
  auto& nodes = copy.program.nodes;
  NodeIndex top = copy.program.entry;
  while (nodes[top].ref != kNoNode && nodes[top].properties.empty()) top = nodes[top].ref;
  Node closed = nodes[top];
  if (closed.additional != kNoNode) return *this;
  Node never;
  never.never = true;
  closed.additional = nodes.size();
  copy.program.entry = nodes.size() + 1;
  nodes.push_back(std::move(never));
  nodes.push_back(std::move(closed));
  return Schema(std::make_shared<const Compiled>(std::move(copy)));
}

std::vector<Violation> Schema::check(const json& value) const {
  return check_value(compiled_->program.nodes, compiled_->program.entry, value);
}

void Schema::fill_defaults(json& value) const {
  fill_value(compiled_->program.nodes, compiled_->program.entry, value);
}

bool Schema::has_secrets() const {
  const auto& nodes = compiled_->program.nodes;
  return std::any_of(nodes.begin(), nodes.end(), [](const Node& node) { return node.secret; });
}

bool Schema::conceal(json& value) const {
  return has_secrets() && conceal_value(compiled_->program.nodes, compiled_->program.entry, value);
}

const json& Schema::source() const { return *compiled_->source; }

const json& Schema::follow(const json& node) const {
  const json* at = &node;
  // Bounded, because `node` need not be a part of what was compiled.
  for (int step = 0; step < kMaxDepth && at->is_object() && at->contains("$ref"); ++step) {
    std::string pointer;
    const json& ref = *at->find("$ref");
    if (!ref.is_string() || !pointer_of_ref(ref.get_ref<const std::string&>(), pointer)) break;
    const json* target = resolve(*compiled_->root, pointer);
    if (target == nullptr) break;
    at = target;
  }
  return *at;
}

Status require_valid(const Schema& schema, const json& value, const std::string& what) {
  const auto violations = schema.check(value);
  if (violations.empty()) return {};
  const Violation& first = violations.front();
  std::string message = what +
                        " cannot be used: " + (first.pointer.empty() ? "it" : first.pointer) + " " +
                        first.message;
  if (violations.size() > 1) message += " (and " + std::to_string(violations.size() - 1) + " more)";
  return fail(ErrorCode::InvalidArgument, std::move(message), first.pointer);
}

}  // namespace muster::schema
