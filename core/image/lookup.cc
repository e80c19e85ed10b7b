// SPDX-License-Identifier: Apache-2.0
#include "core/image/lookup.h"

#include <algorithm>

#include "core/image/reference.h"
#include "core/model/ids.h"
#include "sdk/support/timestamp.h"

namespace gantry::image {

namespace {

std::optional<Reference> try_parse(const std::string& name) {
  try {
    return parse_reference(name);
  } catch (const Error&) {
    return std::nullopt;
  }
}

std::optional<Resolved> by_name(const store::Reader& reader, const std::string& name) {
  const std::optional<std::string> id = reader.image_by_name(name);
  if (!id) {
    return std::nullopt;
  }
  std::optional<model::Image> image = reader.find_image(*id);
  if (!image) {
    return std::nullopt;
  }
  return Resolved{*std::move(image), name};
}

// "repository@sha256:…": whichever image came from there with that digest.
std::optional<Resolved> by_digest(const store::Reader& reader, const std::string& repository,
                                  const std::string& digest) {
  const std::string wanted = repository + "@" + digest;
  for (model::Image& image : reader.images()) {
    if (std::find(image.repo_digests.begin(), image.repo_digests.end(), wanted) !=
        image.repo_digests.end()) {
      return Resolved{std::move(image), ""};
    }
  }
  return std::nullopt;
}

std::optional<Resolved> by_candidate(const store::Reader& reader,
                                     const std::string& candidate) {
  const Reference reference = normalize(candidate);
  if (!reference.digest.empty()) {
    return by_digest(reader, reference.repository(), reference.digest);
  }
  return by_name(reader, reference.text());
}

std::optional<Resolved> by_id(const store::Reader& reader, const std::string& prefix) {
  if (!model::is_id_prefix(prefix)) {
    return std::nullopt;
  }
  const std::vector<std::string> ids = reader.image_ids(prefix);
  if (ids.size() > 1) {
    throw Error(Code::kInvalid, "more than one image has an ID that starts with " + prefix +
                                    ": give more digits");
  }
  if (ids.empty()) {
    return std::nullopt;
  }
  std::optional<model::Image> image = reader.find_image(ids.front());
  return image ? std::optional(Resolved{*std::move(image), ""}) : std::nullopt;
}

// "foo" finds "quay.io/team/foo:latest" when nothing nearer was found.
std::optional<Resolved> by_suffix(const store::Reader& reader, const Reference& reference) {
  if (!reference.domain.empty() || !reference.digest.empty()) {
    return std::nullopt;
  }
  const std::string tag = reference.tag.empty() ? "latest" : reference.tag;
  const std::string suffix = "/" + reference.path + ":" + tag;
  for (const auto& [name, id] : reader.image_names()) {
    if (name.ends_with(suffix)) {
      return by_name(reader, name);
    }
  }
  return std::nullopt;
}

}  // namespace

std::vector<std::string> registry_candidates(const std::string& name,
                                             const Registries& registries) {
  const Reference reference = parse_reference(name);
  if (!reference.domain.empty()) {
    return {normalize(name).text()};
  }
  const auto alias = registries.aliases.find(reference.path);
  if (alias != registries.aliases.end()) {
    Reference full = parse_reference(alias->second);
    full.tag = reference.tag;
    full.digest = reference.digest;
    return {normalize(full.text()).text()};
  }
  std::vector<std::string> candidates = local_candidates(name, registries.search);
  candidates.erase(candidates.begin());  // localhost is no registry
  return candidates;
}

std::optional<Resolved> find_image(const store::Reader& reader, const std::string& name,
                                   const Registries& registries) {
  constexpr std::string_view kPrefix = "sha256:";
  if (name.starts_with(kPrefix) || model::is_full_id(name)) {
    return by_id(reader, name.starts_with(kPrefix) ? name.substr(kPrefix.size()) : name);
  }
  if (auto exact = by_name(reader, name)) {
    return exact;
  }
  const std::optional<Reference> reference = try_parse(name);
  if (auto found = by_id(reader, name)) {
    return found;
  }
  if (!reference) {
    return std::nullopt;
  }
  std::vector<std::string> candidates = {normalize_local(name).text()};
  for (std::string& candidate : registry_candidates(name, registries)) {
    candidates.push_back(std::move(candidate));
  }
  for (std::string& candidate : local_candidates(name, registries.search)) {
    candidates.push_back(std::move(candidate));
  }
  for (const std::string& candidate : candidates) {
    if (auto found = by_candidate(reader, candidate)) {
      return found;
    }
  }
  return by_suffix(reader, *reference);
}

Resolved resolve(const store::Store& store, const std::string& name,
                 const Registries& registries) {
  std::optional<Resolved> found = store.read(
      [&](const store::Reader& reader) { return find_image(reader, name, registries); });
  if (!found) {
    throw Error(Code::kNotFound, name + ": image not known");
  }
  return *std::move(found);
}

std::vector<model::Image> list_images(const store::Store& store) {
  std::vector<model::Image> images =
      store.read([](const store::Reader& reader) { return reader.images(); });
  std::stable_sort(images.begin(), images.end(),
                   [](const auto& a, const auto& b) { return a.created_ns > b.created_ns; });
  return images;
}

std::vector<HistoryLine> history_of(const model::Image& image) {
  std::vector<HistoryLine> lines;
  std::size_t layer = 0;
  for (const model::ImageHistory& entry : image.history) {
    HistoryLine line;
    line.id = "<missing>";
    line.created_ns = parse_timestamp(entry.created).value_or(image.created_ns);
    line.created_by = entry.created_by;
    line.comment = entry.comment;
    if (!entry.empty_layer && layer < image.layer_sizes.size()) {
      line.size = image.layer_sizes[layer++];
    }
    lines.push_back(std::move(line));
  }
  // Layers that no history tells of.
  for (; layer < image.layer_sizes.size(); ++layer) {
    lines.push_back({"<missing>", image.created_ns, "", image.layer_sizes[layer], "", {}});
  }
  if (!lines.empty()) {
    lines.back().id = image.id;
    lines.back().names = image.names;
  }
  std::reverse(lines.begin(), lines.end());
  return lines;
}

}  // namespace gantry::image
