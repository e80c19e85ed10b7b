// SPDX-License-Identifier: Apache-2.0
//
// What may become part of a file name or of a plug-in's environment. Failures are kInvalid.
#pragma once

#include <string>
#include <string_view>

namespace gantry::net_cni {

// [a-zA-Z0-9][a-zA-Z0-9_.-]*, as the CNI specification asks of container ids and network
// names. kind names it in the message.
void require_name(std::string_view kind, std::string_view name);
[[nodiscard]] bool is_name(std::string_view name);
// 1 to 15 characters, none of them '/', ':' or blank; not "." or "..".
void require_interface_name(std::string_view name);

// A short stable digest for names of chains and the like: 8 hex digits.
[[nodiscard]] std::string short_hash(std::string_view text);

}  // namespace gantry::net_cni
