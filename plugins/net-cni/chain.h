// SPDX-License-Identifier: Apache-2.0
//
// Runs the plug-ins of one attachment in a row (CNI specification, section 3): ADD and
// CHECK forwards, each with the result before it, DEL backwards.
// Any thread may run chains; one attachment belongs to one caller at a time.
#pragma once

#include <gantry/plugin/net.hpp>

#include <string>

#include "plugins/net-cni/conflist.h"
#include "plugins/net-cni/invoker.h"
#include "plugins/net-cni/record.h"

namespace gantry::net_cni {

// What the attachment asks, as plug-in configurations: name and version in each, and each
// capability argument only for those that declare the capability. ports empty: none.
[[nodiscard]] Record make_record(const Conflist& list, const plugin::NetRequest& request,
                                 const plugin::Attachment& attachment,
                                 const std::vector<plugin::PortMapping>& ports);

[[nodiscard]] bool has_capability(const std::vector<Json>& plugins, const std::string& name);

// REQUIRES: the record is in the folder. Writes it again after each plug-in. On failure it
// tells how far the chain came; undo with del_chain.
void add_chain(const Invoker& invoker, const RecordFolder& folder, Record& record);

// Goes on when a plug-in fails; throws the first error at the end. netns_path may be empty.
void del_chain(const Invoker& invoker, const Record& record, const std::string& netns_path);

// kUnsupported when the network's CNI version has no CHECK.
void check_chain(const Invoker& invoker, const Record& record);

}  // namespace gantry::net_cni
