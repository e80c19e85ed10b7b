// SPDX-License-Identifier: Apache-2.0
#include "core/tree/compressor.h"

#include "sdk/support/files.h"

namespace gantry::tree {

Compressor::Compressor(int out, Compression compression, std::string shown)
    : out_(out), shown_(std::move(shown)) {
  if (compression == Compression::kNone) {
    return;
  }
  const ArchiveApi& api = archive_api();
  writer_ = new_archive_writer();
  // The library compresses archives alone; a "raw" one is the bytes of its only entry.
  (void)api.write_set_format_raw(writer_.get());
  if (compression == Compression::kGzip) {
    (void)api.write_add_filter_gzip(writer_.get());
  } else {
    (void)api.write_add_filter_zstd(writer_.get());
  }
  (void)api.write_set_bytes_in_last_block(writer_.get(), 1);
  const ArchiveEntry entry = new_archive_entry();
  api.entry_set_filetype(entry.get(), AE_IFREG);
  if (api.write_open_fd(writer_.get(), out) != ARCHIVE_OK ||
      api.write_header(writer_.get(), entry.get()) < ARCHIVE_WARN) {
    throw archive_error(writer_.get(), "write " + shown_, Code::kIo);
  }
}

void Compressor::write(std::string_view bytes) {
  if (writer_ == nullptr) {
    write_all(out_, bytes, shown_);
  } else if (archive_api().write_data(writer_.get(), bytes.data(), bytes.size()) < 0) {
    throw archive_error(writer_.get(), "write " + shown_, Code::kIo);
  }
}

void Compressor::finish() {
  if (writer_ != nullptr && archive_api().write_close(writer_.get()) != ARCHIVE_OK) {
    throw archive_error(writer_.get(), "end " + shown_, Code::kIo);
  }
}

}  // namespace gantry::tree
