// SPDX-License-Identifier: Apache-2.0
//
// What every inspect command does with its names: each becomes a document, found by one of
// several finders; missing ones are told after the others were printed.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/context.h"
#include "sdk/support/json.h"

namespace gantry::cli {

// One object twice: as JSON prints it, where empty members may be left out, and as templates
// see it, where every field is there.
struct Document {
  OrderedJson json;
  OrderedJson view;
};

struct Finder {
  std::string_view type;  // of the document, for messages
  // nullopt: no such object.
  std::function<std::optional<Document>(const std::string& name)> find;
};

inline constexpr Option kFormatOption{
    .name = "format", .letter = 'f', .help = "Format the output as JSON or by a Go template"};

// what stands in the message of a missing one: "container" gives "no such container NAME".
int inspect_objects(Context& context, const std::vector<std::string>& names,
                    const std::vector<Finder>& finders, const std::string& what);

[[nodiscard]] std::optional<Document> find_container_document(engine::Engine& engine,
                                                              const std::string& name,
                                                              bool with_size);
[[nodiscard]] std::optional<Document> find_image_document(engine::Engine& engine,
                                                          const std::string& name);
[[nodiscard]] std::optional<Document> find_volume_document(engine::Engine& engine,
                                                           const std::string& name);
[[nodiscard]] std::optional<Document> find_network_document(engine::Engine& engine,
                                                            const std::string& name);

}  // namespace gantry::cli
