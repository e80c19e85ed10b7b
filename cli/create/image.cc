// SPDX-License-Identifier: Apache-2.0
#include "cli/create/create_request.h"
#include "sdk/support/files.h"

namespace gantry::cli {

std::optional<image::Platform> read_platform(const Options& options) {
  if (options.given("platform") && (options.given("arch") || options.given("os"))) {
    throw Error(Code::kInvalid, "--platform option can not be specified with --arch or --os");
  }
  if (options.given("platform")) {
    return image::parse_platform(options.text("platform"));
  }
  if (!options.given("arch") && !options.given("os") && !options.given("variant")) {
    return std::nullopt;
  }
  image::Platform platform;
  platform.os = options.given("os") ? options.text("os") : "linux";
  platform.architecture = options.text("arch");
  platform.variant = options.text("variant");
  return platform;
}

void read_image(const Options& options, lifecycle::CreateRequest& request) {
  request.platform = read_platform(options);
  request.authfile = options.text("authfile");
  if (!request.authfile.empty() && !exists(request.authfile)) {
    throw Error(Code::kNotFound,
                "checking authfile: stat " + request.authfile + ": no such file or directory");
  }
  if (options.given("tls-verify")) {
    request.tls_verify = options.flag("tls-verify");
  }
}

}  // namespace gantry::cli
