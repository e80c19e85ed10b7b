// SPDX-License-Identifier: Apache-2.0
#include "sdk/support/file_capability.h"

#include <endian.h>
#include <linux/capability.h>

#include <cstring>

namespace gantry {

namespace {

constexpr std::size_t kRootAt = XATTR_CAPS_SZ_2;  // where version 3 tells the root

std::uint32_t read_number(const std::string& value, std::size_t at) {
  std::uint32_t number = 0;
  std::memcpy(&number, value.data() + at, sizeof number);
  return le32toh(number);
}

void write_number(std::string& value, std::size_t at, std::uint32_t number) {
  number = htole32(number);
  std::memcpy(value.data() + at, &number, sizeof number);
}

bool has_version(const std::string& value, std::size_t size, std::uint32_t version) {
  return value.size() == size && (read_number(value, 0) & VFS_CAP_REVISION_MASK) == version;
}

void set_version(std::string& value, std::uint32_t version) {
  write_number(value, 0, (read_number(value, 0) & ~VFS_CAP_REVISION_MASK) | version);
}

}  // namespace

std::string capability_for_root(const std::string& value, std::uint32_t root) {
  if (root == 0 || !has_version(value, XATTR_CAPS_SZ_2, VFS_CAP_REVISION_2)) {
    return value;
  }
  std::string bound = value;
  bound.resize(XATTR_CAPS_SZ_3);
  set_version(bound, VFS_CAP_REVISION_3);
  write_number(bound, kRootAt, root);
  return bound;
}

std::string capability_without_root(const std::string& value, std::uint32_t root) {
  if (!has_version(value, XATTR_CAPS_SZ_3, VFS_CAP_REVISION_3) ||
      read_number(value, kRootAt) != root) {
    return value;
  }
  std::string unbound = value;
  unbound.resize(XATTR_CAPS_SZ_2);
  set_version(unbound, VFS_CAP_REVISION_2);
  return unbound;
}

}  // namespace gantry
