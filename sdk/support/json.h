// SPDX-License-Identifier: Apache-2.0
//
// JSON by nlohmann, with failures as gantry::Error.
#pragma once

#include <gantry/error.hpp>

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace gantry {

using Json = nlohmann::json;
// Keeps the order in which members were added: for documents that people read.
using OrderedJson = nlohmann::ordered_json;

// Parses one document; kCorrupt names what (a file, a field) and where it broke, or says that
// it is nested deeper than any document is: writing and copying it would recurse as deep.
[[nodiscard]] Json parse_json(std::string_view text, const std::string& what);

// Compact text; bytes that are not UTF-8 are replaced, never thrown over.
[[nodiscard]] std::string to_text(const Json& json);

}  // namespace gantry
