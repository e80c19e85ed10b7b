// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "core/spec/seccomp_bpf.h"
#include "core/spec/seccomp_profile.h"
#include "sdk/support/cleanup.h"
#include "sdk/support/files.h"
#include "tests/unit/spec/fixtures.h"

namespace gantry::spec {
namespace {

// The action of the last rule that names a call; "default" without one.
std::string action(const Json& seccomp, const std::string& call) {
  std::string found = "default";
  for (const Json& rule : seccomp["syscalls"]) {
    if (contains(rule["names"], call)) {
      found = rule["action"];
    }
  }
  return found;
}

SeccompContext context(std::vector<std::string> capabilities) {
  return {std::move(capabilities), "x86_64", 6, 1};
}

TEST(SeccompDefault, OpensWithCapabilities) {
  const Json plain = default_seccomp(context({}));
  EXPECT_EQ(plain["defaultErrnoRet"], 38);
  EXPECT_EQ(plain["architectures"][0], "SCMP_ARCH_X86_64");
  EXPECT_EQ(action(plain, "read"), "SCMP_ACT_ALLOW");
  EXPECT_EQ(action(plain, "arch_prctl"), "SCMP_ACT_ALLOW");
  EXPECT_EQ(action(plain, "kexec_load"), "SCMP_ACT_ERRNO");
  EXPECT_EQ(action(plain, "bpf"), "SCMP_ACT_ERRNO");
  EXPECT_EQ(action(plain, "made_up_tomorrow"), "default");
  EXPECT_EQ(action(default_seccomp(context({"CAP_SYS_ADMIN"})), "bpf"), "SCMP_ACT_ALLOW");
}

TEST(SeccompProfile, ConditionsAreResolved) {
  const Json profile = Json::parse(R"({"defaultAction":"SCMP_ACT_ERRNO","archMap":[
    {"architecture":"SCMP_ARCH_X86_64","subArchitectures":["SCMP_ARCH_X86"]},
    {"architecture":"SCMP_ARCH_AARCH64","subArchitectures":["SCMP_ARCH_ARM"]}],"syscalls":[
    {"names":["a"],"action":"SCMP_ACT_ALLOW","includes":{"arches":["arm64"]},"args":null},
    {"names":["b"],"action":"SCMP_ACT_ALLOW","includes":{"caps":["CAP_CHOWN"]}},
    {"names":["c"],"action":"SCMP_ACT_ALLOW","excludes":{"caps":["CAP_CHOWN"]}},
    {"names":["d"],"action":"SCMP_ACT_ALLOW","includes":{"minKernel":"6.2"}},
    {"name":"e","action":"SCMP_ACT_ALLOW","includes":{"minKernel":"4.8"}}]})");
  const Json resolved = resolve_seccomp(profile, context({"CAP_CHOWN"}), "profile");
  EXPECT_EQ(resolved["architectures"], Json({"SCMP_ARCH_X86_64", "SCMP_ARCH_X86"}));
  EXPECT_EQ(action(resolved, "a"), "default");
  EXPECT_EQ(action(resolved, "b"), "SCMP_ACT_ALLOW");
  EXPECT_EQ(action(resolved, "c"), "default");
  EXPECT_EQ(action(resolved, "d"), "default");
  EXPECT_EQ(action(resolved, "e"), "SCMP_ACT_ALLOW");
}

TEST(SeccompProfile, BadOnesAreRefused) {
  for (const char* bad : {R"({})", R"([])", R"({"defaultAction":"A","syscalls":[{}]})",
                          R"({"defaultAction":"A","syscalls":[{"names":["a"],"action":"A",
                              "includes":{"minKernel":"x"}}]})",
                          R"({"defaultAction":"A","syscalls":[{"names":["a"],"action":"A",
                              "includes":{"caps":[1]}}]})"}) {
    EXPECT_THROW((void)resolve_seccomp(Json::parse(bad), context({}), "p"), Error) << bad;
  }
}

TEST(SeccompBpf, CompilesTheDefault) {
  const std::string program = compile_seccomp(default_seccomp(context({})));
  EXPECT_EQ(program.size() % 8, 0U);
  EXPECT_GT(program.size() / 8, 100U);
  EXPECT_LT(program.size() / 8, 4096U);  // the kernel's BPF_MAXINSNS
}

TEST(SeccompBpf, NamesWhatItCannotCompile) {
  EXPECT_THROW((void)compile_seccomp({{"defaultAction", "SCMP_ACT_FOO"}}), Error);
  EXPECT_THROW((void)compile_seccomp(Json::object()), Error);
  EXPECT_FALSE(is_compilable({{"flags", {"SECCOMP_FILTER_FLAG_LOG"}}}));
  EXPECT_FALSE(is_compilable(
      {{"syscalls", Json::array({{{"names", {"a"}}, {"action", "SCMP_ACT_NOTIFY"}}})}}));
}

TEST(SeccompCache, TrustsOnlyItsOwnFiles) {
  const std::filesystem::path folder =
      make_temp_directory(std::filesystem::temp_directory_path() / "gantry-cache-XXXXXX");
  const Cleanup cleanup([&] { remove_tree(folder); });
  int made = 0;
  const auto text = [&](const std::string& key) {
    return cached_text(folder, key, [&] { return key + std::to_string(++made); });
  };
  EXPECT_EQ(text("a"), "a1");
  EXPECT_EQ(text("a"), "a1");
  EXPECT_EQ(text("b"), "b2");
  for (const auto& item : std::filesystem::directory_iterator(folder)) {
    ASSERT_EQ(::chmod(item.path().c_str(), 0666), 0);
  }
  EXPECT_EQ(text("a"), "a3");
  for (const auto& item : std::filesystem::directory_iterator(folder)) {
    write_file(item.path(), "something else", 0600);
  }
  EXPECT_EQ(text("a"), "a4");
  EXPECT_EQ(cached_text("/proc/no-such/folder", "k", [] { return std::string("v"); }), "v");
}

TEST(SeccompCache, TakesNoFileThatWasCutShort) {
  const std::filesystem::path folder =
      make_temp_directory(std::filesystem::temp_directory_path() / "gantry-cache-XXXXXX");
  const Cleanup cleanup([&] { remove_tree(folder); });
  const std::string filter = "program;program;program;";
  const auto text = [&] { return cached_text(folder, "key", [&] { return filter; }); };
  EXPECT_EQ(text(), filter);
  const std::filesystem::path file = std::filesystem::directory_iterator(folder)->path();
  const std::string whole = read_file(file);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    write_file(file, whole.substr(0, size), 0600);
    EXPECT_EQ(text(), filter) << size;
    EXPECT_EQ(read_file(file), whole) << "not mended";
  }
  write_file(file, whole.substr(0, whole.size() - 40) + std::string(40, '\0'), 0600);
  EXPECT_EQ(text(), filter);
}

TEST(SeccompCache, KnowsItsCompiler) {
  EXPECT_TRUE(seccomp_library_version().starts_with("2."));
}

TEST(Seccomp, GoesToTheRuntimeInTheFormItTakes) {
  Fixture f;
  EXPECT_TRUE(f.build()["linux"].contains("seccomp"));
  SpecInput input = f.input();
  input.compiled_seccomp = true;
  const Json compiled = build(input);
  EXPECT_FALSE(compiled["linux"].contains("seccomp"));
  EXPECT_FALSE(compiled["annotations"]["run.oci.seccomp_bpf_data"].get<std::string>().empty());
  f.config.security.privileged = true;
  EXPECT_FALSE(f.build()["linux"].contains("seccomp"));
  f.config.security.privileged = false;
  f.config.security.seccomp_profile = "/no/such/profile";
  EXPECT_THROW((void)f.build(), Error);
  f.host.seccomp = false;
  f.config.security.seccomp_profile.clear();
  EXPECT_FALSE(f.build()["linux"].contains("seccomp"));
  EXPECT_EQ(f.notes.size(), 1U);
}

}  // namespace
}  // namespace gantry::spec
