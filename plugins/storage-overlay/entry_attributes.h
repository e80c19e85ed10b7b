// SPDX-License-Identifier: Apache-2.0
//
// What a tar entry says of a file besides its content, and how the file gets it.
// Belongs to one thread, like the entries it reads.
#pragma once

#include <sys/types.h>

#include <gantry/plugin/host.hpp>
#include <string>
#include <vector>

#include "plugins/storage-overlay/layer_folder.h"
#include "plugins/storage-overlay/layer_store.h"
#include "plugins/storage-overlay/xattrs.h"

struct archive_entry;

namespace gantry::storage_overlay {

struct Attributes {
  uid_t uid = 0;
  gid_t gid = 0;
  mode_t mode = 0;
  Times times;
  std::vector<Xattr> xattrs;
  std::string default_acl;  // set last, since new files would inherit it
};

class EntryAttributes {
 public:
  // For a layer with this record: its id mapping and rights apply. Both must outlive it.
  EntryAttributes(const LayerRecord& record, const plugin::Host& host)
      : record_(record), host_(host) {}

  [[nodiscard]] Attributes of(archive_entry* entry) const;

  // All but the times and the default list.
  void set(int fd, const Attributes& it) const;
  // All but the default list, for what cannot be opened: links, which have no mode, and nodes.
  void set_at(int parent, const std::string& leaf, const Attributes& it, bool has_mode) const;

 private:
  void read_xattrs_of(archive_entry* entry, Attributes& it) const;
  void read_acls_of(archive_entry* entry, Attributes& it) const;
  [[nodiscard]] std::string mapped_acl(const std::string& value) const;
  void check_xattr(const Xattr& xattr) const;

  const LayerRecord& record_;
  const plugin::Host& host_;
};

}  // namespace gantry::storage_overlay
