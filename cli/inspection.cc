// SPDX-License-Identifier: Apache-2.0
#include "cli/inspection.h"

#include <ostream>

#include "cli/documents/container_inspect.h"
#include "cli/documents/image_documents.h"
#include "cli/documents/network_documents.h"
#include "cli/documents/volume_documents.h"
#include "cli/exit_codes.h"
#include "cli/report.h"
#include "core/engine/engine.h"
#include "core/engine/volumes.h"
#include "core/image/lookup.h"

namespace gantry::cli {
namespace {

std::string missing_message(const std::string& what, const std::string& name) {
  if (what == "image") {
    return "inspecting object: " + name + ": image not known";
  }
  if (what == "network") {
    return "inspecting object: network " + name + ": unable to find network with name or ID " +
           name + ": network not found";
  }
  if (what == "secret") {
    return "inspecting secret: no secret with name or id \"" + name + "\": no such secret";
  }
  return what == "object" ? "inspecting object: no such object: \"" + name + "\""
                          : "inspecting object: no such " + what + " " + name;
}

struct Found {
  std::string_view type;
  Document document;
};

std::optional<Found> find_first(const std::vector<Finder>& finders, const std::string& name) {
  for (const Finder& finder : finders) {
    if (auto document = finder.find(name)) {
      return Found{finder.type, std::move(*document)};
    }
  }
  return std::nullopt;
}

// nullopt instead of kNotFound.
template <typename F>
auto if_found(F find) -> std::optional<decltype(find())> {
  try {
    return std::optional<decltype(find())>(std::in_place, find());
  } catch (const Error& error) {
    if (error.code() != Code::kNotFound) {
      throw;
    }
    return std::nullopt;
  }
}

}  // namespace

int inspect_objects(Context& context, const std::vector<std::string>& names,
                    const std::vector<Finder>& finders, const std::string& what) {
  const std::string format = context.options().text("format");
  const bool by_template = !format.empty() && !wants_json(format);
  OrderedJson documents = OrderedJson::array();
  std::vector<std::string> missing;
  for (const std::string& name : names) {
    auto found = find_first(finders, name);
    if (!found) {
      missing.push_back(missing_message(what, name));
    } else if (by_template) {
      print_object(context.out(), "inspect", found->type, found->document.view, format);
    } else {
      documents.push_back(std::move(found->document.json));
    }
  }
  if (!by_template) {
    print_json(context.out(), documents);
  }
  if (missing.empty()) {
    return kExitOk;
  }
  context.out().flush();
  for (std::size_t i = 0; i + 1 < missing.size(); ++i) {
    context.err() << "Error: " << missing[i] << "\n";
  }
  throw Error(Code::kNotFound, missing.back());
}

std::optional<Document> find_container_document(engine::Engine& engine, const std::string& name,
                                                bool with_size) {
  const auto found = if_found([&] { return lifecycle::inspect(engine, name); });
  if (!found) {
    return std::nullopt;
  }
  InspectFacts facts;
  facts.layout = engine.layout;
  facts.host = spec::probe_host();
  engine.store.read([&](const store::Reader& reader) {
    const auto image = reader.find_image(found->config.image_id);
    facts.image_digest = image ? image->digest : "";
    for (const model::ExecSession& session : reader.exec_sessions(found->config.id)) {
      facts.exec_ids.push_back(session.id);
    }
    if (with_size) {
      facts.size = ContainerSize{0, image ? image->size : 0};
    }
    return 0;
  });
  if (with_size && found->config.rootfs.empty()) {
    ports::Storage& storage = engine.backends.storage(found->config.backends.storage);
    facts.size->writable = storage.usage(found->config.id).bytes;
    facts.size->whole += facts.size->writable;
  }
  OrderedJson view = container_inspect(*found, facts);
  return Document{container_without_empties(view), view};
}

std::optional<Document> find_image_document(engine::Engine& engine, const std::string& name) {
  const image::Registries registries = image::load_registries();
  const auto found = engine.store.read(
      [&](const store::Reader& reader) { return image::find_image(reader, name, registries); });
  if (!found) {
    return std::nullopt;
  }
  OrderedJson view = image_inspect(found->image, engine.backends.chosen().storage);
  return Document{image_without_empties(view), view};
}

std::optional<Document> find_volume_document(engine::Engine& engine, const std::string& name) {
  const volume::Volumes volumes = volumes_of(engine);
  const auto found = if_found([&] { return volumes.inspect(name); });
  if (!found) {
    return std::nullopt;
  }
  OrderedJson view =
      volume_json(*found, volumes.path(found->name), volumes.users(found->name).size());
  return Document{volume_without_empties(view), view};
}

std::optional<Document> find_network_document(engine::Engine& engine, const std::string& name) {
  const auto found = if_found([&] { return engine.backends.network("").inspect(name); });
  if (!found) {
    return std::nullopt;
  }
  return Document{network_json(*found), network_row(*found, false)};
}

}  // namespace gantry::cli
