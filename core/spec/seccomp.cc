// SPDX-License-Identifier: Apache-2.0
#include "core/spec/contributors.h"
#include "core/spec/seccomp_bpf.h"
#include "core/spec/seccomp_profile.h"
#include "sdk/support/base64.h"
#include "sdk/support/files.h"

namespace gantry::spec {

namespace {

// To be raised with each change of the default profile or of how profiles are compiled.
constexpr const char* kCompilerVersion = "1";
constexpr const char* kAnnotation = "run.oci.seccomp_bpf_data";

std::string read_profile(const std::string& path) {
  try {
    return read_file(path);
  } catch (const Error& e) {
    throw e.while_doing("opening seccomp profile failed");
  }
}

Json resolved(const std::string& path, const std::string& text, const SeccompContext& context) {
  if (path.empty()) {
    return default_seccomp(context);
  }
  const std::string what = "seccomp profile " + path;
  return resolve_seccomp(parse_json(text, what), context, what);
}

// Everything that the program depends on, and nothing else.
std::string cache_key(const std::string& text, const SeccompContext& context) {
  std::string key = std::string("v") + kCompilerVersion + " libseccomp " +
                    seccomp_library_version() + " " + context.machine + " " +
                    std::to_string(context.kernel_major) + "." +
                    std::to_string(context.kernel_minor);
  for (const std::string& capability : context.capabilities) {
    key += " " + capability;
  }
  return key + "\n" + text;
}

// What cached_text keeps for a profile that no program can stand for.
constexpr const char* kNoProgram = "-";

}  // namespace

void add_seccomp(const SpecInput& input, Json& spec) {
  const model::SecurityConfig& security = input.config.security;
  const std::string& asked = security.seccomp_profile;
  if (asked == "unconfined" || (security.privileged && asked.empty())) {
    return;
  }
  if (!input.host.seccomp) {
    if (!asked.empty()) {
      throw Error(Code::kUnsupported,
                  "seccomp profile " + asked + " asked for, but this kernel has no seccomp");
    }
    note(input, "this kernel has no seccomp; ignoring the default profile");
    return;
  }
  const SeccompContext context{spec["process"]["capabilities"]["bounding"], input.host.machine,
                               input.host.kernel_major, input.host.kernel_minor};
  const std::string text = asked.empty() ? std::string() : read_profile(asked);
  if (input.compiled_seccomp) {
    try {
      const std::string program =
          cached_text(input.seccomp_cache, cache_key(text, context), [&]() -> std::string {
            const Json seccomp = resolved(asked, text, context);
            return is_compilable(seccomp) ? base64(compile_seccomp(seccomp)) : kNoProgram;
          });
      if (program != kNoProgram) {
        // Beside the annotation crun must not see the profile: it would mix its own cache in.
        spec["annotations"][kAnnotation] = program;
        return;
      }
    } catch (const Error& e) {
      if (e.code() != Code::kUnsupported) {
        throw;
      }
      note(input, std::string("leaving the seccomp profile to the runtime: ") + e.what());
    }
  }
  spec["linux"]["seccomp"] = resolved(asked, text, context);
}

}  // namespace gantry::spec
