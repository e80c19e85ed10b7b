// SPDX-License-Identifier: Apache-2.0
//
// The table of kind "storage" over gantry::plugin::Storage.
#pragma once

#include <gantry/plugin/descriptor.hpp>
#include <gantry/plugin/storage.hpp>

namespace gantry::plugin {

using boundary::emit;
using boundary::guard;
using boundary::sized_copy;
using boundary::sized_write;

struct StorageKind {
  using Base = Storage;
  static constexpr std::uint32_t kKind = GANTRY_KIND_STORAGE;
  static constexpr std::uint16_t kMajor = GANTRY_STORAGE_MAJOR;
  static constexpr std::uint16_t kMinor = GANTRY_STORAGE_MINOR;
  static constexpr const char* kName = "storage";

  static Storage& storage(void* self) noexcept { return *static_cast<Storage*>(self); }

  template <typename Request>
  static IdMaps id_maps(const Request& r) {
    IdMaps maps;
    if (r.uid_map != nullptr) {
      maps.uids.assign(r.uid_map, r.uid_map + r.uid_map_count);
    }
    if (r.gid_map != nullptr) {
      maps.gids.assign(r.gid_map, r.gid_map + r.gid_map_count);
    }
    return maps;
  }

  static std::int32_t probe(void* self, const gantry_error* error) noexcept {
    return guard(error, [&] { storage(self).probe(); });
  }
  static std::int32_t init(void* self, const gantry_error* error) noexcept {
    return guard(error, [&] { storage(self).init(); });
  }
  static std::int32_t create(void* self, const gantry_layer_create* request,
                             const gantry_error* error) noexcept {
    return guard(error, [&] {
      const gantry_layer_create r = sized_copy(request);
      storage(self).create({to_string(r.id), to_string(r.parent), r.flags, id_maps(r),
                            to_string(r.options_json)});
    });
  }
  static std::int32_t apply(void* self, gantry_str id, std::int32_t fd, std::uint64_t* ret_size,
                            const gantry_sink* diff_id, const gantry_error* error) noexcept {
    return guard(error, [&] {
      const Applied applied = storage(self).apply(to_string(id), fd);
      if (ret_size != nullptr) {
        *ret_size = applied.size;
      }
      emit(diff_id, applied.diff_id);
    });
  }
  static std::int32_t commit(void* self, gantry_str id, const gantry_error* error) noexcept {
    return guard(error, [&] { storage(self).commit(to_string(id)); });
  }
  static std::int32_t remove(void* self, gantry_str id, const gantry_error* error) noexcept {
    return guard(error, [&] { storage(self).remove(to_string(id)); });
  }
  static std::int32_t list(void* self, const gantry_list_sink* ids,
                           const gantry_error* error) noexcept {
    return guard(error, [&] {
      storage(self).list(
          [ids](std::string_view id) { return ids->item(ids->ctx, to_abi(id)) == 0; });
    });
  }
  static std::int32_t stat(void* self, gantry_str id, gantry_layer_info* ret_info,
                           const gantry_sink* parent, const gantry_error* error) noexcept {
    return guard(error, [&] {
      const LayerInfo info = storage(self).stat(to_string(id));
      if (ret_info != nullptr) {
        sized_write(ret_info, gantry_layer_info{0, info.flags, info.created_ns});
      }
      emit(parent, info.parent);
    });
  }
  static std::int32_t mount(void* self, const gantry_layer_mount* request,
                            const gantry_sink* path, const gantry_error* error) noexcept {
    return guard(error, [&] {
      const gantry_layer_mount r = sized_copy(request);
      emit(path, storage(self).mount(
                     {to_string(r.id), r.flags, to_string(r.mount_label), id_maps(r)}));
    });
  }
  static std::int32_t unmount(void* self, gantry_str id, const gantry_error* error) noexcept {
    return guard(error, [&] { storage(self).unmount(to_string(id)); });
  }
  static std::int32_t diff(void* self, gantry_str id, std::int32_t fd,
                           const gantry_error* error) noexcept {
    return guard(error, [&] { storage(self).diff(to_string(id), fd); });
  }
  static std::int32_t changes(void* self, gantry_str id, const gantry_change_sink* changes,
                              const gantry_error* error) noexcept {
    return guard(error, [&] {
      storage(self).changes(to_string(id), [changes](int kind, std::string_view path) {
        return changes->item(changes->ctx, kind, to_abi(path)) == 0;
      });
    });
  }
  static std::int32_t usage(void* self, gantry_str id, gantry_usage* ret_usage,
                            const gantry_error* error) noexcept {
    return guard(error, [&] {
      const Usage usage = storage(self).usage(to_string(id));
      sized_write(ret_usage, gantry_usage{0, 0, usage.bytes, usage.inodes});
    });
  }
  static std::int32_t recover(void* self, const gantry_error* error) noexcept {
    return guard(error, [&] { storage(self).recover(); });
  }

  static constexpr gantry_storage_ops kOps{sizeof(gantry_storage_ops),
                                           0,
                                           probe,
                                           init,
                                           create,
                                           apply,
                                           commit,
                                           remove,
                                           list,
                                           stat,
                                           mount,
                                           unmount,
                                           diff,
                                           changes,
                                           usage,
                                           recover};
};

}  // namespace gantry::plugin

// GANTRY_STORAGE_PLUGIN(Class, "overlay", "0.1.0", .capabilities = ...); the designated
// rest is optional and in the order of gantry::plugin::Facts.
#define GANTRY_STORAGE_PLUGIN(Class, plugin_name, plugin_version, ...)    \
  GANTRY_DETAIL_PLUGIN(::gantry::plugin::StorageKind, Class, plugin_name, \
                       plugin_version __VA_OPT__(, ) __VA_ARGS__)
