#include "journal/segment.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <system_error>

namespace muster::journal {
namespace {

constexpr std::size_t kDigits = 20;
constexpr std::string_view kSuffix = ".journal";

struct Mapping {
  void* data = MAP_FAILED;
  std::size_t size = 0;
  Mapping() = default;
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;
  ~Mapping() {
    if (data != MAP_FAILED) ::munmap(data, size);
  }
  [[nodiscard]] BytesView view() const {
    return data == MAP_FAILED ? BytesView() : BytesView(static_cast<std::uint8_t*>(data), size);
  }
};

// A full disk, a quota and a file size limit are the same to the owner: make room and try again.
tl::unexpected<Error> fail_write(const std::string& what, int error_number) {
  auto failure = fail_errno(what, error_number);
  if (error_number == EFBIG) failure.value().code = ErrorCode::ResourceExhausted;
  failure.value().retryable = failure.value().code == ErrorCode::ResourceExhausted;
  return failure;
}

Status write_at(int fd, BytesView bytes, std::uint64_t offset) {
  while (!bytes.empty()) {
    const auto written = ::pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return fail_write("write the journal", errno);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
    offset += static_cast<std::uint64_t>(written);
  }
  return {};
}

Status sync_directory(const std::filesystem::path& dir) {
  const UniqueFd fd(::open(dir.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd || ::fsync(fd.get()) != 0) return fail_errno("sync " + dir.string(), errno);
  return {};
}

// The number in a segment's file name, or 0.
std::uint64_t number_of(const std::string& name) {
  if (name.size() != kDigits + kSuffix.size() || !name.ends_with(kSuffix)) return 0;
  std::uint64_t number = 0;
  const char* end = name.data() + kDigits;
  const auto [parsed_to, error] = std::from_chars(name.data(), end, number);
  return error == std::errc{} && parsed_to == end ? number : 0;
}

struct Listing {
  std::vector<std::uint64_t> numbers;  // rising
  std::vector<std::filesystem::path> unfinished;
};

Result<Listing> list(const std::filesystem::path& dir) {
  Listing listing;
  std::error_code error;
  for (std::filesystem::directory_iterator it(dir, error), end; !error && it != end;
       it.increment(error)) {
    const auto name = it->path().filename().string();
    if (const auto number = number_of(name); number != 0) listing.numbers.push_back(number);
    if (name.ends_with(std::string(kSuffix) + ".new")) listing.unfinished.push_back(it->path());
  }
  if (error) return fail_errno("list " + dir.string(), error.value());
  std::sort(listing.numbers.begin(), listing.numbers.end());
  return listing;
}

Status map_file(int fd, Mapping& mapping) {
  struct stat status {};
  if (::fstat(fd, &status) != 0) return fail_errno("read the journal", errno);
  if (status.st_size == 0) return {};
  mapping.size = static_cast<std::size_t>(status.st_size);
  mapping.data = ::mmap(nullptr, mapping.size, PROT_READ, MAP_PRIVATE, fd, 0);
  if (mapping.data == MAP_FAILED) return fail_errno("read the journal", errno);
  return {};
}

Status cut(int fd, std::uint64_t size) {
  if (::ftruncate(fd, static_cast<off_t>(size)) != 0 || ::fdatasync(fd) != 0) {
    return fail_errno("cut the journal", errno);
  }
  return {};
}

void remove_leftovers(const std::filesystem::path& dir, const Listing& listing) {
  for (const auto& path : listing.unfinished) ::unlink(path.c_str());
  for (const auto number : listing.numbers) {
    if (number != listing.numbers.back()) ::unlink(segment_path(dir, number).c_str());
  }
}

Result<Opened> open_segment(const std::filesystem::path& dir, const Listing& listing,
                            const Journal::OnRecord& on_record) {
  const auto path = segment_path(dir, listing.numbers.back());
  Opened opened;
  opened.segment.fd.reset(::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW));
  if (!opened.segment.fd) return fail_errno("open " + path.string(), errno);
  Mapping mapping;
  if (auto mapped = map_file(opened.segment.fd.get(), mapping); !mapped) {
    return tl::unexpected(mapped.error());
  }
  const auto header = read_header(mapping.view());
  if (!header) return tl::unexpected(with_context(path.string())(header.error()));
  const auto checked = check_records(mapping.view(), *header);
  if (!checked) return tl::unexpected(with_context(path.string())(checked.error()));
  if (header->number != listing.numbers.back()) {
    return fail(ErrorCode::Corrupt, path.string() + " holds another segment than its name says");
  }
  opened.segment.header = *header;
  opened.segment.size = checked->intact_bytes;
  opened.segment.next_lsn = header->first_lsn + checked->records;
  opened.torn = checked->intact_bytes != mapping.size;
  if (opened.torn) {
    if (auto done = cut(opened.segment.fd.get(), checked->intact_bytes); !done) {
      return tl::unexpected(done.error());
    }
  }
  remove_leftovers(dir, listing);
  for_each_record(mapping.view(), *header, checked->intact_bytes, on_record);
  return opened;
}

}  // namespace

std::filesystem::path segment_path(const std::filesystem::path& dir, std::uint64_t number) {
  auto digits = std::to_string(number);
  digits.insert(0, kDigits - digits.size(), '0');
  return dir / (digits + std::string(kSuffix));
}

Result<UniqueFd> lock_directory(const std::filesystem::path& dir) {
  const auto path = dir / "lock";
  UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd) return fail_errno("open " + path.string(), errno);
  if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return fail_errno("lock " + path.string(), errno);
    return fail(ErrorCode::Conflict,
                "another process uses the journal in " + dir.string() + ": stop it first");
  }
  return fd;
}

Result<Opened> open_newest(const std::filesystem::path& dir, const Journal::OnRecord& on_record) {
  const auto listing = list(dir);
  if (!listing) return tl::unexpected(listing.error());
  if (!listing->numbers.empty()) return open_segment(dir, *listing, on_record);
  remove_leftovers(dir, *listing);
  Opened opened;
  opened.segment.header = new_header(1, 1);
  Bytes image;
  append_header(image, opened.segment.header);
  bool renamed = false;
  auto fd = make_segment(dir, 1, image, renamed, {});
  if (!fd) return tl::unexpected(fd.error());
  opened.segment.fd = std::move(*fd);
  opened.segment.size = image.size();
  return opened;
}

Header new_header(std::uint64_t number, Lsn first_lsn) {
  Header header{0, number, first_lsn};
  // Cannot fail for 4 bytes once the kernel's pool is ready; a salt of zero would only be weaker.
  [[maybe_unused]] const auto got = ::getrandom(&header.salt, sizeof header.salt, 0);
  return header;
}

Status append_synced(Segment& segment, BytesView bytes, bool& usable,
                     const std::function<void(Step)>& on_step) {
  const int fd = segment.fd.get();
  if (auto written = write_at(fd, bytes, segment.size); !written) {
    usable = cut(fd, segment.size).has_value();
    return written;
  }
  if (on_step) on_step(Step::RecordsWritten);
  if (::fdatasync(fd) != 0) {
    const int error_number = errno;
    usable = false;
    // Best effort: what was refused should not come back.
    (void)cut(fd, segment.size);
    return fail_errno("sync the journal", error_number);
  }
  segment.size += bytes.size();
  if (on_step) on_step(Step::RecordsSynced);
  return {};
}

Result<UniqueFd> make_segment(const std::filesystem::path& dir, std::uint64_t number,
                              BytesView image, bool& renamed,
                              const std::function<void(Step)>& on_step) {
  const auto path = segment_path(dir, number);
  const auto unfinished = path.string() + ".new";
  ::unlink(unfinished.c_str());
  UniqueFd fd(::open(unfinished.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd) return fail_write("create " + unfinished, errno);
  auto written = write_at(fd.get(), image, 0);
  if (written && ::fsync(fd.get()) != 0) written = fail_write("sync " + unfinished, errno);
  if (written && on_step) on_step(Step::CompactWritten);
  if (written && ::rename(unfinished.c_str(), path.c_str()) != 0) {
    written = fail_write("rename " + unfinished, errno);
  }
  if (!written) {
    ::unlink(unfinished.c_str());
    return tl::unexpected(written.error());
  }
  renamed = true;
  if (auto synced = sync_directory(dir); !synced) return tl::unexpected(synced.error());
  if (on_step) on_step(Step::CompactRenamed);
  return fd;
}

}  // namespace muster::journal
