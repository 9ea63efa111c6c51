#include <sys/statvfs.h>

#include <cerrno>
#include <muster/core/doctor/probes.hpp>
#include <system_error>

namespace muster::doctor {
namespace {

using std::chrono::seconds;

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20U;

std::string reason(int error_number) { return std::generic_category().message(error_number); }

std::string size_text(std::uint64_t bytes) {
  const auto mib = bytes / kMiB;
  if (mib < 10 * 1024) return std::to_string(mib) + " MiB";
  return std::to_string(mib / 1024) + " GiB";
}

std::string span_text(std::chrono::milliseconds span) {
  const auto whole = std::chrono::duration_cast<seconds>(span).count();
  if (whole < 120) return std::to_string(whole) + " s";
  if (whole < 2 * 3600) return std::to_string(whole / 60) + " minutes";
  if (whole < 2 * 86400) return std::to_string(whole / 3600) + " hours";
  return std::to_string(whole / 86400) + " days";
}

}  // namespace

Check probe_disk(const std::filesystem::path& directory) {
  struct statvfs facts {};
  if (::statvfs(directory.c_str(), &facts) != 0) {
    return unknown(
        "disk", "cannot look at the file system of " + directory.string() + ": " + reason(errno));
  }
  const auto free = std::uint64_t{facts.f_bavail} * facts.f_frsize;
  const auto total = std::uint64_t{facts.f_blocks} * facts.f_frsize;
  const auto says =
      directory.string() + " has " + size_text(free) + " of " + size_text(total) + " free";
  const std::string advice = "free some space, or move it to a larger file system";
  if (free < 64 * kMiB) return failed("disk", says, advice);
  if (facts.f_files > 0 && facts.f_favail == 0) {
    return failed("disk", directory.string() + " has no free inode", "remove small files there");
  }
  if (free < 256 * kMiB || free < total / 20) return warning("disk", says, advice);
  return ok("disk", says);
}

Check compare_clocks(const std::string& peer, UnixTime asked, UnixTime answered, UnixTime theirs) {
  const auto ours = asked + (answered - asked) / 2;
  const auto ahead = std::chrono::duration_cast<std::chrono::milliseconds>(ours - theirs);
  const auto apart = ahead < ahead.zero() ? -ahead : ahead;
  const auto says = "this clock is " + span_text(apart) +
                    (ahead < ahead.zero() ? " behind " : " ahead of ") + peer + "'s";
  const std::string advice = "let chrony or systemd-timesyncd keep both clocks";
  if (apart > std::chrono::minutes(5)) return failed("clock", says, advice);
  if (apart > seconds(10)) return warning("clock", says, advice);
  return ok("clock", apart < seconds(1) ? "this clock and " + peer + "'s agree" : says);
}

Check check_validity(const std::string& whose, UnixTime not_after, UnixTime now,
                     const std::string& advice) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(not_after - now);
  if (left <= left.zero()) {
    return failed(whose, "it ran out " + span_text(-left) + " ago", advice);
  }
  const auto says = "it is valid for " + span_text(left) + " more";
  if (left < std::chrono::hours(14 * 24)) return warning(whose, says, advice);
  return ok(whose, says);
}

}  // namespace muster::doctor
