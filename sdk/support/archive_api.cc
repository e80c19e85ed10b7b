// SPDX-License-Identifier: Apache-2.0
#include "sdk/support/archive_api.h"

#include <locale.h>

#include <cerrno>
#include <system_error>

#include "sdk/support/errno_error.h"
#include "sdk/support/lazy_library.h"

namespace gantry {

namespace {

ArchiveApi load() {
  const LazyLibrary library("libarchive.so.13");
  ArchiveApi api{};
#define GANTRY_ARCHIVE_LOAD(member, function) \
  api.member = library.symbol<decltype(&::function)>(#function);
  GANTRY_ARCHIVE_FUNCTIONS(GANTRY_ARCHIVE_LOAD)
#undef GANTRY_ARCHIVE_LOAD
  return api;
}

template <typename Handle>
Handle* required(Handle* handle) {
  if (handle == nullptr) {
    throw Error(Code::kInternal, "libarchive: out of memory");
  }
  return handle;
}

}  // namespace

const ArchiveApi& archive_api() {
  static const ArchiveApi api = load();
  return api;
}

void FreeArchiveReader::operator()(archive* handle) const noexcept {
  (void)archive_api().read_free(handle);
}
void FreeArchiveWriter::operator()(archive* handle) const noexcept {
  (void)archive_api().write_free(handle);
}
void FreeArchiveEntry::operator()(archive_entry* entry) const noexcept {
  archive_api().entry_free(entry);
}

ArchiveReader new_archive_reader() { return ArchiveReader(required(archive_api().read_new())); }
ArchiveWriter new_archive_writer() {
  return ArchiveWriter(required(archive_api().write_new()));
}
ArchiveEntry new_archive_entry() { return ArchiveEntry(required(archive_api().entry_new())); }

Error archive_error(archive* handle, const std::string& doing, Code fallback) {
  const char* text = archive_api().error_string(handle);
  const int err = archive_api().error_number(handle);
  // The library reports a broken archive by numbers of its own: EILSEQ and -1.
  const bool system = err > 0 && err != EILSEQ && err != EINVAL;
  std::string reason = text != nullptr ? text : "unknown reason";
  if (const std::string words = system ? std::generic_category().message(err) : std::string();
      reason.find(words) == std::string::npos) {
    reason += ": " + words;  // "Write error" alone says little
  }
  return {system ? code_of_errno(err) : fallback, doing + ": " + reason};
}

PlainLocale::PlainLocale() : mine_(::newlocale(LC_CTYPE_MASK, "C", nullptr)) {
  if (mine_ != nullptr) {
    previous_ = ::uselocale(static_cast<locale_t>(mine_));
  }
}

PlainLocale::~PlainLocale() {
  if (mine_ != nullptr) {
    (void)::uselocale(static_cast<locale_t>(previous_));
    ::freelocale(static_cast<locale_t>(mine_));
  }
}

}  // namespace gantry
