/// The operations on files: system.file.stat, get, put and edit.
///
/// Each blocks for the disk, on a worker. Those that write must not run at once; see System.
#pragma once

#include <muster/sdk/answer.hpp>
#include <muster/sdk/call.hpp>

#include "system_plugin.hpp"

namespace muster::plugin::system {

[[nodiscard]] sdk::Answer<File> stat_file(const sdk::Call& call,
                                          const FileStatArguments& arguments);
[[nodiscard]] sdk::Answer<FileGetResult> get_file(const sdk::Call& call,
                                                  const FileGetArguments& arguments);
[[nodiscard]] sdk::Answer<FileChange> put_file(const sdk::Call& call,
                                               const FilePutArguments& arguments);
[[nodiscard]] sdk::Answer<FileChange> edit_file(const sdk::Call& call,
                                                const FileEditArguments& arguments);

}  // namespace muster::plugin::system
