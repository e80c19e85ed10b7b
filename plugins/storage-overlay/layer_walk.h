// SPDX-License-Identifier: Apache-2.0
//
// Goes through a layer's folder and, step by step with it, through what lies below.
#pragma once

#include <sys/stat.h>

#include <functional>
#include <string>

namespace gantry::storage_overlay {

struct WalkedFile {
  std::string path;  // relative to the layer's root; empty for the root itself
  std::string leaf;
  int folder = -1;  // open; leaf lies in it
  struct stat st {};
  bool whiteout = false;      // hides a name below
  bool opaque = false;        // a folder that hides all below
  bool gone = false;          // only below, hidden by an opaque folder; st tells nothing
  bool exists_below = false;  // something of that name can be seen below
  bool folder_below = false;  // and it is a folder
  int below = -1;             // where that lies in
  struct stat under {};       // and what it is
};

// Folders before what is in them, names in the order of their bytes. parents_fd may be -1.
// Ends early when visit answers false.
void walk_layer(const std::string& layer_folder, int parents_fd, bool rootless,
                const std::function<bool(const WalkedFile&)>& visit);

}  // namespace gantry::storage_overlay
