/// What a plugin emits through muster.events/1, on its way from the host's frame to the wire.
///
/// Pure functions, [any].
#pragma once

#include <muster/core/config/manifest.hpp>
#include <muster/core/plugins/frames.hpp>
#include <muster/core/wire/messages.hpp>
#include <string>

namespace muster::agent {

/// The host checks this before it sends; a host that sends something else is no host of ours.
/// Errors: PermissionDenied for an event that the manifest does not list, Corrupt for data that are
/// no map, or none that the wire takes.
[[nodiscard]] Status check_event(const config::Manifest& manifest, const plugins::Event& event);

/// The source is the plugin's id, with "@instance" when that has a name of its own.
[[nodiscard]] wire::Event wire_event(const std::string& plugin, const std::string& instance,
                                     const plugins::Event& event);

}  // namespace muster::agent
