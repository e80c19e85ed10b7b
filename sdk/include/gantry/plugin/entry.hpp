// SPDX-License-Identifier: Apache-2.0
//
// What turns a C++ class into a plug-in. Derive from Oci, Storage, Net or State, give the
// class a constructor (gantry::plugin::Host, const std::string& config_json), and put one of
//
//   GANTRY_OCI_PLUGIN(Class, "name", "version", .capabilities = ...);
//   GANTRY_STORAGE_PLUGIN(...);  GANTRY_NET_PLUGIN(...);  GANTRY_STATE_PLUGIN(...);
//
// in one source file, outside any namespace. It defines the exported entry, the descriptor
// and the ELF note. Build with hidden visibility and a version script that exports
// gantry_plugin_entry_v1 alone (gantry_plugin() in CMake does).
#pragma once

#include <gantry/plugin/descriptor.hpp>
#include <gantry/plugin/net_glue.hpp>
#include <gantry/plugin/oci_glue.hpp>
#include <gantry/plugin/state_glue.hpp>
#include <gantry/plugin/storage_glue.hpp>
