#include "token_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <muster/core/base/error.hpp>
#include <muster/core/base/fd.hpp>
#include <sstream>

namespace muster::cli {
namespace {

tl::unexpected<Failure> cannot_read(const std::filesystem::path& path, int error_number) {
  return failure(Exit::Usage, fail_errno("read " + path.string(), error_number).value().message);
}

tl::unexpected<Failure> is_open(const std::filesystem::path& path, mode_t mode) {
  constexpr mode_t kBits = 07777;
  std::ostringstream why;
  why << path.string() << " is open to others (mode 0" << std::oct << (mode & kBits)
      << "), and a token is secret; make it yours alone: chmod 600 " << path.string();
  return failure(Exit::Usage, why.str());
}

}  // namespace

CliResult<std::string> read_private_file(const std::filesystem::path& path, std::size_t max_bytes) {
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
  struct stat info {};
  if (!fd || ::fstat(fd.get(), &info) != 0) return cannot_read(path, errno);
  constexpr mode_t kOfOthers = 077;
  if (S_ISREG(info.st_mode) && (info.st_mode & kOfOthers) != 0) return is_open(path, info.st_mode);
  std::string text;
  std::array<char, 4096> chunk{};
  while (text.size() <= max_bytes) {
    const auto got = ::read(fd.get(), chunk.data(), chunk.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return cannot_read(path, errno);
    if (got == 0) return text;
    text.append(chunk.data(), static_cast<std::size_t>(got));
  }
  return failure(Exit::Usage,
                 path.string() + " is larger than " + std::to_string(max_bytes) + " bytes");
}

CliResult<std::string> token_in(const std::string& text, const std::string& where) {
  constexpr std::string_view kBlank = " \t\r\n";
  const auto first = text.find_first_not_of(kBlank);
  if (first == std::string::npos) return failure(Exit::Usage, where + " holds no token");
  const auto token = text.substr(first, text.find_last_not_of(kBlank) - first + 1);
  // It goes into a line of the request.
  const bool good =
      token.size() <= kMaxTokenBytes &&
      std::all_of(token.begin(), token.end(), [](char c) { return c > ' ' && c < 0x7F; });
  if (!good) return failure(Exit::Usage, where + " holds something else than one token");
  return token;
}

}  // namespace muster::cli
