/// Which nodes a selector means, and the names that can stand in one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "client/api_client.hpp"

namespace muster::client {

struct CountedNodes {
  std::uint64_t count = 0;
  std::vector<std::string> nodes;  ///< the names of the first 100
};

/// Nodes that a selector cannot decide about.
struct UnknownNodes {
  std::string why;
  CountedNodes nodes;
};

/// Why there would be no job.
struct Refusal {
  std::string reason;  ///< what programs go by
  std::string detail;
};

/// Nodes that a job would leave out.
struct LeftOutNodes {
  std::string state;  ///< skipped or refused: how their tasks would end
  std::string why;
  CountedNodes nodes;
};

/// What would become of a job.
struct Forecast {
  std::string operation;
  std::vector<Refusal> refusals;  ///< with any, `runs` is as if there were none
  CountedNodes runs;
  std::uint64_t left_out = 0;
  std::vector<LeftOutNodes> reasons;  ///< the 20 that most of these have
};

struct SelectorQuery {
  std::string selector;
  std::string operation = {};  ///< what is to run there; empty: nothing
};

struct Selection {
  std::string selector;     ///< in its one spelling
  std::uint64_t total = 0;  ///< all nodes of the fleet
  CountedNodes matched;
  std::uint64_t unknown = 0;
  std::vector<UnknownNodes> reasons;  ///< of unknown ones; a node may have several
  std::vector<std::string> warnings;  ///< what it may have wrong although it parses
  std::optional<Forecast> job;        ///< where an operation was asked about
  Json told;
};

[[nodiscard]] Result<Selection> explain_selector(ApiClient& api, const SelectorQuery& query);

struct NameQuery {
  std::string kind;                         ///< node, label or fact
  std::string of = {};                      ///< the label or fact whose values are wanted
  std::string prefix = {};                  ///< with what they begin
  std::optional<std::uint64_t> limit = {};  ///< beyond which many are told by a NamePrefix
};

struct Name {
  std::string name;
  std::uint64_t nodes = 0;  ///< how many have it
};

struct NamePrefix {
  std::string prefix;
  std::uint64_t names = 0;  ///< how many begin so
};

/// Both sorted.
struct Names {
  std::vector<Name> names;
  std::vector<NamePrefix> prefixes;  ///< each stands for several names
};

/// Names that begin alike, for completion; of many only what they begin with.
[[nodiscard]] Result<Names> list_names(ApiClient& api, const NameQuery& query);

}  // namespace muster::client
