/// The looks at a machine that several programs take: names, ports, files, disks, clocks.
///
/// Each gives one Check and never fails otherwise. They change nothing. [any]; those that block say
/// how long.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <muster/core/base/clock.hpp>
#include <muster/core/doctor/check.hpp>
#include <string>

namespace muster::doctor {

/// Whether `host` has an address. Blocks for as long as the system's resolver asks (about 10 s when
/// its servers are silent).
[[nodiscard]] Check probe_name(const std::string& host);

/// Whether somebody accepts TCP connections there; `peer` says who should, for the sentence ("the
/// controller's API"). Nothing is sent. Blocks for `timeout` at most, after the name is resolved.
[[nodiscard]] Check probe_port(const std::string& peer, const std::string& host, std::uint16_t port,
                               std::chrono::milliseconds timeout);

/// Room and inodes of the file system that `directory` is on: below 5 % or 256 MiB is a warning,
/// below 64 MiB or no free inode has failed.
[[nodiscard]] Check probe_disk(const std::filesystem::path& directory);

/// How far this clock is from that of `peer`, which said `theirs` between `asked` and `answered` of
/// ours. More than 5 minutes has failed (nodes refuse dangerous tasks then), more than
/// 10 s is a warning.
[[nodiscard]] Check compare_clocks(const std::string& peer, UnixTime asked, UnixTime answered,
                                   UnixTime theirs);

/// Whether a certificate is valid at `now` and for 14 days more; `whose` names it ("the
/// controller's certificate").
[[nodiscard]] Check check_validity(const std::string& whose, UnixTime not_after, UnixTime now,
                                   const std::string& advice);

}  // namespace muster::doctor
