// SPDX-License-Identifier: Apache-2.0
//
// Texts made fit for other languages, byte for byte as Go's html, js and urlquery do it. Pure.
#pragma once

#include <string>
#include <string_view>

namespace gantry::cli::templates {

[[nodiscard]] std::string escape_html(std::string_view text);
[[nodiscard]] std::string escape_js(std::string_view text);
[[nodiscard]] std::string escape_query(std::string_view text);

}  // namespace gantry::cli::templates
