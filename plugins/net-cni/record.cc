// SPDX-License-Identifier: Apache-2.0
#include "plugins/net-cni/record.h"

#include "sdk/support/files.h"

namespace gantry::net_cni {

namespace fs = std::filesystem;

namespace {

Json to_json(const Record& record) {
  return {{"network", record.key.network},
          {"container", record.key.container_id},
          {"interface", record.key.interface_name},
          {"netns", record.netns_path},
          {"cniVersion", record.cni_version},
          {"args", record.args},
          {"own", record.own},
          {"v4Only", record.v4_only},
          {"disableCheck", record.disable_check},
          {"plugins", record.plugins},
          {"complete", record.complete},
          {"result", record.result}};
}

Record from_text(const std::string& text, const fs::path& path) {
  const std::string what = "network record " + path.string();
  const Json json = parse_json(text, what);
  try {
    Record record;
    record.key = {json.at("network"), json.at("container"), json.at("interface")};
    record.netns_path = json.at("netns");
    record.cni_version = json.at("cniVersion");
    record.args = json.at("args");
    record.own = json.at("own");
    record.v4_only = json.value("v4Only", false);
    record.disable_check = json.at("disableCheck");
    record.plugins = json.at("plugins").get<std::vector<Json>>();
    record.complete = json.at("complete");
    record.result = json.at("result");
    return record;
  } catch (const Json::exception& error) {
    throw Error(Code::kCorrupt, what + ": " + error.what());
  }
}

}  // namespace

fs::path RecordFolder::path_of(const RecordKey& key) const {
  return root_ / key.network / (key.container_id + "." + key.interface_name + ".json");
}

void RecordFolder::put(const Record& record) const {
  const fs::path path = path_of(record.key);
  make_directories(path.parent_path(), 0700);
  write_file(path, to_text(to_json(record)), 0600);
}

std::optional<Record> RecordFolder::find(const RecordKey& key) const {
  const fs::path path = path_of(key);
  const auto text = read_file_if_exists(path);
  if (!text) {
    return std::nullopt;
  }
  return from_text(*text, path);
}

void RecordFolder::remove(const RecordKey& key) const { remove_file(path_of(key)); }

void RecordFolder::remove_unfinished(const RecordKey& key) const {
  const fs::path path = path_of(key);
  const std::string start = path.filename().string() + ".tmp.";
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(path.parent_path(), none)) {
    if (entry.path().filename().string().starts_with(start)) {
      remove_file(entry.path());
    }
  }
}

std::vector<Record> RecordFolder::list(
    const std::string& network, const std::function<void(const std::string&)>& on_bad) const {
  std::vector<Record> records;
  const auto read_folder = [&](const fs::path& folder) {
    std::error_code error;
    for (fs::directory_iterator file(folder, error), end; !error && file != end;
         file.increment(error)) {
      if (file->path().extension() != ".json") {
        continue;
      }
      try {
        if (const auto text = read_file_if_exists(file->path())) {
          records.push_back(from_text(*text, file->path()));
        }
      } catch (const Error& bad) {
        on_bad(bad.what());
      }
    }
  };
  if (!network.empty()) {
    read_folder(root_ / network);
    return records;
  }
  std::error_code error;
  for (fs::directory_iterator folder(root_, error), end; !error && folder != end;
       folder.increment(error)) {
    read_folder(folder->path());
  }
  return records;
}

}  // namespace gantry::net_cni
