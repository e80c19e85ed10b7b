// SPDX-License-Identifier: Apache-2.0
#include "core/image/pull.h"

#include <fcntl.h>
#include <sys/file.h>

#include <algorithm>
#include <utility>

#include "core/image/load.h"
#include "core/image/lookup.h"
#include "core/image/reference.h"
#include "core/image/skopeo.h"
#include "core/image/staging.h"
#include "sdk/support/digest.h"
#include "sdk/support/files.h"

namespace gantry::image {

namespace {

bool fits(const model::Image& image, const std::optional<Platform>& platform) {
  return !platform ||
         ((platform->os.empty() || image.os == platform->os) &&
          (platform->architecture.empty() || image.architecture == platform->architecture));
}

std::optional<Resolved> find_local(const Context& context, const std::string& name,
                                   const PullOptions& options) {
  return context.store.read([&](const store::Reader& reader) {
    return find_image(reader, name, options.registries);
  });
}

// An image that came from this repository with this digest needs no fetching, only its name.
std::optional<model::Image> already_here(const Context& context, const Reference& reference,
                                         const std::string& digest,
                                         const PullOptions& options) {
  const std::string wanted = reference.repository() + "@" + digest;
  std::optional<model::Image> found =
      context.store.read([&](const store::Reader& reader) -> std::optional<model::Image> {
        for (model::Image& image : reader.images()) {
          const auto& digests = image.repo_digests;
          if (fits(image, options.platform) &&
              std::find(digests.begin(), digests.end(), wanted) != digests.end()) {
            return std::move(image);
          }
        }
        return std::nullopt;
      });
  const std::string name = reference.digest.empty() ? reference.text() : "";
  if (!found || name.empty() ||
      std::find(found->names.begin(), found->names.end(), name) != found->names.end()) {
    return found;
  }
  return context.store.write(ports::Durability::kDurable, [&](store::Writer& writer) {
    if (writer.find_image(found->id)) {
      writer.tag_image(found->id, name);
    }
    return writer.find_image(found->id);
  });
}

model::Image fetch(const Context& context, const Reference& reference, const Skopeo& skopeo,
                   const Staging& staging, const PullOptions& options) {
  context.progress.say("Trying to pull " + reference.text() + "...");
  const std::string raw = skopeo.manifest(reference);
  const std::string digest = "sha256:" + sha256_hex(raw);
  if (auto image = already_here(context, reference, digest, options)) {
    return *std::move(image);
  }
  // Pinned: the tag may move to another image at any moment.
  Reference pinned = reference;
  pinned.tag.clear();
  pinned.digest = digest;
  const std::filesystem::path folder = staging.path() / "image";
  skopeo.copy(
      pinned, folder,
      context.progress.line ? context.progress.line : [](const std::string&) {});
  LoadOptions load_options;
  load_options.platform = options.platform;
  if (reference.digest.empty()) {
    load_options.names = {reference.text()};
  }
  load_options.repo_digests = {reference.repository() + "@" + digest};
  const std::string id = load(context, folder, load_options).front().id;
  const auto image =
      context.store.read([&](const store::Reader& reader) { return reader.find_image(id); });
  if (!image) {
    throw Error(Code::kNotFound, reference.text() +
                                     ": the image was removed by someone else "
                                     "as soon as it was pulled");
  }
  return *image;
}

}  // namespace

PullPolicy parse_pull_policy(const std::string& text) {
  constexpr std::pair<std::string_view, PullPolicy> kPolicies[] = {
      {"missing", PullPolicy::kMissing}, {"always", PullPolicy::kAlways},
      {"newer", PullPolicy::kNewer},     {"never", PullPolicy::kNever},
      {"ifnewer", PullPolicy::kNewer},   {"ifmissing", PullPolicy::kMissing},
      {"true", PullPolicy::kAlways},     {"false", PullPolicy::kMissing},
      {"", PullPolicy::kMissing},
  };
  for (const auto& [name, policy] : kPolicies) {
    if (name == text) {
      return policy;
    }
  }
  throw Error(Code::kInvalid,
              "unsupported pull policy \"" + text + "\": use missing, always, newer or never");
}

model::Image pull(const Context& context, const std::string& name, const PullOptions& options) {
  const Staging staging(context.tmp);
  const Skopeo skopeo(options, staging.path(), context.cancelled);
  std::optional<Error> first;
  for (const std::string& candidate : registry_candidates(name, options.registries)) {
    try {
      return fetch(context, normalize(candidate), skopeo, staging, options);
    } catch (const Error& e) {
      // A registry that does not have it is no reason not to ask the next; a damaged image
      // or a full disk is.
      if (e.code() != Code::kIo) {
        throw;
      }
      if (!first) {
        first = e;
      }
    }
  }
  throw first.value_or(Error(Code::kNotFound, name + ": image not known"));
}

model::Image choose(const Context& context, const std::string& name,
                    const PullOptions& options) {
  std::optional<Resolved> local = find_local(context, name, options);
  if (local && !fits(local->image, options.platform)) {
    local.reset();
  }
  switch (options.policy) {
    case PullPolicy::kNever:
      if (!local) {
        throw Error(Code::kNotFound, name + ": image not known");
      }
      return std::move(local->image);
    case PullPolicy::kMissing:
      return local ? std::move(local->image) : pull(context, name, options);
    case PullPolicy::kAlways:
      return pull(context, name, options);
    case PullPolicy::kNewer:
      break;
  }
  if (!local) {
    return pull(context, name, options);
  }
  try {
    return pull(context, local->name.empty() ? name : local->name, options);
  } catch (const Error& e) {
    context.progress.say(std::string(e.what()) + "; ignoring, the local image is used");
    return std::move(local->image);
  }
}

}  // namespace gantry::image
