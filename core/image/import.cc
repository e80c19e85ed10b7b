// SPDX-License-Identifier: Apache-2.0
#include "core/image/import.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "core/image/config.h"
#include "core/image/new_image.h"
#include "core/image/reference.h"
#include "sdk/support/files.h"

namespace gantry::image {

model::Image import_root(const Context& context, int fd, const std::string& what,
                         const ImportOptions& options) {
  NewLayerImage request;
  for (const std::string& change : options.changes) {
    apply_change(request.defaults, change);
  }
  if (!options.reference.empty()) {
    request.names = {normalize_local(options.reference).text()};
  }
  request.history.comment = options.message.empty() ? "Imported from " + what : options.message;
  request.created_ns = options.created_ns;
  request.os = options.os;
  request.architecture = options.architecture;
  request.variant = options.variant;
  struct stat st {};
  const bool sized = ::fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
  request.layer = {"", read_from_fd(fd, what),
                   sized ? static_cast<std::uint64_t>(st.st_size) : 0};
  return add_layer_image(context, std::move(request));
}

model::Image import_root(const Context& context, const std::filesystem::path& path,
                         const ImportOptions& options) {
  const UniqueFd fd = open_file(path, O_RDONLY);
  return import_root(context, fd.get(), path.string(), options);
}

}  // namespace gantry::image
