// SPDX-License-Identifier: Apache-2.0
#include "core/image/load.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <memory>

#include "core/image/decompress.h"
#include "core/image/spool.h"
#include "sdk/support/errno_error.h"
#include "sdk/support/files.h"

namespace gantry::image {

namespace {

using Loader = std::vector<LoadedImage> (*)(const Context&, const BlobSource&,
                                            const LoadOptions&);

// Newer docker archives are OCI layouts, too, but only their manifest.json knows tags.
Loader loader_of(const BlobSource& source) {
  const bool layout = source.find("oci-layout") && source.find("index.json");
  if (source.find("manifest.json")) {
    return source.find("version") && !layout ? load_skopeo_dir : load_docker;
  }
  return layout ? load_oci : nullptr;
}

std::vector<LoadedImage> load_from(const Context& context, const BlobSource& source,
                                   const std::string& what, const LoadOptions& options) {
  const Loader loader = loader_of(source);
  if (loader == nullptr) {
    throw Error(Code::kInvalid,
                what +
                    ": payload does not match any of the supported image formats: "
                    "oci-archive, oci-dir, docker-archive, docker-dir; if it holds a root "
                    "file system, make an image of it with \"gantry import " +
                    what + "\"");
  }
  try {
    return loader(context, source, options);
  } catch (const Error& e) {
    throw e.while_doing("load " + what);
  }
}

bool is_plain_file(int fd) {
  struct stat st {};
  return ::fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
}

Compression peek(int fd, const std::string& what) {
  std::array<char, kMagicSize> magic{};
  const ssize_t n = ::pread(fd, magic.data(), magic.size(), 0);
  if (n < 0) {
    throw errno_error(errno, "read " + what);
  }
  return compression_of({magic.data(), static_cast<std::size_t>(n)});
}

// The archive as a file that can be read anywhere; fd itself when it is one.
UniqueFd seekable(const Context& context, int fd, const std::string& what) {
  if (is_plain_file(fd) && peek(fd, what) == Compression::kNone) {
    UniqueFd copy(::fcntl(fd, F_DUPFD_CLOEXEC, 3));
    if (!copy) {
      throw errno_error(errno, "open " + what);
    }
    return copy;
  }
  Decompressor input(read_from_fd(fd, what), what);
  return spool(context.tmp,
               [&input](char* data, std::size_t size) { return input.read(data, size); });
}

}  // namespace

std::vector<LoadedImage> load(const Context& context, int fd, const std::string& what,
                              const LoadOptions& options) {
  std::unique_ptr<ArchiveSource> source;
  try {
    source = std::make_unique<ArchiveSource>(seekable(context, fd, what), what);
  } catch (const Error& e) {
    if (e.code() != Code::kCorrupt) {
      throw;
    }
    throw Error(Code::kInvalid,
                "payload does not match any of the supported image formats: oci-archive, "
                "oci-dir, docker-archive, docker-dir: " +
                    std::string(e.what()));
  }
  return load_from(context, *source, what, options);
}

std::vector<LoadedImage> load(const Context& context, const std::filesystem::path& path,
                              const LoadOptions& options) {
  struct stat st {};
  if (::stat(path.c_str(), &st) == 0 && S_ISDIR(st.st_mode)) {
    return load_from(context, DirectorySource(path), path.string(), options);
  }
  const UniqueFd fd = open_file(path, O_RDONLY);
  return load(context, fd.get(), path.string(), options);
}

}  // namespace gantry::image
