// SPDX-License-Identifier: Apache-2.0
#include "plugins/storage-overlay/acl.h"

#include <algorithm>
#include <array>
#include <vector>

#include "sdk/support/archive_api.h"

namespace gantry::storage_overlay {

namespace {

// linux/posix_acl_xattr.h: a version, then entries of tag, permissions and id, all little
// endian.
constexpr std::uint32_t kVersion = 2;
constexpr std::size_t kHeaderSize = 4;
constexpr std::size_t kEntrySize = 8;
constexpr std::uint32_t kNoId = 0xffffffff;
enum Tag : std::uint16_t {
  kUserObj = 0x01,
  kUser = 0x02,
  kGroupObj = 0x04,
  kGroup = 0x08,
  kMask = 0x10,
  kOther = 0x20,
};

struct Item {
  std::uint16_t tag = 0;
  std::uint16_t permissions = 0;
  std::uint32_t id = kNoId;
};

void put(std::string& text, std::uint32_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) {
    text += static_cast<char>(value >> (8 * i) & 0xffU);
  }
}

std::uint32_t take(const std::string& text, std::size_t at, std::size_t bytes) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < bytes; ++i) {
    value |= std::uint32_t{static_cast<unsigned char>(text[at + i])} << (8 * i);
  }
  return value;
}

std::string encode(std::vector<Item> items) {
  // The kernel takes them by tag, then by id.
  std::sort(items.begin(), items.end(), [](const Item& a, const Item& b) {
    return a.tag != b.tag ? a.tag < b.tag : a.id < b.id;
  });
  std::string text;
  put(text, kVersion, 4);
  for (const Item& item : items) {
    put(text, item.tag, 2);
    put(text, item.permissions, 2);
    put(text, item.id, 4);
  }
  return text;
}

std::uint16_t tag_of(int archive_tag) {
  switch (archive_tag) {
    case ARCHIVE_ENTRY_ACL_USER:
      return kUser;
    case ARCHIVE_ENTRY_ACL_USER_OBJ:
      return kUserObj;
    case ARCHIVE_ENTRY_ACL_GROUP:
      return kGroup;
    case ARCHIVE_ENTRY_ACL_GROUP_OBJ:
      return kGroupObj;
    case ARCHIVE_ENTRY_ACL_MASK:
      return kMask;
    case ARCHIVE_ENTRY_ACL_OTHER:
      return kOther;
    default:
      return 0;
  }
}

}  // namespace

std::string acl_of_entry(archive_entry* entry, AclKind kind) {
  const ArchiveApi& api = archive_api();
  const int wanted =
      kind == AclKind::kAccess ? ARCHIVE_ENTRY_ACL_TYPE_ACCESS : ARCHIVE_ENTRY_ACL_TYPE_DEFAULT;
  if ((api.entry_acl_types(entry) & wanted) == 0) {
    return {};
  }
  std::vector<Item> items;
  (void)api.entry_acl_reset(entry, wanted);
  int type = 0;
  int permset = 0;
  int tag = 0;
  int id = 0;
  const char* name = nullptr;
  while (api.entry_acl_next(entry, wanted, &type, &permset, &tag, &id, &name) == ARCHIVE_OK) {
    Item item;
    item.tag = tag_of(tag);
    item.permissions =
        static_cast<std::uint16_t>(((permset & ARCHIVE_ENTRY_ACL_READ) != 0 ? 4 : 0) |
                                   ((permset & ARCHIVE_ENTRY_ACL_WRITE) != 0 ? 2 : 0) |
                                   ((permset & ARCHIVE_ENTRY_ACL_EXECUTE) != 0 ? 1 : 0));
    const bool named = item.tag == kUser || item.tag == kGroup;
    if (named && id < 0) {
      continue;  // a name of the machine that packed it, without a number
    }
    item.id = named ? static_cast<std::uint32_t>(id) : kNoId;
    if (item.tag != 0) {
      items.push_back(item);
    }
  }
  return items.empty() ? std::string() : encode(std::move(items));
}

std::string map_acl(const std::string& value, const MapId& map) {
  if (value.size() < kHeaderSize || (value.size() - kHeaderSize) % kEntrySize != 0 ||
      take(value, 0, 4) != kVersion) {
    return value;
  }
  std::vector<Item> items;
  for (std::size_t at = kHeaderSize; at < value.size(); at += kEntrySize) {
    Item item{static_cast<std::uint16_t>(take(value, at, 2)),
              static_cast<std::uint16_t>(take(value, at + 2, 2)), take(value, at + 4, 4)};
    if (item.tag == kUser || item.tag == kGroup) {
      const auto mapped = map(item.tag == kGroup, item.id);
      if (!mapped) {
        continue;
      }
      item.id = *mapped;
    }
    items.push_back(item);
  }
  return encode(std::move(items));
}

}  // namespace gantry::storage_overlay
