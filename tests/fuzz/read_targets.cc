// SPDX-License-Identifier: Apache-2.0
//
// What files, archives and other programs say.
#include <gantry/error.hpp>

#include <elf.h>
#include <link.h>

#include <array>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/events/event.h"
#include "core/hooks/hook.h"
#include "core/host/elf_note.h"
#include "core/image/config.h"
#include "core/image/layer_split.h"
#include "core/image/manifest.h"
#include "core/image/registries.h"
#include "core/image/tar_parser.h"
#include "core/layout/configuration.h"
#include "core/lifecycle/checkpoint_files.h"
#include "core/model/json_fields.h"
#include "core/monitor/log_record.h"
#include "core/monitor/sync_message.h"
#include "core/net/hosts.h"
#include "core/net/resolv_conf.h"
#include "core/spec/seccomp_profile.h"
#include "core/spec/user.h"
#include "core/store/keys.h"
#include "core/store/store.h"
#include "core/userns/namespace_mapping.h"
#include "core/userns/needed_ids.h"
#include "core/userns/subordinate_ids.h"
#include "sdk/support/files.h"
#include "sdk/support/json.h"
#include "tests/fakes/fake_state_store.h"
#include "tests/fuzz/scratch.h"
#include "tests/fuzz/target.h"

namespace gantry::fuzz {

namespace {

namespace fs = std::filesystem;

const std::string kHex(64, 'a');
const std::string kDigest = "sha256:" + kHex;

template <typename F>
std::function<void(const std::string&)> from_file(const std::string& name, F read) {
  return [name, read, scratch = std::make_shared<Scratch>()](const std::string& text) {
    read(scratch->with(name, text));
  };
}

std::string manifest() {
  const Json descriptor{{"mediaType", image::kOciConfig}, {"digest", kDigest}, {"size", 7}};
  return to_text(Json{{"schemaVersion", 2},
                      {"mediaType", image::kOciManifest},
                      {"config", descriptor},
                      {"layers",
                       {{{"mediaType", image::kOciLayerGzip},
                         {"digest", kDigest},
                         {"size", 9},
                         {"annotations", {{"a", "b"}}}}}}});
}

std::string index() {
  return to_text(Json{{"schemaVersion", 2},
                      {"manifests",
                       {{{"mediaType", image::kOciManifest},
                         {"digest", kDigest},
                         {"size", 7},
                         {"platform", {{"os", "linux"}, {"architecture", "amd64"}}}}}}});
}

std::string image_config() {
  return to_text(
      Json{{"architecture", "amd64"},
           {"os", "linux"},
           {"created", "2024-01-02T03:04:05.5Z"},
           {"config",
            {{"User", "1:2"},
             {"Env", {"A=b"}},
             {"Cmd", {"c"}},
             {"Volumes", {{"/data", Json::object()}}},
             {"Healthcheck", {{"Test", {"CMD", "ok"}}, {"Interval", 1000}, {"Retries", 3}}}}},
           {"rootfs", {{"type", "layers"}, {"diff_ids", {kDigest}}}},
           {"history", {{{"created_by", "x"}}}}});
}

// One file with a long name by PAX, one by GNU, and the end.
std::string archive() {
  const auto header = [](const std::string& name, char type, std::size_t size) {
    std::array<char, 512> block{};
    name.copy(block.data(), 100);
    std::memcpy(block.data() + 100, "0000644", 7);
    std::snprintf(block.data() + 124, 12, "%011zo", size);
    std::memcpy(block.data() + 148, "        ", 8);
    block[156] = type;
    std::memcpy(block.data() + 257, "ustar\00000", 8);
    unsigned sum = 0;
    for (const char c : block) {
      sum += static_cast<unsigned char>(c);
    }
    std::snprintf(block.data() + 148, 8, "%06o", sum);
    return std::string(block.data(), block.size());
  };
  const auto padded = [](std::string text) {
    text.resize((text.size() + 511) / 512 * 512);
    return text;
  };
  const std::string pax = "17 path=a/long/n\n22 GNU.sparse.major=1\n";
  const std::string name = "another/long/name";
  return header("pax", 'x', pax.size()) + padded(pax) + header("f", '0', 5) + padded("hello") +
         header("././@LongLink", 'L', name.size()) + padded(name) + header("g", '2', 0) +
         std::string(1024, '\0');
}

void parse_archive(const std::string& text) {
  image::TarParser parser;
  std::string_view left = text;
  while (parser.need() != image::TarParser::Need::kEnd && left.size() >= parser.need_size()) {
    const auto size = static_cast<std::size_t>(parser.need_size());
    if (parser.need() == image::TarParser::Need::kMeta) {
      (void)parser.meta(left.substr(0, size));
    } else {
      parser.skipped();
    }
    left.remove_prefix(size);
  }
}

std::string shared_object() {
  const std::string text =
      R"({"kind":"state","name":"x","major":1,"minor":0,"min_host_minor":0,"version":"1",)"
      R"("vendor":"v","license":"l"})";
  ElfW(Ehdr) header{};
  std::memcpy(header.e_ident, ELFMAG, SELFMAG);
  header.e_ident[EI_CLASS] = sizeof(void*) == 8 ? ELFCLASS64 : ELFCLASS32;
  header.e_ident[EI_DATA] = ELFDATA2LSB;
  header.e_type = ET_DYN;
#if defined(__x86_64__)
  header.e_machine = EM_X86_64;
#elif defined(__aarch64__)
  header.e_machine = EM_AARCH64;
#endif
  header.e_phoff = sizeof(header);
  header.e_phentsize = sizeof(ElfW(Phdr));
  header.e_phnum = 1;
  ElfW(Phdr) segment{};
  segment.p_type = PT_NOTE;
  segment.p_offset = sizeof(header) + sizeof(segment);
  segment.p_align = 4;
  ElfW(Nhdr) note{};
  note.n_namesz = 7;
  note.n_descsz = static_cast<ElfW(Word)>(text.size());
  note.n_type = 1;
  segment.p_filesz = sizeof(note) + 8 + text.size();
  std::string file;
  file.append(reinterpret_cast<const char*>(&header), sizeof(header));
  file.append(reinterpret_cast<const char*>(&segment), sizeof(segment));
  file.append(reinterpret_cast<const char*>(&note), sizeof(note));
  return file.append("gantry\0\0", 8).append(text);
}

model::ContainerConfig container() {
  model::ContainerConfig config;
  config.id = kHex;
  config.name = "box";
  config.labels = {{"k", "v"}};
  config.process.command = {"sh", "-c", "true"};
  model::Mount& mount = config.mounts.emplace_back();
  mount.kind = model::MountKind::kVolume;
  mount.destination = "/data";
  config.network.attachments.push_back({});
  config.id_mapping.uids = {{0, 1000, 10}};
  return config;
}

// In the place of one of the records of a store.
void read_store(const std::string& text) {
  const std::array keys{
      store::key(store::kContainerConfig, kHex), store::key(store::kContainerState, kHex),
      store::key(store::kContainerBrief, kHex),  store::key(store::kImageRecord, kHex),
      store::key(store::kVolumeRecord, "v"),     store::key(store::kSecretRecord, "s")};
  fakes::FakeStateStore rows;
  store::Store store(rows);
  store.write(ports::Durability::kRelaxed,
              [](store::Writer& writer) { writer.create_container(container(), {}); });
  rows.set(keys[text.size() % keys.size()], text);
  store.read([](const store::Reader& reader) {
    (void)reader.find_container(kHex);
    (void)reader.find_state(kHex);
    (void)reader.containers();
    (void)reader.images();
    (void)reader.volumes();
    (void)reader.secrets();
  });
}

void read_accounts(const std::string& text) {
  (void)userns::needed_ids(text);
  for (const char* user : {"", "root", "app", "app:staff", "7:8", "99999999999"}) {
    try {
      (void)spec::resolve_user(text, text, user, {"staff"});
    } catch (const Error&) {  // a name that is not there
      continue;
    }
  }
}

void load_configuration(const fs::path& file) {
  layout::ConfigurationInput input;
  input.file = file;
  (void)layout::Configuration::load(input);
}

}  // namespace

std::vector<Target> read_targets() {
  const spec::SeccompContext seccomp{{"CAP_SYS_ADMIN"}, "x86_64", 6, 1};
  return {
      {"manifest",
       {manifest()},
       [](const std::string& text) {
         (void)image::manifest_text(image::parse_manifest(text, "m"));
       }},
      {"index",
       {index()},
       [](const std::string& text) {
         if (image::is_index(text)) {
           (void)image::choose_platform(image::parse_index(text, "i"), {"linux", "amd64", ""});
         }
       }},
      {"image_config",
       {image_config()},
       [](const std::string& text) {
         const model::Image image = image::parse_config(text, "c");
         (void)image::chain_ids(image.diff_ids);
         (void)image::with_diff_ids(text, {kDigest});
       }},
      {"tar", {archive()}, parse_archive},
      {"layer_split",
       {std::string(image::kSplitMagic) + "M\5\0\0\0\0\0\0\0hello", archive()},
       from_file("split",
                 [](const fs::path& file) {
                   try {
                     (void)image::joined_size(file);
                   } catch (const Error& e) {
                     if (e.code() != Code::kCorrupt) {
                       throw;
                     }
                   }
                 })},
      {"elf_note",
       {shared_object()},
       from_file("x.so", [](const fs::path& file) { (void)host::read_note(file); })},
      {"hook",
       {R"({"version":"1.0.0","hook":{"path":"/x","args":["x"],"env":["A=b"],"timeout":3},)"
        R"("when":{"always":true,"annotations":{"^a$":"b.*"},"commands":["^/bin/sh$"],)"
        R"("hasBindMounts":false},"stages":["prestart","poststop"]})"},
       from_file("hook.json",
                 [](const fs::path& file) {
                   if (const auto hook = hooks::read_hook(file)) {
                     (void)hooks::choose({*hook}, {{{"a", "b"}}, "/bin/sh", true});
                   }
                 })},
      {"seccomp",
       {R"({"defaultAction":"SCMP_ACT_ERRNO","defaultErrnoRet":38,"archMap":[{"architecture":)"
        R"("SCMP_ARCH_X86_64","subArchitectures":["SCMP_ARCH_X86"]}],"syscalls":[{"names":)"
        R"(["read"],"action":"SCMP_ACT_ALLOW","args":[{"index":0,"value":1,"valueTwo":2,"op":)"
        R"("SCMP_CMP_EQ"}],"includes":{"caps":["CAP_SYS_ADMIN"],"minKernel":"4.8"},)"
        R"("excludes":{"arches":["arm"]}}]})"},
       [seccomp](const std::string& text) {
         (void)spec::resolve_seccomp(parse_json(text, "profile"), seccomp, "profile");
       }},
      {"log_line",
       {"2024-01-31T12:00:00.500000000+01:00 stdout F some words", "x"},
       [](const std::string& text) { (void)monitor::parse_log_line(text); }},
      {"sync_message",
       {R"({"pid":12})", R"({"exit_code":3,"message":"x"})", R"({"data":-1})"},
       [](const std::string& text) { (void)monitor::parse_sync_message(text); }},
      {"event",
       {to_text(events::to_json({1, "container", "start", "id", "n", "i", {{"a", "b"}}}))},
       [](const std::string& text) { (void)events::event_from(text); }},
      {"config_dump",
       {lifecycle::config_dump(container(), 5)},
       [](const std::string& text) { (void)lifecycle::parse_config_dump(text, "archive"); }},
      {"record",
       {to_text(Json(container())), to_text(Json(model::ContainerState{})),
        to_text(Json(model::brief_of(container())))},
       read_store},
      {"hosts",
       {"127.0.0.1 localhost\n::1 ip6 # six\n", "10.0.0.1\tname other\n"},
       [](const std::string& text) {
         (void)net::make_hosts({text, {"n:host-gateway"}, "10.0.0.1", {"10.0.0.2"}, {"me"}});
       }},
      {"resolv_conf",
       {"nameserver 10.0.0.1\nsearch a b\noptions ndots:3\n# no\n"},
       [](const std::string& text) {
         net::ResolvConfInput input;
         input.host = text;
         (void)net::make_resolv_conf(input);
       }},
      {"accounts",
       {"root:x:0:0:root:/root:/bin/sh\napp:x:7:8::/app:\n",
        "staff:x:50:app,root\nroot:x:0:\n"},
       read_accounts},
      {"id_map",
       {"         0     100000      65536\n"},
       [](const std::string& text) { (void)userns::parse_id_map(text); }},
      {"subordinate_ids",
       {"containers:100000:65536\n1000:5:6\n"},
       [](const std::string& text) {
         (void)userns::map_all(
             userns::parse_subordinate_ids(text, "containers", "1000", "/etc/subuid"));
       }},
      {"registries",
       {"unqualified-search-registries = [\"docker.io\", 'quay.io']\n[aliases]\n\"a\" = "
        "\"b/c\"\n"},
       [](const std::string& text) {
         image::Registries registries;
         image::read_registries(text, "registries.conf", registries);
       }},
      {"configuration",
       {"runtime = crun\nhooks_dir = /a\n[plugin.oci-crun]\nkey = value\n# no\n"},
       from_file("gantry.conf", load_configuration)},
  };
}

}  // namespace gantry::fuzz
