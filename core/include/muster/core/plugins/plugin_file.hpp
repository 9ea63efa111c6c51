/// A plugin's file, read without running any of it: what it is, what it says of itself, and a copy
/// that nobody can change any more.
///
/// The file is opened once; digest, manifest and the bytes that will be mapped are all taken from
/// that one reading. Functions block; call them before the loop runs or on a worker. Errors are
/// sentences for the person who put the file there.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <muster/core/base/bytes.hpp>
#include <muster/core/base/error.hpp>
#include <muster/core/base/fd.hpp>
#include <string>

namespace muster::plugins {

inline constexpr std::size_t kMaxPluginFile = std::size_t{256} << 20U;

struct PluginFile {
  std::filesystem::path path;
  UniqueFd sealed;       ///< a memfd sealed against every change, to be given to the host
  std::string manifest;  ///< the JSON text of the section muster_manifest
  std::array<std::uint8_t, 32> digest{};           ///< SHA-256 of the file
  std::array<std::uint8_t, 32> manifest_digest{};  ///< SHA-256 of `manifest`
};

/// Errors: NotFound, PermissionDenied (also for a symbolic link, which is not followed);
/// Unsupported for a file that is no plugin, has no manifest, or is for another machine; Corrupt
/// for a damaged one; ResourceExhausted above kMaxPluginFile.
[[nodiscard]] Result<PluginFile> open_plugin_file(const std::filesystem::path& path);

/// Whether a plugin for this version of the ABI can run here. Errors: Unsupported.
[[nodiscard]] Status check_abi(std::uint64_t major, std::uint64_t minor);

/// The section `muster_manifest` of an ELF file for this machine. The view points into `file`.
/// Every number in the file is checked before it is used. Errors: Unsupported, Corrupt.
[[nodiscard]] Result<BytesView> find_manifest(BytesView file);

}  // namespace muster::plugins
