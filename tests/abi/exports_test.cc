// SPDX-License-Identifier: Apache-2.0
//
// What each plug-in that we build shows to the dynamic linker: the entry and nothing else,
// bound at load, and no heavy library at its start.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <elf.h>
#include <link.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <ostream>
#include <string>
#include <vector>

#include "core/host/elf_note.h"
#include "sdk/support/files.h"

namespace gantry::host {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

template <typename Entry>
std::vector<Entry> section_entries(const std::string& file, const ElfW(Shdr) & section) {
  std::vector<Entry> entries(section.sh_size / sizeof(Entry));
  std::memcpy(entries.data(), file.data() + section.sh_offset, entries.size() * sizeof(Entry));
  return entries;
}

// The dynamic facts of a shared object that our own linker wrote.
struct Dynamic {
  std::vector<std::string> exported;
  std::vector<std::string> needed;
  bool bind_now = false;
  bool unique_symbols = false;

  explicit Dynamic(const std::string& file) {
    ElfW(Ehdr) header;
    std::memcpy(&header, file.data(), sizeof(header));
    std::vector<ElfW(Shdr)> sections(header.e_shnum);
    std::memcpy(sections.data(), file.data() + header.e_shoff,
                sections.size() * sizeof(sections[0]));
    for (const auto& section : sections) {
      const char* strings = file.data() + sections.at(section.sh_link).sh_offset;
      if (section.sh_type == SHT_DYNSYM) {
        for (const auto& symbol : section_entries<ElfW(Sym)>(file, section)) {
          if (symbol.st_shndx != SHN_UNDEF && symbol.st_shndx != SHN_ABS) {
            exported.emplace_back(strings + symbol.st_name);
          }
          unique_symbols |= ELF64_ST_BIND(symbol.st_info) == STB_GNU_UNIQUE;
        }
      } else if (section.sh_type == SHT_DYNAMIC) {
        for (const auto& entry : section_entries<ElfW(Dyn)>(file, section)) {
          if (entry.d_tag == DT_NEEDED) {
            needed.emplace_back(strings + entry.d_un.d_val);
          }
          bind_now |= entry.d_tag == DT_FLAGS && (entry.d_un.d_val & DF_BIND_NOW) != 0;
          bind_now |= entry.d_tag == DT_FLAGS_1 && (entry.d_un.d_val & DF_1_NOW) != 0;
        }
      }
    }
  }
};

std::vector<std::string> plugin_files() {
  std::vector<std::string> files;
  std::string list = PLUGIN_FILES;
  for (std::size_t colon; (colon = list.find(':')) != std::string::npos;
       list.erase(0, colon + 1)) {
    files.push_back(list.substr(0, colon));
  }
  files.push_back(list);
  return files;
}

class BuiltPlugin : public ::testing::TestWithParam<std::string> {};

TEST_P(BuiltPlugin, ExportsItsEntryAlone) {
  const Dynamic dynamic(read_file(GetParam()));
  EXPECT_THAT(dynamic.exported, ElementsAre("gantry_plugin_entry_v1"));
  EXPECT_FALSE(dynamic.unique_symbols);
  EXPECT_TRUE(dynamic.bind_now);
}

TEST_P(BuiltPlugin, NeedsNoHeavyLibraryAtStart) {
  for (const std::string& library : Dynamic(read_file(GetParam())).needed) {
    for (const char* heavy : {"archive", "crypto", "spdlog", "fmt", "boost", "seccomp"}) {
      EXPECT_THAT(library, Not(HasSubstr(heavy)));
    }
  }
}

TEST_P(BuiltPlugin, CarriesItsNote) {
  const PluginFacts facts = read_note(GetParam());
  EXPECT_EQ(fs::path(GetParam()).filename(), "gantry-" + facts.kind + "-" + facts.name + ".so");
  EXPECT_EQ(facts.license, "Apache-2.0");
  // The templates' authors are whoever copies them.
  const bool ours = fs::path(GetParam()).parent_path().filename() == "1";
  EXPECT_EQ(facts.vendor, ours ? "gantry" : "you");
}

INSTANTIATE_TEST_SUITE_P(Each, BuiltPlugin, ::testing::ValuesIn(plugin_files()),
                         [](const auto& test) {
                           std::string name = fs::path(test.param).stem().string();
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

}  // namespace
}  // namespace gantry::host
