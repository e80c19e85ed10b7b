// SPDX-License-Identifier: Apache-2.0
#include "plugins/storage-overlay/layer_store.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <atomic>
#include <cerrno>
#include <charconv>
#include <gantry/error.hpp>
#include <sstream>

#include "sdk/support/errno_error.h"
#include "sdk/support/file_lock.h"
#include "sdk/support/files.h"
#include "sdk/support/timestamp.h"

namespace gantry::storage_overlay {

namespace {

constexpr std::string_view kFormat = "gantry-layer 1";

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

std::string ranges_to_text(const std::vector<gantry_id_range>& ranges) {
  std::string text;
  for (const gantry_id_range& r : ranges) {
    text += " " + std::to_string(r.container) + ":" + std::to_string(r.host) + ":" +
            std::to_string(r.count);
  }
  return text;
}

gantry_id_range parse_range(const std::string& word) {
  gantry_id_range range{};
  const char* const end = word.data() + word.size();
  const auto a = std::from_chars(word.data(), end, range.container);
  if (a.ec == std::errc() && a.ptr != end && *a.ptr == ':') {
    const auto b = std::from_chars(a.ptr + 1, end, range.host);
    if (b.ec == std::errc() && b.ptr != end && *b.ptr == ':') {
      const auto c = std::from_chars(b.ptr + 1, end, range.count);
      if (c.ec == std::errc() && c.ptr == end) {
        return range;
      }
    }
  }
  throw Error(Code::kCorrupt, "bad id range \"" + word + "\"");
}

void parse_line(std::istringstream& line, LayerRecord& record) {
  std::string key;
  line >> key;
  std::string word;
  if (key == "flags") {
    line >> record.flags;
  } else if (key == "created") {
    line >> record.created_ns;
  } else if (key == "volatile") {
    record.is_volatile = true;
  } else if (key == "lower") {
    while (line >> word) {
      check_id(word);
      record.lowers.push_back(word);
    }
    return;
  } else if (key == "uids" || key == "gids") {
    while (line >> word) {
      (key == "uids" ? record.uids : record.gids).push_back(parse_range(word));
    }
    return;
  } else {
    throw Error(Code::kCorrupt, "unknown line \"" + key + "\"");
  }
  if (line.fail()) {
    throw Error(Code::kCorrupt, "bad value of \"" + key + "\"");
  }
}

LayerRecord parse_record(const std::string& text) {
  std::istringstream lines(text);
  std::string line;
  if (!std::getline(lines, line) || line != kFormat) {
    throw Error(Code::kCorrupt, "it does not begin with \"" + std::string(kFormat) + "\"");
  }
  LayerRecord record;
  bool ended = false;
  while (std::getline(lines, line)) {
    if (line == "end") {
      ended = true;
      break;
    }
    std::istringstream words(line);
    parse_line(words, record);
  }
  if (!ended) {
    throw Error(Code::kCorrupt, "it is cut short");
  }
  return record;
}

bool same_folder(int fd, const std::string& path) {
  struct stat open_st {};
  struct stat path_st {};
  return ::fstat(fd, &open_st) == 0 && ::lstat(path.c_str(), &path_st) == 0 &&
         open_st.st_ino == path_st.st_ino && open_st.st_dev == path_st.st_dev;
}

}  // namespace

void check_id(std::string_view id) {
  bool good = !id.empty() && id.size() <= 128 && is_word(id.front());
  for (const char c : id) {
    good = good && (is_word(c) || c == '_' || c == '.' || c == '-');
  }
  if (!good) {
    throw Error(Code::kInvalid, "layer id \"" + std::string(id) +
                                    "\" is not valid: it must match "
                                    "[a-zA-Z0-9][a-zA-Z0-9_.-]{0,127}");
  }
}

void write_record(int folder_fd, const LayerRecord& record, const std::string& shown) {
  std::string text(kFormat);
  text += "\nflags " + std::to_string(record.flags);
  text += "\ncreated " + std::to_string(record.created_ns);
  if (record.is_volatile) {
    text += "\nvolatile";
  }
  if (!record.lowers.empty()) {
    text += "\nlower";
    for (const std::string& id : record.lowers) {
      text += " " + id;
    }
  }
  if (!record.uids.empty() || !record.gids.empty()) {
    text += "\nuids" + ranges_to_text(record.uids) + "\ngids" + ranges_to_text(record.gids);
  }
  text += "\nend\n";
  const UniqueFd fd(
      ::openat(folder_fd, "layer", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!fd) {
    throw errno_error(errno, "write " + shown + "/layer");
  }
  write_all(fd.get(), text, shown + "/layer");
}

LayerRecord read_record(const std::string& folder, std::string_view id) {
  const std::string path = folder + "/layer";
  const std::optional<std::string> text = read_file_if_exists(path);
  if (!text) {
    throw Error(Code::kNotFound, "layer " + std::string(id) + " does not exist");
  }
  try {
    return parse_record(*text);
  } catch (const Error& e) {
    throw Error(Code::kCorrupt,
                "layer " + std::string(id) + ": " + path + " cannot be read: " + e.what() +
                    "; remove the image or container that it is of, and make that again");
  }
}

void LayerStore::make_folders() const {
  // The last one made stands for all.
  if (exists(empty())) {
    return;
  }
  // Those with an id mapping pass through; each layer's own folder keeps others out.
  make_directories(layers(), 0711);
  make_directories(staging(), 0700);
  make_directories(trash(), 0700);
  make_directories(empty(), 0755);
}

std::string LayerStore::layer(std::string_view id) const {
  check_id(id);
  return layers() + "/" + std::string(id);
}

std::string LayerStore::staged(std::string_view id) const {
  check_id(id);
  return staging() + "/" + std::string(id);
}

LayerRecord LayerStore::record(std::string_view id) const { return read_record(layer(id), id); }

UniqueFd LayerStore::lock(const std::string& folder,
                          const std::function<bool()>& cancelled) const {
  for (;;) {
    UniqueFd fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!fd) {
      if (errno == ENOENT) {
        return {};
      }
      throw errno_error(errno, "open " + folder);
    }
    wait_for_lock(fd.get(), LockMode::kExclusive, folder, usual_wait(cancelled));
    // Whoever held it may have renamed the folder away meanwhile.
    if (same_folder(fd.get(), folder)) {
      return fd;
    }
  }
}

UniqueFd LayerStore::try_lock(const std::string& folder, bool& busy) const {
  busy = false;
  UniqueFd fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!fd) {
    if (errno == ENOENT) {
      return {};
    }
    throw errno_error(errno, "open " + folder);
  }
  if (!gantry::try_lock(fd.get(), LockMode::kExclusive, folder)) {
    busy = true;
    return {};
  }
  if (!same_folder(fd.get(), folder)) {
    return {};
  }
  return fd;
}

UniqueFd LayerStore::make_staged(std::string_view id) const {
  const std::string folder = staged(id);
  const std::string taken = "layer " + std::string(id) + " already exists";
  for (;;) {
    if (::mkdir(folder.c_str(), 0700) == 0) {
      UniqueFd fd = lock(folder, nullptr);
      // A recover between the two calls may have taken the folder for a dead one's.
      if (fd) {
        return fd;
      }
      continue;
    }
    if (errno != EEXIST) {
      throw errno_error(errno, "make folder " + folder);
    }
    bool busy = false;
    const UniqueFd left = try_lock(folder, busy);
    if (busy) {
      throw Error(Code::kExists, taken + ": another process is making it");
    }
    if (left) {
      if (const auto trashed = move_to_trash(folder, id)) {
        remove_tree(*trashed);
      }
    }
  }
}

std::optional<std::string> LayerStore::move_to_trash(const std::string& folder,
                                                     std::string_view id) const {
  static std::atomic<unsigned> counter{0};
  const std::string target = trash() + "/" + std::string(id) + "." +
                             std::to_string(::getpid()) + "." + std::to_string(now_ns()) + "." +
                             std::to_string(counter.fetch_add(1));
  if (::rename(folder.c_str(), target.c_str()) == 0) {
    return target;
  }
  if (errno == ENOENT) {
    return std::nullopt;
  }
  throw errno_error(errno, "rename " + folder + " to " + target);
}

}  // namespace gantry::storage_overlay
