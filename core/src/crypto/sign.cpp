#include <sys/stat.h>

#include <cassert>
#include <cerrno>
#include <muster/core/base/files.hpp>
#include <muster/core/crypto/base64url.hpp>
#include <muster/core/crypto/sign.hpp>
#include <string>

#include "crypto/sodium.hpp"

namespace muster::crypto {
namespace {

constexpr std::string_view kFilePrefix = "muster-ed25519 ";

Status check_private(const std::filesystem::path& file) {
  struct stat info {};
  if (::stat(file.c_str(), &info) != 0) return fail_errno("read the key " + file.string(), errno);
  if ((info.st_mode & 077U) != 0) {
    return fail(ErrorCode::PermissionDenied,
                "the key " + file.string() +
                    " may be used by others than its owner; make a new one, or "
                    "set its mode to 0600 if nobody has read it");
  }
  return {};
}

}  // namespace

SigningKey SigningKey::generate() {
  ready_sodium();
  SigningKey key;
  Bytes secret(crypto_sign_SECRETKEYBYTES);
  ::crypto_sign_keypair(key.public_key_.data(), secret.data());
  key.secret_key_ = Secret(std::move(secret));
  return key;
}

Result<SigningKey> SigningKey::from_seed(BytesView seed) {
  if (seed.size() != crypto_sign_SEEDBYTES) {
    return fail(ErrorCode::InvalidArgument,
                "an Ed25519 seed has 32 bytes, not " + std::to_string(seed.size()));
  }
  SigningKey key;
  Bytes secret(crypto_sign_SECRETKEYBYTES);
  ::crypto_sign_seed_keypair(key.public_key_.data(), secret.data(), seed.data());
  key.secret_key_ = Secret(std::move(secret));
  return key;
}

Result<SigningKey> SigningKey::load(const std::filesystem::path& file) {
  if (auto safe = check_private(file); !safe) return tl::unexpected(safe.error());
  auto text = read_file(file, 1024);
  if (!text) return tl::unexpected(text.error());
  const Secret wiped_afterwards(to_bytes(as_bytes(*text)));
  std::string_view line = as_text(wiped_afterwards.reveal());
  ::sodium_memzero(text->data(), text->size());
  if (line.ends_with('\n')) line.remove_suffix(1);
  if (line.starts_with(kFilePrefix)) {
    if (auto seed = from_base64url(line.substr(kFilePrefix.size())); seed && seed->size() == 32) {
      const Secret secret(std::move(*seed));
      return from_seed(secret.reveal());
    }
  }
  return fail(ErrorCode::Corrupt, file.string() + " does not hold an Ed25519 key of ours");
}

Result<SigningKey> SigningKey::load_or_create(const std::filesystem::path& file) {
  auto loaded = load(file);
  if (loaded || loaded.error().code != ErrorCode::NotFound) return loaded;
  SigningKey made = generate();
  if (auto saved = made.save(file); !saved) return tl::unexpected(saved.error());
  return made;
}

Status SigningKey::save(const std::filesystem::path& file) const {
  std::string line(kFilePrefix);
  line += to_base64url(secret_key_.reveal().first(crypto_sign_SEEDBYTES));
  line += '\n';
  auto written = write_file_atomic(file, as_bytes(line), 0600);
  ::sodium_memzero(line.data(), line.size());
  return written;
}

Signature SigningKey::sign(BytesView message) const {
  assert(!secret_key_.empty());
  Signature signature{};
  ::crypto_sign_detached(signature.data(), nullptr, message.data(), message.size(),
                         secret_key_.reveal().data());
  return signature;
}

bool verify(const VerifyKey& key, BytesView message, const Signature& signature) {
  return ::crypto_sign_verify_detached(signature.data(), message.data(), message.size(),
                                       key.data()) == 0;
}

}  // namespace muster::crypto
