// SPDX-License-Identifier: Apache-2.0
#include "core/secrets/secrets.h"

#include <fcntl.h>

#include <algorithm>
#include <cctype>
#include <set>

#include "core/model/ids.h"
#include "sdk/support/file_lock.h"
#include "sdk/support/files.h"
#include "sdk/support/uncancelled.h"

namespace gantry::secrets {

namespace fs = std::filesystem;

namespace {

// As long as podman's, so that both fit the same columns.
constexpr std::size_t kIdLength = 25;

bool is_alphanumeric(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; }

// Keeps writers of the folder apart: while held, a file without a record is nobody's.
UniqueFd hold(const fs::path& folder, const std::function<bool()>& cancelled) {
  make_directories(folder, 0700);
  UniqueFd fd = open_file(folder, O_RDONLY | O_DIRECTORY);
  wait_for_lock(fd.get(), LockMode::kExclusive, folder, usual_wait(cancelled));
  return fd;
}

Error missing(const std::string& name) {
  return {Code::kNotFound, "no secret with name or id \"" + name + "\": no such secret"};
}

}  // namespace

void require_valid_secret_name(const std::string& name) {
  const bool fits = !name.empty() && name.size() <= 64 && is_alphanumeric(name.front()) &&
                    is_alphanumeric(name.back()) &&
                    std::all_of(name.begin(), name.end(), [](char c) {
                      return is_alphanumeric(c) || c == '-' || c == '_' || c == '.';
                    });
  if (!fits) {
    throw Error(Code::kInvalid,
                "only 64 [a-zA-Z0-9-_.] characters allowed, and the start and "
                "end character must be [a-zA-Z0-9]: invalid secret name \"" +
                    name + "\"");
  }
}

std::vector<std::string> Secrets::list_orphans() const {
  std::set<std::string> known;
  for (const model::Secret& secret : list()) {
    known.insert(secret.id);
  }
  std::vector<std::string> files;
  std::error_code gone;
  for (const auto& entry : fs::directory_iterator(folder_, gone)) {
    if (const std::string name = entry.path().filename(); !known.contains(name)) {
      files.push_back(name);
    }
  }
  return files;
}

// A commit that failed may have come through all the same.
void Secrets::drop_unrecorded(const std::string& id) const noexcept {
  try {
    if (!store_.read([&](const store::Reader& reader) { return reader.find_secret(id); })) {
      remove_file(folder_ / id);
    }
  } catch (const std::exception&) {  // system check finds it
  }
}

std::vector<std::string> Secrets::orphans() const {
  if (!gantry::exists(folder_)) {
    return {};
  }
  const UniqueFd held = hold(folder_, cancelled_);
  return list_orphans();
}

void Secrets::drop_orphans() const {
  const UniqueFd held = hold(folder_, cancelled_);
  for (const std::string& file : list_orphans()) {
    remove_file(folder_ / file);
  }
}

std::string Secrets::create(const NewSecret& request) {
  require_valid_secret_name(request.name);
  if (request.driver != "file") {
    throw Error(Code::kUnsupported,
                "invalid driver: " + request.driver + ": the one secret driver is \"file\"");
  }
  if (request.data.empty() || request.data.size() >= kMaxSize) {
    throw Error(Code::kInvalid, "secret data must be larger than 0 and less than 512000 bytes");
  }
  model::Secret secret;
  secret.id = model::random_id().substr(0, kIdLength);
  secret.name = request.name;
  secret.driver_options = request.driver_options;
  secret.labels = request.labels;
  secret.created_ns = request.created_ns;
  secret.updated_ns = request.created_ns;
  const UniqueFd held = hold(folder_, cancelled_);
  write_file(folder_ / secret.id, request.data, 0600, Sync::kFile);
  try {
    store_.write(ports::Durability::kDurable,
                 [&](store::Writer& writer) { writer.create_secret(secret); });
  } catch (const Error& e) {
    // What was cancelled did not come through, and the store answers nothing more.
    if (e.code() == Code::kCancelled) {
      remove_file(folder_ / secret.id);
    } else {
      drop_unrecorded(secret.id);
    }
    throw;
  }
  return secret.id;
}

std::vector<model::Secret> Secrets::list() const {
  return store_.read([](const store::Reader& reader) { return reader.secrets(); });
}

model::Secret Secrets::inspect(const std::string& name_or_id) const {
  auto found =
      store_.read([&](const store::Reader& reader) { return reader.find_secret(name_or_id); });
  if (!found) {
    throw missing(name_or_id);
  }
  return std::move(*found);
}

std::string Secrets::remove(const std::string& name_or_id) {
  const UniqueFd held = hold(folder_, cancelled_);
  const model::Secret secret = inspect(name_or_id);
  store_.write(ports::Durability::kDurable,
               [&](store::Writer& writer) { writer.remove_secret(secret.id); });
  remove_file(folder_ / secret.id);
  return secret.id;
}

std::string Secrets::data(const std::string& id) const {
  const auto text = read_file_if_exists(folder_ / id);
  if (!text) {
    throw missing(id);
  }
  return *text;
}

}  // namespace gantry::secrets
