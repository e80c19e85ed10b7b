// SPDX-License-Identifier: Apache-2.0
#include "core/image/save.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <map>
#include <memory>
#include <set>
#include <utility>

#include "core/image/config.h"
#include "core/image/layer_export.h"
#include "core/image/layer_lock.h"
#include "core/image/manifest.h"
#include "core/image/reference.h"
#include "core/image/save_target.h"
#include "core/image/spool.h"
#include "core/image/zlib_file.h"
#include "core/model/ids.h"
#include "sdk/support/cleanup.h"
#include "sdk/support/digest.h"
#include "sdk/support/errno_error.h"
#include "sdk/support/files.h"
#include "sdk/support/output_file.h"

namespace gantry::image {

namespace {

struct SavedLayer {
  std::string diff_id;
  Descriptor descriptor;
};

// Compressed, it has to be whole before its size and digest are known.
struct CompressedLayer {
  UniqueFd file;
  std::uint64_t size = 0;
  std::string digest;
};

CompressedLayer compress(const Context& context, const LayerExport& layer) {
  CompressedLayer result;
  result.file = make_spool(context.tmp);
  UniqueFd copy(::fcntl(result.file.get(), F_DUPFD_CLOEXEC, 3));
  GzipFile gzip(std::move(copy), GzipFile::Mode::kWrite, "layer");
  layer.write([&](std::string_view bytes) { gzip.write(bytes); });
  gzip.finish();
  struct stat st {};
  if (::fstat(result.file.get(), &st) != 0 || ::lseek(result.file.get(), 0, SEEK_SET) < 0) {
    throw errno_error(errno, "rewind a temporary file");
  }
  result.size = static_cast<std::uint64_t>(st.st_size);
  result.digest = "sha256:" + sha256_hex_of_fd(result.file.get(), "layer");
  return result;
}

void copy_out(int fd, const Sink& sink) {
  if (::lseek(fd, 0, SEEK_SET) < 0) {
    throw errno_error(errno, "rewind a temporary file");
  }
  const ReadFunction read = read_from_fd(fd, "layer");
  std::string buffer(std::size_t{256} << 10U, '\0');
  while (const std::size_t n = read(buffer.data(), buffer.size())) {
    sink(std::string_view(buffer).substr(0, n));
  }
}

std::string hex_of(const std::string& digest) { return digest_hex(digest, "layer"); }

// What the formats differ in: where blobs are, and the documents at the end.
class Writer {
 public:
  Writer(const Context& context, SaveTarget& target, const SaveOptions& options)
      : context_(context), target_(target), options_(options) {}

  void add(const SavedImage& saved) {
    const model::Image& image = saved.image;
    std::vector<SavedLayer> layers;
    for (std::size_t i = 0; i < image.layers.size(); ++i) {
      context_.progress.say("Copying blob " + model::short_id(hex_of(image.diff_ids[i])));
      layers.push_back(layer(image.layers[i], image.diff_ids[i]));
    }
    std::string config = image.config_json;
    std::vector<std::string> diff_ids;
    for (const SavedLayer& one : layers) {
      diff_ids.push_back(one.diff_id);
    }
    if (diff_ids != image.diff_ids) {
      config = with_diff_ids(config, diff_ids);
    }
    context_.progress.say("Copying config " + model::short_id(sha256_hex(config)));
    is_docker_archive() ? add_docker(saved, layers, config)
                        : add_manifest(saved, layers, config);
  }

  void finish() {
    if (is_docker_archive()) {
      target_.text("manifest.json", to_text(docker_images_));
      if (!repositories_.empty()) {
        target_.text("repositories", to_text(repositories_));
      }
    } else if (options_.format != SaveFormat::kDockerDir) {
      target_.text("oci-layout", R"({"imageLayoutVersion":"1.0.0"})");
      target_.text("index.json",
                   to_text(Json{{"schemaVersion", 2}, {"manifests", manifests_}}));
    }
    target_.finish();
  }

 private:
  [[nodiscard]] bool is_docker_archive() const {
    return options_.format == SaveFormat::kDockerArchive;
  }
  [[nodiscard]] std::string blob_name(const std::string& hex) const {
    switch (options_.format) {
      case SaveFormat::kDockerArchive:
        return hex + ".tar";
      case SaveFormat::kDockerDir:
        return hex;
      default:
        return "blobs/sha256/" + hex;
    }
  }

  SavedLayer layer(const std::string& id, const std::string& diff_id) {
    const auto done = layers_.find(id);
    if (done != layers_.end()) {
      return done->second;
    }
    const LayerExport layer(context_, id, diff_id);
    const bool docker = options_.format == SaveFormat::kDockerDir;
    SavedLayer saved{layer.diff_id(), {}};
    if (options_.compress && !is_docker_archive()) {
      const CompressedLayer packed = compress(context_, layer);
      blob(packed.digest, packed.size,
           [&](const Sink& sink) { copy_out(packed.file.get(), sink); });
      saved.descriptor = {std::string(docker ? kDockerLayerGzip : kOciLayerGzip),
                          packed.digest,
                          packed.size,
                          {},
                          {}};
    } else {
      blob(layer.diff_id(), layer.size(), [&](const Sink& sink) { layer.write(sink); });
      saved.descriptor = {std::string(docker ? kDockerLayer : kOciLayer),
                          layer.diff_id(),
                          layer.size(),
                          {},
                          {}};
    }
    return layers_.emplace(id, saved).first->second;
  }

  void blob(const std::string& digest, std::uint64_t size,
            const std::function<void(const Sink&)>& produce) {
    if (written_.insert(digest).second) {
      target_.file(blob_name(hex_of(digest)), size, produce);
    }
  }
  Descriptor document(std::string_view type, const std::string& text) {
    Descriptor descriptor{std::string(type), "sha256:" + sha256_hex(text), text.size(), {}, {}};
    blob(descriptor.digest, text.size(), [&](const Sink& sink) { sink(text); });
    return descriptor;
  }

  void add_docker(const SavedImage& saved, const std::vector<SavedLayer>& layers,
                  const std::string& config) {
    const std::string name = sha256_hex(config) + ".json";
    if (written_.insert(name).second) {
      target_.text(name, config);
    }
    Json files = Json::array();
    for (const SavedLayer& one : layers) {
      files.push_back(blob_name(hex_of(one.diff_id)));
    }
    docker_images_.push_back({{"Config", name}, {"RepoTags", saved.names}, {"Layers", files}});
    for (const std::string& full : saved.names) {
      const Reference reference = parse_reference(full);
      if (!layers.empty()) {
        repositories_[reference.repository()][reference.tag] = hex_of(layers.back().diff_id);
      }
    }
  }

  void add_manifest(const SavedImage& saved, const std::vector<SavedLayer>& layers,
                    const std::string& config) {
    const bool docker = options_.format == SaveFormat::kDockerDir;
    Manifest manifest;
    manifest.media_type = docker ? kDockerManifest : kOciManifest;
    manifest.config = document(docker ? kDockerConfig : kOciConfig, config);
    for (const SavedLayer& one : layers) {
      manifest.layers.push_back(one.descriptor);
    }
    const std::string text = manifest_text(manifest);
    if (docker) {
      target_.text("version", "Directory Transport Version: 1.1\n");
      target_.text("manifest.json", text);
      return;
    }
    const Descriptor descriptor = document(kOciManifest, text);
    Json entry = {{"mediaType", descriptor.media_type},
                  {"digest", descriptor.digest},
                  {"size", descriptor.size}};
    // One entry for each name, as tools that know one annotation expect.
    if (saved.names.empty()) {
      manifests_.push_back(entry);
    }
    for (const std::string& name : saved.names) {
      entry["annotations"] = {{"org.opencontainers.image.ref.name", name}};
      manifests_.push_back(entry);
    }
  }

  const Context& context_;
  SaveTarget& target_;
  const SaveOptions& options_;
  std::map<std::string, SavedLayer> layers_;
  std::set<std::string> written_;
  Json docker_images_ = Json::array();
  Json repositories_ = Json::object();
  Json manifests_ = Json::array();
};

bool is_folder_format(SaveFormat format) {
  return format == SaveFormat::kOciDir || format == SaveFormat::kDockerDir;
}

void save_to(const Context& context, const std::vector<SavedImage>& images, SaveTarget& target,
             const SaveOptions& options) {
  if (images.size() > 1 && options.format == SaveFormat::kDockerDir) {
    throw Error(Code::kInvalid,
                "the docker-dir format holds one image only: save them one by "
                "one, or as docker-archive");
  }
  // Nobody removes them meanwhile.
  const LayerLocks locks(context.root, context.cancelled);
  for (const SavedImage& saved : images) {
    for (const std::string& id : saved.image.layers) {
      locks.share(id);
    }
  }
  Writer writer(context, target, options);
  for (const SavedImage& saved : images) {
    writer.add(saved);
  }
  writer.finish();
}

void save_to_folder(const Context& context, const std::vector<SavedImage>& images,
                    const std::filesystem::path& path, const SaveOptions& options) {
  make_directories(path);
  if (!std::filesystem::is_empty(path)) {
    throw Error(Code::kExists, path.string() + " is not empty: choose another folder");
  }
  Cleanup drop([&] {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  });
  FolderTarget target(path);
  save_to(context, images, target, options);
  drop.dismiss();
}

}  // namespace

SaveFormat parse_save_format(const std::string& text) {
  constexpr std::pair<std::string_view, SaveFormat> kFormats[] = {
      {"docker-archive", SaveFormat::kDockerArchive},
      {"oci-archive", SaveFormat::kOciArchive},
      {"oci-dir", SaveFormat::kOciDir},
      {"docker-dir", SaveFormat::kDockerDir},
  };
  for (const auto& [name, format] : kFormats) {
    if (name == text) {
      return format;
    }
  }
  throw Error(Code::kInvalid, "unsupported format \"" + text +
                                  "\": format value must be one of oci-dir oci-archive "
                                  "docker-dir docker-archive");
}

void save(const Context& context, const std::vector<SavedImage>& images,
          const std::filesystem::path& path, const SaveOptions& options) {
  if (is_folder_format(options.format)) {
    save_to_folder(context, images, path, options);
    return;
  }
  OutputFile file(path);
  save(context, images, file.fd(), options);
  file.finish();
}

void save(const Context& context, const std::vector<SavedImage>& images, int fd,
          const SaveOptions& options) {
  if (is_folder_format(options.format)) {
    throw Error(Code::kInvalid, "a folder format needs an output folder: use --output");
  }
  ArchiveTarget target(fd);
  save_to(context, images, target, options);
}

}  // namespace gantry::image
