#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <muster/core/crypto/digest.hpp>
#include <muster/core/plugins/plugin_file.hpp>

namespace muster::plugins {
namespace {

Result<Bytes> read_once(const std::filesystem::path& path) {
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!fd && errno == ELOOP) {
    return fail(ErrorCode::PermissionDenied,
                "it is a symbolic link, which is not followed; copy the file itself here");
  }
  if (!fd) return fail_errno("open it", errno);
  struct stat info {};
  if (::fstat(fd.get(), &info) != 0) return fail_errno("look at it", errno);
  if (!S_ISREG(info.st_mode))
    return fail(ErrorCode::Unsupported,
                "it is no plugin: not a regular file; remove it from this folder");
  if (info.st_size > static_cast<off_t>(kMaxPluginFile)) {
    return fail(ErrorCode::ResourceExhausted,
                "it is larger than 256 MiB; remove its debug information with strip");
  }
  Bytes bytes(static_cast<std::size_t>(info.st_size));
  std::size_t filled = 0;
  while (filled < bytes.size()) {
    const auto got = ::read(fd.get(), bytes.data() + filled, bytes.size() - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail_errno("read it", errno);
    if (got == 0) break;  // it shrank meanwhile: what was read is judged
    filled += static_cast<std::size_t>(got);
  }
  bytes.resize(filled);
  return bytes;
}

Result<UniqueFd> seal(BytesView bytes) {
  UniqueFd fd(::memfd_create("muster-plugin", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  // With vm.memfd_noexec=2 a memfd must give up its mode bit for execution, which mapping does not
  // need.
  constexpr unsigned kNoexecSeal = 8;  // MFD_NOEXEC_SEAL, newer than Debian 12's headers
  if (!fd && errno == EACCES) {
    fd.reset(::memfd_create("muster-plugin", MFD_CLOEXEC | MFD_ALLOW_SEALING | kNoexecSeal));
  }
  if (!fd) return fail_errno("copy it into memory", errno);
  while (!bytes.empty()) {
    const auto written = ::write(fd.get(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return fail_errno("copy it into memory", errno);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  if (::fcntl(fd.get(), F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) !=
      0) {
    return fail_errno("seal its copy", errno);
  }
  return fd;
}

}  // namespace

Result<PluginFile> open_plugin_file(const std::filesystem::path& path) {
  const auto named = with_context(path.string());
  const auto bytes = read_once(path).map_error(named);
  if (!bytes) return tl::unexpected(bytes.error());
  const auto manifest = find_manifest(*bytes).map_error(named);
  if (!manifest) return tl::unexpected(manifest.error());
  auto sealed = seal(*bytes).map_error(named);
  if (!sealed) return tl::unexpected(sealed.error());
  return PluginFile{path, std::move(*sealed), std::string(as_text(*manifest)),
                    crypto::sha256(*bytes), crypto::sha256(*manifest)};
}

}  // namespace muster::plugins
