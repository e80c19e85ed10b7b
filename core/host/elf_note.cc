// SPDX-License-Identifier: Apache-2.0
#include "core/host/elf_note.h"

#include <gantry/abi/plugin.h>
#include <gantry/error.hpp>

#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cstring>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "sdk/support/errno_error.h"
#include "sdk/support/files.h"
#include "sdk/support/json.h"

namespace gantry::host {

namespace {

using Header = ElfW(Ehdr);
using Segment = ElfW(Phdr);
using Note = ElfW(Nhdr);

// Far more than any note or header table needs, so that a forged size costs nothing.
constexpr std::size_t kMaxSegment = 64 * 1024;
constexpr std::size_t kMaxSegments = 256;

#if defined(__x86_64__)
constexpr unsigned kMachine = EM_X86_64;
#elif defined(__aarch64__)
constexpr unsigned kMachine = EM_AARCH64;
#elif defined(__riscv)
constexpr unsigned kMachine = EM_RISCV;
#elif defined(__powerpc64__)
constexpr unsigned kMachine = EM_PPC64;
#elif defined(__s390x__)
constexpr unsigned kMachine = EM_S390;
#elif defined(__arm__)
constexpr unsigned kMachine = EM_ARM;
#elif defined(__i386__)
constexpr unsigned kMachine = EM_386;
#else
#error "name this machine's EM_ constant"
#endif

class ElfFile {
 public:
  explicit ElfFile(const std::filesystem::path& path)
      : path_(path.string()), fd_(open_file(path, O_RDONLY | O_NONBLOCK)) {
    struct stat st {};
    if (::fstat(fd_.get(), &st) != 0) {
      throw errno_error(errno, "stat " + path_);
    }
    if (!S_ISREG(st.st_mode)) {
      refuse("it is not a regular file");
    }
  }

  [[noreturn]] void refuse(const std::string& why, Code code = Code::kInvalid) const {
    throw Error(code, path_ + " is not a usable gantry plug-in: " + why);
  }

  void read_at(void* to, std::size_t size, std::uint64_t offset) const {
    auto* next = static_cast<char*>(to);
    while (size > 0) {
      if (offset > static_cast<std::uint64_t>(std::numeric_limits<off_t>::max())) {
        refuse("it is cut short", Code::kCorrupt);
      }
      const ssize_t got = ::pread(fd_.get(), next, size, static_cast<off_t>(offset));
      if (got < 0 && errno == EINTR) {
        continue;
      }
      if (got < 0) {
        throw errno_error(errno, "read " + path_);
      }
      if (got == 0) {
        refuse("it is cut short", Code::kCorrupt);
      }
      next += got;
      size -= static_cast<std::size_t>(got);
      offset += static_cast<std::uint64_t>(got);
    }
  }

  [[nodiscard]] Header header() const {
    std::array<unsigned char, EI_NIDENT> ident{};
    if (::pread(fd_.get(), ident.data(), ident.size(), 0) !=
            static_cast<ssize_t>(ident.size()) ||
        std::memcmp(ident.data(), ELFMAG, SELFMAG) != 0) {
      refuse("it is not an ELF file");
    }
    const int word = sizeof(void*) == 8 ? ELFCLASS64 : ELFCLASS32;
    const int order = std::endian::native == std::endian::little ? ELFDATA2LSB : ELFDATA2MSB;
    Header header{};
    if (ident[EI_CLASS] == word && ident[EI_DATA] == order) {
      read_at(&header, sizeof(header), 0);
    }
    if (header.e_machine != kMachine) {
      refuse("it was built for another machine");
    }
    if (header.e_type != ET_DYN) {
      refuse("it is not a shared object");
    }
    return header;
  }

  [[nodiscard]] std::vector<Segment> segments() const {
    const Header h = header();
    if (h.e_phentsize != sizeof(Segment) || h.e_phnum == 0 || h.e_phnum > kMaxSegments) {
      refuse("its program headers are malformed", Code::kCorrupt);
    }
    std::vector<Segment> segments(h.e_phnum);
    read_at(segments.data(), segments.size() * sizeof(Segment), h.e_phoff);
    return segments;
  }

  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
  UniqueFd fd_;
};

std::size_t align_up(std::size_t value, std::size_t to) { return (value + to - 1) / to * to; }

// The text of our note among those of one segment.
std::optional<std::string> find_note(const std::string& bytes, std::size_t alignment) {
  std::size_t at = 0;
  while (bytes.size() - at >= sizeof(Note)) {
    Note note{};
    std::memcpy(&note, bytes.data() + at, sizeof(note));
    at += sizeof(note);
    const std::size_t text_at = align_up(at + note.n_namesz, alignment);
    if (note.n_namesz > bytes.size() || note.n_descsz > bytes.size() ||
        text_at + note.n_descsz > bytes.size()) {
      return std::nullopt;
    }
    const std::string_view name(bytes.data() + at, note.n_namesz);
    if (note.n_type == GANTRY_NOTE_TYPE && name == std::string_view("gantry", 7)) {
      return bytes.substr(text_at, note.n_descsz);
    }
    at = std::min(align_up(text_at + note.n_descsz, alignment), bytes.size());
  }
  return std::nullopt;
}

std::uint16_t version_number(const Json& json, const char* key) {
  const auto value = json.at(key).get<std::uint64_t>();
  if (value > std::numeric_limits<std::uint16_t>::max()) {
    throw Error(Code::kCorrupt, std::string(key) + " is out of range");
  }
  return static_cast<std::uint16_t>(value);
}

PluginFacts parse_facts(const ElfFile& file, const std::string& text) {
  try {
    const Json json = parse_json(text, "the plug-in note of " + file.path());
    return {json.at("kind").get<std::string>(),     json.at("name").get<std::string>(),
            version_number(json, "major"),          version_number(json, "minor"),
            version_number(json, "min_host_minor"), json.at("version").get<std::string>(),
            json.at("vendor").get<std::string>(),   json.at("license").get<std::string>()};
  } catch (const std::exception& e) {
    file.refuse(std::string("its note is malformed: ") + e.what(), Code::kCorrupt);
  }
}

}  // namespace

PluginFacts read_note(const std::filesystem::path& path) {
  const ElfFile file(path);
  for (const Segment& segment : file.segments()) {
    if (segment.p_type != PT_NOTE || segment.p_filesz > kMaxSegment) {
      continue;
    }
    std::string bytes(segment.p_filesz, '\0');
    file.read_at(bytes.data(), bytes.size(), segment.p_offset);
    if (const auto text = find_note(bytes, segment.p_align == 8 ? 8 : 4)) {
      return parse_facts(file, *text);
    }
  }
  file.refuse("it carries no note .note.gantry.plugin");
}

}  // namespace gantry::host
