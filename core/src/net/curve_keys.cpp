#include <sys/stat.h>
#include <zmq.h>

#include <algorithm>
#include <array>
#include <muster/core/base/files.hpp>
#include <muster/core/net/curve_keys.hpp>

namespace muster::net {
namespace {

Result<TransportKeyPair> parse_key_file(const std::filesystem::path& file, std::string text) {
  struct stat info {};
  if (::stat(file.c_str(), &info) == 0 && (info.st_mode & 077U) != 0) {
    return fail(ErrorCode::PermissionDenied,
                file.string() + " can be read by others; make it 0600 or delete it for a new key");
  }
  while (!text.empty() && text.back() == '\n') text.pop_back();
  Bytes secret;
  if (!from_hex(text, secret) || secret.size() != 32) {
    return fail(ErrorCode::Corrupt, file.string() + " holds no key; delete it for a new one");
  }
  return TransportKeyPair::from_secret(crypto::Secret(std::move(secret)));
}

}  // namespace

std::string to_z85(const wire::TransportKey& key) {
  std::array<char, 41> text{};
  zmq_z85_encode(text.data(), key.data(), key.size());
  return text.data();
}

Result<wire::TransportKey> from_z85(std::string_view text) {
  wire::TransportKey key{};
  const std::string terminated(text);
  if (text.size() != 40 || zmq_z85_decode(key.data(), terminated.c_str()) == nullptr ||
      to_z85(key) != text) {
    return fail(ErrorCode::InvalidArgument, "this is no key of 40 characters");
  }
  return key;
}

Result<TransportKeyPair> load_or_create_key_pair(const std::filesystem::path& file) {
  auto text = read_file(file, 256);
  if (text) return parse_key_file(file, *std::move(text));
  if (text.error().code != ErrorCode::NotFound) return tl::unexpected(text.error());
  auto pair = TransportKeyPair::generate();
  const std::string line = to_hex(pair.secret_key.reveal()) + "\n";
  return write_file_atomic(file, as_bytes(line), 0600).map([&] { return std::move(pair); });
}

}  // namespace muster::net
