#include "spool/spool_store.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <muster/core/base/files.hpp>
#include <optional>
#include <string>

namespace muster::agent {
namespace {

constexpr std::string_view kSuffix = ".out";

/// The number in a file name of ours, "17.out".
std::optional<std::uint64_t> number_of(const std::string& name) {
  if (!name.ends_with(kSuffix)) return std::nullopt;
  const char* end = name.data() + name.size() - kSuffix.size();
  std::uint64_t number = 0;
  const auto parsed = std::from_chars(name.data(), end, number);
  if (parsed.ec != std::errc() || parsed.ptr != end) return std::nullopt;
  return number;
}

std::set<std::uint64_t> numbers_in(const std::filesystem::path& dir) {
  std::set<std::uint64_t> found;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(dir, error), end; !error && entry != end;
       entry.increment(error)) {
    if (const auto number = number_of(entry->path().filename().string())) found.insert(*number);
  }
  return found;
}

}  // namespace

Result<std::unique_ptr<SpoolStore>> SpoolStore::open(const std::filesystem::path& dir,
                                                     std::uint64_t budget) {
  if (auto made = make_directories(dir, 0700); !made) return tl::unexpected(made.error());
  const auto found = numbers_in(dir);
  const std::uint64_t next = found.empty() ? 1 : *found.rbegin() + 1;
  return std::unique_ptr<SpoolStore>(new SpoolStore(dir, budget, next));
}

void SpoolStore::keep_only(const std::set<std::uint64_t>& numbers) {
  for (const auto number : numbers_in(dir_)) {
    if (!numbers.contains(number)) remove(number);
  }
  if (!numbers.empty()) next_ = std::max(next_, *numbers.rbegin() + 1);
}

std::filesystem::path SpoolStore::path_of(std::uint64_t number) const {
  return dir_ / (std::to_string(number) + std::string(kSuffix));
}

Result<SpoolStore::File> SpoolStore::create() {
  const auto path = path_of(next_);
  UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!fd) return fail_errno("create " + path.string(), errno);
  return File{next_++, std::move(fd)};
}

Result<UniqueFd> SpoolStore::reopen(std::uint64_t number) const {
  const auto path = path_of(number);
  UniqueFd fd(::open(path.c_str(), O_RDWR | O_NOFOLLOW | O_CLOEXEC));
  if (!fd) return fail_errno("open " + path.string(), errno);
  return fd;
}

void SpoolStore::remove(std::uint64_t number) { ::unlink(path_of(number).c_str()); }

Status sync_spool_file(const std::filesystem::path& file) {
  const UniqueFd fd(::open(file.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  if (!fd || ::fdatasync(fd.get()) != 0) return fail_errno("sync " + file.string(), errno);
  // The name must survive too, not only what it leads to.
  const UniqueFd dir(::open(file.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!dir || ::fsync(dir.get()) != 0)
    return fail_errno("sync " + file.parent_path().string(), errno);
  return {};
}

}  // namespace muster::agent
