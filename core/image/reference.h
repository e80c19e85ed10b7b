// SPDX-License-Identifier: Apache-2.0
//
// Image references: "registry/path:tag@digest", in the grammar of the distribution project,
// with docker's defaults. Pure; any thread. Malformed text is kInvalid in podman's words.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace gantry::image {

struct Reference {
  std::string domain;  // "docker.io", "localhost:5000"; never empty once normalized
  std::string path;    // "library/alpine"
  std::string tag;     // may be empty
  std::string digest;  // "sha256:…", may be empty

  [[nodiscard]] std::string repository() const;  // domain/path
  [[nodiscard]] std::string text() const;        // all that is set
  friend bool operator==(const Reference&, const Reference&) = default;
};

// As written: no domain is made up. "alpine" has domain "" and path "alpine".
[[nodiscard]] Reference parse_reference(std::string_view text);

// As docker reads it: docker.io and library/ filled in, tag "latest" when there is neither
// tag nor digest.
[[nodiscard]] Reference normalize(std::string_view text);

// As podman names what it makes itself: a short name belongs to localhost, not docker.io.
[[nodiscard]] Reference normalize_local(std::string_view text);

// Whether a registry has to be guessed for it.
[[nodiscard]] bool is_short_name(std::string_view text);

// "sha256:" and 64 lower-case hex digits; no other algorithm is accepted.
[[nodiscard]] bool is_digest(std::string_view text);
// The hex digits of a digest; kInvalid names what when it is malformed.
[[nodiscard]] std::string digest_hex(std::string_view digest, const std::string& what);

// Fully qualified names that a name may stand for among local images, most likely first:
// as podman resolves, with localhost before the search registries.
[[nodiscard]] std::vector<std::string> local_candidates(
    std::string_view name, const std::vector<std::string>& search_registries = {"docker.io"});

}  // namespace gantry::image
