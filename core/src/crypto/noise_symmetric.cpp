#include "crypto/noise_symmetric.hpp"

#include <algorithm>
#include <cassert>

#include "crypto/sodium.hpp"

namespace muster::crypto {
namespace {

Secret hmac(BytesView key, BytesView first, BytesView second) {
  crypto_auth_hmacsha256_state state;
  Bytes out(crypto_auth_hmacsha256_BYTES);
  ::crypto_auth_hmacsha256_init(&state, key.data(), key.size());
  ::crypto_auth_hmacsha256_update(&state, first.data(), first.size());
  ::crypto_auth_hmacsha256_update(&state, second.data(), second.size());
  ::crypto_auth_hmacsha256_final(&state, out.data());
  ::sodium_memzero(&state, sizeof state);
  return Secret(std::move(out));
}

/// HKDF of section 4.3 with two outputs.
std::pair<Secret, Secret> derive_two(BytesView chaining_key, BytesView input) {
  const std::uint8_t one = 1;
  const std::uint8_t two = 2;
  const Secret temporary = hmac(chaining_key, input, {});
  Secret first = hmac(temporary.reveal(), {}, {&one, 1});
  Secret second = hmac(temporary.reveal(), first.reveal(), {&two, 1});
  return {std::move(first), std::move(second)};
}

}  // namespace

SymmetricState::SymmetricState(std::string_view protocol_name) {
  assert(protocol_name.size() <= hash_.size());
  std::copy(protocol_name.begin(), protocol_name.end(), hash_.begin());
  chaining_key_ = Secret::copy_of(hash_);
}

void SymmetricState::mix_hash(BytesView data) {
  Sha256 hasher;
  hasher.update(hash_);
  hasher.update(data);
  hash_ = hasher.finish();
}

void SymmetricState::mix_key(BytesView input) {
  auto [chaining_key, key] = derive_two(chaining_key_.reveal(), input);
  chaining_key_ = std::move(chaining_key);
  cipher_ = CipherState(std::move(key));
  counter_ = 0;
}

Status SymmetricState::encrypt_and_hash(BytesView plain, Bytes& out) {
  const std::size_t before = out.size();
  if (auto sealed = cipher_.seal_append(counter_++, hash_, plain, out); !sealed) return sealed;
  mix_hash(BytesView(out).subspan(before));
  return {};
}

Status SymmetricState::decrypt_and_hash(BytesView sealed, Bytes& out) {
  if (auto opened = cipher_.open_append(counter_++, hash_, sealed, out); !opened) return opened;
  mix_hash(sealed);
  return {};
}

std::pair<Secret, Secret> SymmetricState::split() const {
  return derive_two(chaining_key_.reveal(), {});
}

}  // namespace muster::crypto
