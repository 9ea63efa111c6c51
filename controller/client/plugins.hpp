/// The plugins that the nodes carry.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "client/api_client.hpp"

namespace muster::client {

/// One version of one plugin, over the whole fleet. A file that a node cannot load as a plugin is
/// one in state `rejected`, with the file's name as id and no version.
struct Plugin {
  std::string id;
  std::string version;
  std::string plugin_class;             ///< confined or privileged; in lists it may be empty
  std::string status;                   ///< stable or preview; the same
  std::string doc;                      ///< the same
  std::vector<std::string> operations;  ///< names; empty while no node has sent the manifest
  std::uint64_t nodes = 0;              ///< how many have it
  std::map<std::string, std::uint64_t> states;   ///< how many of these are in each
  std::map<std::string, std::uint64_t> reasons;  ///< "STATE: WHY" of what is not ready
  Json manifest;     ///< as its author wrote it, an object; null in lists
  std::string etag;  ///< not in lists
  Json told;
};

struct Plugins {
  std::vector<Plugin> plugins;  ///< by id, newest version first
  Json told;
};

[[nodiscard]] Result<Plugins> list_plugins(ApiClient& api);
/// The newest version.
[[nodiscard]] Result<Plugin> get_plugin(ApiClient& api, const std::string& id);

}  // namespace muster::client
