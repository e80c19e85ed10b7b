// SPDX-License-Identifier: Apache-2.0
#include "core/image/tar_writer.h"

#include <gantry/error.hpp>

#include <numeric>

namespace gantry::image {

namespace {

constexpr std::size_t kBlock = 512;

// width - 1 octal digits and a NUL, or base 256 for what does not fit.
std::string number(std::uint64_t value, std::size_t width) {
  std::string text(width, '\0');
  if (value >> (3 * (width - 1)) != 0) {
    for (std::size_t i = width; i-- > 1; value >>= 8U) {
      text[i] = static_cast<char>(value & 0xffU);
    }
    text[0] = '\x80';
    return text;
  }
  for (std::size_t i = width - 1; i-- > 0; value >>= 3U) {
    text[i] = static_cast<char>('0' + (value & 7U));
  }
  return text;
}

}  // namespace

void TarWriter::header(const std::string& name, std::uint64_t size, char type) {
  if (name.size() > 100) {
    throw Error(Code::kInternal, "archive member name is too long: " + name);
  }
  std::string block(kBlock, '\0');
  const auto put = [&](std::size_t at, std::string_view text) {
    block.replace(at, text.size(), text);
  };
  put(0, name);
  put(100, number(type == '5' ? 0755 : 0644, 8));
  put(108, number(0, 8));
  put(116, number(0, 8));
  put(124, number(size, 12));
  put(136, number(0, 12));
  put(148, "        ");
  block[156] = type;
  put(257, std::string_view("ustar\0"
                            "00",
                            8));
  const unsigned sum = std::accumulate(
      block.begin(), block.end(), 0U,
      [](unsigned all, char byte) { return all + static_cast<unsigned char>(byte); });
  put(148, number(sum, 7));
  block[155] = ' ';
  write_(block);
}

void TarWriter::folder(const std::string& name) { header(name + "/", 0, '5'); }

void TarWriter::file(const std::string& name, std::string_view bytes) {
  begin_file(name, bytes.size());
  content(bytes);
  end_file();
}

void TarWriter::begin_file(const std::string& name, std::uint64_t size) {
  header(name, size, '0');
  size_ = size;
  written_ = 0;
}

void TarWriter::content(std::string_view bytes) {
  written_ += bytes.size();
  write_(bytes);
}

void TarWriter::end_file() {
  if (written_ != size_) {
    throw Error(Code::kInternal, "archive member has " + std::to_string(written_) + " bytes, " +
                                     std::to_string(size_) + " were announced");
  }
  if (const std::size_t rest = size_ % kBlock; rest != 0) {
    write_(std::string(kBlock - rest, '\0'));
  }
}

void TarWriter::finish() { write_(std::string(2 * kBlock, '\0')); }

}  // namespace gantry::image
