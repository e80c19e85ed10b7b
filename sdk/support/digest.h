// SPDX-License-Identifier: Apache-2.0
//
// SHA-256, the digest of the OCI specifications. libcrypto is opened when the first digest
// is made, so that programs that need none do not pay for loading it. kUnsupported when it
// is not installed. Objects belong to one thread at a time; the functions to any.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace gantry {

class Sha256 {
 public:
  Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;
  ~Sha256();

  void update(const void* data, std::size_t size);
  void update(std::string_view text) { update(text.data(), text.size()); }
  // 64 lower-case hex digits of all that was fed. Ends the object: nothing may follow.
  [[nodiscard]] std::string hex();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// 64 hex digits, without "sha256:".
[[nodiscard]] std::string sha256_hex(std::string_view text);
// Of a file's content from the descriptor's position to its end.
[[nodiscard]] std::string sha256_hex_of_fd(int fd, const std::string& what);

}  // namespace gantry
