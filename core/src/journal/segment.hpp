/// One segment file, open for appending. Used by one thread at a time; every function blocks.
#pragma once

#include <muster/core/base/fd.hpp>

#include "journal/format.hpp"

namespace muster::journal {

struct Segment {
  UniqueFd fd;
  Header header;
  std::uint64_t size = 0;
  Lsn next_lsn = 1;
};

/// The file of segment `number`.
[[nodiscard]] std::filesystem::path segment_path(const std::filesystem::path& dir,
                                                 std::uint64_t number);

/// Takes the directory's lock, held while the result is open. Errors: Conflict.
[[nodiscard]] Result<UniqueFd> lock_directory(const std::filesystem::path& dir);

struct Opened {
  Segment segment;
  bool torn = false;
};

/// Opens the newest segment, replays it and tidies up, in the order of core/docs/journal.md; makes
/// segment 1 in an empty directory.
[[nodiscard]] Result<Opened> open_newest(const std::filesystem::path& dir,
                                         const Journal::OnRecord& on_record);

/// A header with a fresh salt.
[[nodiscard]] Header new_header(std::uint64_t number, Lsn first_lsn);

/// Writes `bytes` at the end and syncs them. On failure the segment is as before and durably so,
/// or, when even that failed, `usable` is false.
[[nodiscard]] Status append_synced(Segment& segment, BytesView bytes, bool& usable,
                                   const std::function<void(Step)>& on_step);

/// Makes segment `number` with `image` (header and records) and makes its name durable. `renamed`
/// says whether a failure came too late to go on with the old one.
[[nodiscard]] Result<UniqueFd> make_segment(const std::filesystem::path& dir, std::uint64_t number,
                                            BytesView image, bool& renamed,
                                            const std::function<void(Step)>& on_step);

}  // namespace muster::journal
