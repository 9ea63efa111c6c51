/// Small files, read and written whole. Blocks: call before the loop runs or on a worker.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <muster/core/base/bytes.hpp>
#include <muster/core/base/error.hpp>
#include <string>

namespace muster {

/// The whole file as text. Errors: NotFound, PermissionDenied; ResourceExhausted above `max_bytes`.
[[nodiscard]] Result<std::string> read_file(const std::filesystem::path& path,
                                            std::size_t max_bytes = std::size_t{16} << 20U);

/// Replaces the file atomically and durably: written beside it, synced, renamed, directory synced.
/// `mode` is set before any byte is written, so that a secret is never readable for a moment.
/// Errors: Conflict, with nothing written, for what is there and is no regular file.
[[nodiscard]] Status write_file_atomic(const std::filesystem::path& path, BytesView content,
                                       mode_t mode = 0600);

/// Makes the directory and its parents, `mode` for those it makes.
[[nodiscard]] Status make_directories(const std::filesystem::path& path, mode_t mode = 0700);

}  // namespace muster
