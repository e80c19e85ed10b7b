// SPDX-License-Identifier: Apache-2.0
#include "sdk/support/digest.h"

#include <gantry/error.hpp>

#include <openssl/evp.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "sdk/support/errno_error.h"
#include "sdk/support/lazy_library.h"

namespace gantry {

namespace {

// Just what is called of libcrypto.
struct CryptoApi {
  LazyLibrary library{"libcrypto.so.3"};
  decltype(&::EVP_MD_CTX_new) context_new =
      library.symbol<decltype(&::EVP_MD_CTX_new)>("EVP_MD_CTX_new");
  decltype(&::EVP_MD_CTX_free) context_free =
      library.symbol<decltype(&::EVP_MD_CTX_free)>("EVP_MD_CTX_free");
  decltype(&::EVP_sha256) sha256 = library.symbol<decltype(&::EVP_sha256)>("EVP_sha256");
  decltype(&::EVP_DigestInit_ex) init =
      library.symbol<decltype(&::EVP_DigestInit_ex)>("EVP_DigestInit_ex");
  decltype(&::EVP_DigestUpdate) update =
      library.symbol<decltype(&::EVP_DigestUpdate)>("EVP_DigestUpdate");
  decltype(&::EVP_DigestFinal_ex) final =
      library.symbol<decltype(&::EVP_DigestFinal_ex)>("EVP_DigestFinal_ex");
};

const CryptoApi& crypto() {
  static const CryptoApi api;
  return api;
}

constexpr std::size_t kDigestSize = 32;

}  // namespace

struct Sha256::State {
  State() : context(crypto().context_new()) {
    if (context == nullptr || crypto().init(context, crypto().sha256(), nullptr) != 1) {
      crypto().context_free(context);
      throw Error(Code::kInternal, "libcrypto refuses to compute a SHA-256 digest");
    }
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { crypto().context_free(context); }
  EVP_MD_CTX* context;
};

Sha256::Sha256() : state_(std::make_unique<State>()) {}
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;
Sha256::~Sha256() = default;

void Sha256::update(const void* data, std::size_t size) {
  if (crypto().update(state_->context, data, size) != 1) {
    throw Error(Code::kInternal, "libcrypto failed to compute a SHA-256 digest");
  }
}

std::string Sha256::hex() {
  std::array<unsigned char, kDigestSize> digest{};
  if (crypto().final(state_->context, digest.data(), nullptr) != 1) {
    throw Error(Code::kInternal, "libcrypto failed to compute a SHA-256 digest");
  }
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  text.reserve(2 * kDigestSize);
  for (const unsigned char byte : digest) {
    text.push_back(kDigits[byte >> 4U]);
    text.push_back(kDigits[byte & 15U]);
  }
  return text;
}

std::string sha256_hex(std::string_view text) {
  Sha256 digest;
  digest.update(text);
  return digest.hex();
}

std::string sha256_hex_of_fd(int fd, const std::string& what) {
  Sha256 digest;
  std::string buffer(std::size_t{256} * 1024, '\0');
  for (;;) {
    const ssize_t n = ::read(fd, buffer.data(), buffer.size());
    if (n == 0) {
      return digest.hex();
    }
    if (n < 0) {
      if (errno == EINTR) {
        continue;
      }
      throw errno_error(errno, "read " + what);
    }
    digest.update(buffer.data(), static_cast<std::size_t>(n));
  }
}

}  // namespace gantry
