// SPDX-License-Identifier: Apache-2.0
#include "core/store/store.h"

#include <algorithm>
#include <chrono>

#include "core/model/ids.h"
#include "core/store/keys.h"

namespace gantry::store {

namespace {

// Long enough for any queue of short transactions, short enough that nobody thinks it hung.
constexpr std::chrono::seconds kPatience{30};

// Reads one JSON record into its type.
template <typename T>
T decode(std::string_view text, const std::string& what) {
  const Json json = parse_json(text, what);
  if (!json.is_object()) {
    throw Error(Code::kCorrupt, what + " is damaged: it is not an object");
  }
  try {
    return json.get<T>();
  } catch (const Json::exception& e) {
    throw Error(Code::kCorrupt, what + " is damaged: " + e.what());
  }
}

template <typename T>
std::optional<T> find(ports::StateTransaction& txn, const std::string& name) {
  const std::optional<std::string> text = txn.get(name);
  if (!text) {
    return std::nullopt;
  }
  return decode<T>(*text, "record " + name);
}

template <typename T>
std::vector<T> all(ports::StateTransaction& txn, std::string_view prefix) {
  std::vector<T> found;
  txn.scan(prefix, end_of(prefix), [&](std::string_view name, std::string_view text) {
    found.push_back(decode<T>(text, "record " + std::string(name)));
    return true;
  });
  return found;
}

// The parts of the keys behind prefix + start, at most limit.
std::vector<std::string> names_after(ports::StateTransaction& txn, std::string_view prefix,
                                     const std::string& start, std::size_t limit) {
  std::vector<std::string> names;
  const std::string first = key(prefix, start);
  txn.scan(first, end_of(first), [&](std::string_view name, std::string_view) {
    names.emplace_back(name.substr(prefix.size()));
    return names.size() < limit;
  });
  return names;
}

template <typename T>
void put(ports::StateTransaction& txn, std::string_view prefix, const std::string& name,
         const T& value) {
  txn.put(key(prefix, name), to_text(Json(value)));
}

void require_this_schema(ports::StateTransaction& txn) {
  const std::optional<std::string> version = txn.get(kSchemaKey);
  if (version && *version != std::to_string(kSchemaVersion)) {
    throw Error(Code::kUnsupported,
                "the state store has schema " + *version + ", this gantry knows schema " +
                    std::to_string(kSchemaVersion) + "; use the gantry that wrote it");
  }
}

}  // namespace

std::unique_ptr<ports::StateTransaction> Store::begin(ports::TransactionMode mode) const {
  auto txn = backend_.begin(mode, std::chrono::milliseconds(kPatience));
  require_this_schema(*txn);
  if (mode == ports::TransactionMode::kExclusive && !txn->get(kSchemaKey)) {
    txn->put(kSchemaKey, std::to_string(kSchemaVersion));
    txn->put(kIdKey, model::random_id());
  }
  return txn;
}

std::string Store::id() const {
  const std::lock_guard alone(alone_);
  const auto txn = begin(ports::TransactionMode::kRead);
  return txn->get(kIdKey).value_or("");
}

std::optional<model::ContainerConfig> Reader::find_container(const std::string& id) const {
  return find<model::ContainerConfig>(txn_, key(kContainerConfig, id));
}

std::optional<model::ContainerState> Reader::find_state(const std::string& id) const {
  return find<model::ContainerState>(txn_, key(kContainerState, id));
}

std::optional<model::ContainerBrief> Reader::find_brief(const std::string& id) const {
  return find<model::ContainerBrief>(txn_, key(kContainerBrief, id));
}

std::vector<ContainerRow> Reader::containers() const {
  std::vector<ContainerRow> rows;
  for (model::ContainerBrief& brief : all<model::ContainerBrief>(txn_, kContainerBrief)) {
    rows.push_back({std::move(brief), {}});
  }
  // Both prefixes are ordered by id, so the states are merged in one pass.
  auto row = rows.begin();
  txn_.scan(kContainerState, end_of(kContainerState),
            [&](std::string_view name, std::string_view text) {
              const std::string_view id = name.substr(kContainerState.size());
              while (row != rows.end() && row->brief.id < id) {
                ++row;
              }
              if (row != rows.end() && row->brief.id == id) {
                row->state = decode<model::ContainerState>(text, "record " + std::string(name));
              }
              return true;
            });
  std::stable_sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) {
    return a.brief.created_ns < b.brief.created_ns;
  });
  return rows;
}

std::optional<std::string> Reader::container_by_name(const std::string& name) const {
  return txn_.get(key(kContainerName, name));
}

std::string Reader::resolve_container(const std::string& name_or_id) const {
  if (name_or_id.empty()) {
    throw Error(Code::kInvalid, "name or ID cannot be empty");
  }
  if (model::is_full_id(name_or_id) && txn_.get(key(kContainerBrief, name_or_id))) {
    return name_or_id;
  }
  if (std::optional<std::string> id = container_by_name(name_or_id)) {
    return *id;
  }
  if (model::is_id_prefix(name_or_id)) {
    std::vector<std::string> ids = names_after(txn_, kContainerBrief, name_or_id, 2);
    if (ids.size() > 1) {
      throw Error(Code::kInvalid, "more than one result for container ID " + name_or_id +
                                      ": give more digits of it");
    }
    if (!ids.empty()) {
      return ids.front();
    }
  }
  throw Error(Code::kNotFound,
              "no container with name or ID \"" + name_or_id + "\" found: no such container");
}

std::vector<model::ExecSession> Reader::exec_sessions(const std::string& id) const {
  return all<model::ExecSession>(txn_, key(kExec, id + "/"));
}

std::optional<model::ExecSession> Reader::find_exec(const std::string& container,
                                                    const std::string& exec) const {
  return find<model::ExecSession>(txn_, key(kExec, container + "/" + exec));
}

std::optional<model::Image> Reader::find_image(const std::string& id) const {
  return find<model::Image>(txn_, key(kImageRecord, id));
}

std::optional<std::string> Reader::image_by_name(const std::string& reference) const {
  return txn_.get(key(kImageName, reference));
}

std::vector<model::Image> Reader::images() const {
  return all<model::Image>(txn_, kImageRecord);
}

std::vector<std::string> Reader::image_ids(const std::string& prefix) const {
  return names_after(txn_, kImageRecord, prefix, SIZE_MAX);
}

std::vector<std::pair<std::string, std::string>> Reader::image_names() const {
  std::vector<std::pair<std::string, std::string>> names;
  txn_.scan(kImageName, end_of(kImageName), [&](std::string_view name, std::string_view id) {
    names.emplace_back(name.substr(kImageName.size()), id);
    return true;
  });
  return names;
}

std::optional<model::Volume> Reader::find_volume(const std::string& name) const {
  return find<model::Volume>(txn_, key(kVolumeRecord, name));
}

std::vector<model::Volume> Reader::volumes() const {
  return all<model::Volume>(txn_, kVolumeRecord);
}

std::vector<model::Secret> Reader::secrets() const {
  return all<model::Secret>(txn_, kSecretRecord);
}

// A name, a whole id, or the beginning of one alone.
std::optional<model::Secret> Reader::find_secret(const std::string& name_or_id) const {
  std::optional<model::Secret> by_prefix;
  for (model::Secret& secret : secrets()) {
    if (secret.name == name_or_id || secret.id == name_or_id) {
      return std::move(secret);
    }
    if (!name_or_id.empty() && secret.id.starts_with(name_or_id)) {
      if (by_prefix) {
        throw Error(Code::kInvalid, "more than one result secret with prefix " + name_or_id +
                                        ": secret is ambiguous");
      }
      by_prefix = std::move(secret);
    }
  }
  return by_prefix;
}

std::vector<std::string> Reader::volume_users(const std::string& name) const {
  std::vector<std::string> users = names_after(txn_, kVolumeUse, name + "/", SIZE_MAX);
  for (std::string& user : users) {
    user.erase(0, name.size() + 1);
  }
  return users;
}

void Writer::create_container(const model::ContainerConfig& config,
                              const model::ContainerState& state) {
  if (const std::optional<std::string> owner = container_by_name(config.name)) {
    throw Error(Code::kExists,
                "creating container storage: the container name \"" + config.name +
                    "\" is already in use by " + *owner +
                    ". You have to remove that container to be able to reuse that name: that "
                    "name is already in use");
  }
  txn_.put(key(kContainerName, config.name), config.id);
  put(txn_, kContainerConfig, config.id, config);
  put(txn_, kContainerBrief, config.id, model::brief_of(config));
  put(txn_, kContainerState, config.id, state);
}

void Writer::put_state(const std::string& id, const model::ContainerState& state) {
  put(txn_, kContainerState, id, state);
}

void Writer::update_container(const model::ContainerConfig& config) {
  const std::optional<model::ContainerBrief> old = find_brief(config.id);
  if (!old) {
    throw Error(Code::kNotFound, "no container with ID " + config.id + ": no such container");
  }
  if (old->name != config.name) {
    if (const std::optional<std::string> owner = container_by_name(config.name)) {
      throw Error(Code::kExists, "name \"" + config.name + "\" is already in use by " + *owner +
                                     ": that name is already in use");
    }
    txn_.del(key(kContainerName, old->name));
    txn_.put(key(kContainerName, config.name), config.id);
  }
  put(txn_, kContainerConfig, config.id, config);
  put(txn_, kContainerBrief, config.id, model::brief_of(config));
}

void Writer::remove_container(const std::string& id) {
  if (const std::optional<model::ContainerBrief> brief = find_brief(id)) {
    txn_.del(key(kContainerName, brief->name));
  }
  txn_.del(key(kContainerConfig, id));
  txn_.del(key(kContainerBrief, id));
  txn_.del(key(kContainerState, id));
  for (const model::ExecSession& session : exec_sessions(id)) {
    remove_exec(id, session.id);
  }
}

void Writer::put_exec(const model::ExecSession& session) {
  put(txn_, kExec, session.container_id + "/" + session.id, session);
}

void Writer::remove_exec(const std::string& container, const std::string& exec) {
  txn_.del(key(kExec, container + "/" + exec));
}

void Writer::put_image(const model::Image& image) { put(txn_, kImageRecord, image.id, image); }

void Writer::tag_image(const std::string& id, const std::string& reference) {
  untag_image(reference);
  std::optional<model::Image> image = find_image(id);
  if (!image) {
    throw Error(Code::kNotFound, id + ": image not known");
  }
  image->names.push_back(reference);
  put_image(*image);
  txn_.put(key(kImageName, reference), id);
}

void Writer::untag_image(const std::string& reference) {
  const std::optional<std::string> id = image_by_name(reference);
  if (!id) {
    return;
  }
  txn_.del(key(kImageName, reference));
  if (std::optional<model::Image> image = find_image(*id)) {
    std::erase(image->names, reference);
    put_image(*image);
  }
}

void Writer::remove_image(const std::string& id) {
  if (const std::optional<model::Image> image = find_image(id)) {
    for (const std::string& name : image->names) {
      txn_.del(key(kImageName, name));
    }
  }
  txn_.del(key(kImageRecord, id));
}

void Writer::create_volume(const model::Volume& volume) {
  if (find_volume(volume.name)) {
    throw Error(Code::kExists,
                "volume with name " + volume.name + " already exists: volume already exists");
  }
  put_volume(volume);
}

void Writer::put_volume(const model::Volume& volume) {
  put(txn_, kVolumeRecord, volume.name, volume);
}

void Writer::remove_volume(const std::string& name) { txn_.del(key(kVolumeRecord, name)); }

void Writer::claim_volume(const std::string& name, const std::string& container) {
  txn_.put(key(kVolumeUse, name + "/" + container), "");
}

void Writer::release_volume(const std::string& name, const std::string& container) {
  txn_.del(key(kVolumeUse, name + "/" + container));
}

void Writer::create_secret(const model::Secret& secret) {
  for (const model::Secret& other : secrets()) {
    if (other.name == secret.name) {
      throw Error(Code::kExists, secret.name + ": secret name in use");
    }
  }
  put(txn_, kSecretRecord, secret.id, secret);
}

void Writer::remove_secret(const std::string& id) { txn_.del(key(kSecretRecord, id)); }

}  // namespace gantry::store
