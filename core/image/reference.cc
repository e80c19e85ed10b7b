// SPDX-License-Identifier: Apache-2.0
#include "core/image/reference.h"

#include <gantry/error.hpp>

#include <algorithm>

#include "core/model/ids.h"

namespace gantry::image {

namespace {

constexpr std::string_view kDockerDomain = "docker.io";
constexpr std::string_view kLibrary = "library/";
constexpr std::size_t kMaxName = 255;
constexpr std::size_t kMaxTag = 128;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_alnum(char c) { return is_digit(c) || is_lower(c) || is_upper(c); }

Error invalid(const std::string& detail = "") {
  return {Code::kInvalid,
          detail.empty() ? "invalid reference format" : "invalid reference format: " + detail};
}

// alphanumerics joined by one '.', one or two '_', or any number of '-'.
bool is_path_component(std::string_view text) {
  std::size_t i = 0;
  const auto word = [&] {
    const std::size_t start = i;
    while (i < text.size() && (is_lower(text[i]) || is_digit(text[i]))) {
      ++i;
    }
    return i > start;
  };
  if (!word()) {
    return false;
  }
  while (i < text.size()) {
    const char c = text[i];
    std::size_t run = 0;
    while (i < text.size() && text[i] == c) {
      ++i;
      ++run;
    }
    const bool joined = (c == '.' && run == 1) || (c == '_' && run <= 2) || c == '-';
    if (!joined || !word()) {
      return false;
    }
  }
  return true;
}

bool is_path(std::string_view text) {
  for (std::size_t start = 0;;) {
    const std::size_t slash = text.find('/', start);
    if (!is_path_component(text.substr(start, slash - start))) {
      return false;
    }
    if (slash == std::string_view::npos) {
      return true;
    }
    start = slash + 1;
  }
}

bool is_port(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}

bool is_host(std::string_view text) {
  if (text.size() > 2 && text.front() == '[' && text.back() == ']') {  // IPv6
    const std::string_view inner = text.substr(1, text.size() - 2);
    return std::all_of(inner.begin(), inner.end(), [](char c) {
      return is_digit(c) || c == ':' || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    });
  }
  for (std::size_t start = 0;;) {
    const std::size_t dot = text.find('.', start);
    const std::string_view label = text.substr(start, dot - start);
    if (label.empty() || label.front() == '-' || label.back() == '-' ||
        !std::all_of(label.begin(), label.end(),
                     [](char c) { return is_alnum(c) || c == '-'; })) {
      return false;
    }
    if (dot == std::string_view::npos) {
      return true;
    }
    start = dot + 1;
  }
}

bool is_domain(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  const std::size_t bracket = text.rfind(']');
  if (colon != std::string_view::npos &&
      (bracket == std::string_view::npos || colon > bracket)) {
    return is_host(text.substr(0, colon)) && is_port(text.substr(colon + 1));
  }
  return is_host(text);
}

bool is_tag(std::string_view text) {
  return !text.empty() && text.size() <= kMaxTag && (is_alnum(text[0]) || text[0] == '_') &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return is_alnum(c) || c == '_' || c == '.' || c == '-'; });
}

// Docker's rule for telling a registry from the first part of a path.
bool looks_like_domain(std::string_view first) {
  return first.find_first_of(".:") != std::string_view::npos || first == "localhost" ||
         std::any_of(first.begin(), first.end(), is_upper);
}

void fill_defaults(Reference& reference, std::string_view domain) {
  if (reference.domain.empty()) {
    reference.domain = domain;
  }
  if (reference.domain == "index.docker.io") {
    reference.domain = kDockerDomain;
  }
  if (reference.domain == kDockerDomain && reference.path.find('/') == std::string::npos) {
    reference.path.insert(0, kLibrary);
  }
  if (reference.tag.empty() && reference.digest.empty()) {
    reference.tag = "latest";
  }
}

}  // namespace

std::string Reference::repository() const {
  return domain.empty() ? path : domain + "/" + path;
}

std::string Reference::text() const {
  std::string all = repository();
  if (!tag.empty()) {
    all += ":" + tag;
  }
  if (!digest.empty()) {
    all += "@" + digest;
  }
  return all;
}

Reference parse_reference(std::string_view text) {
  Reference reference;
  if (const std::size_t at = text.find('@'); at != std::string_view::npos) {
    reference.digest = text.substr(at + 1);
    if (!is_digest(reference.digest)) {
      throw invalid();
    }
    text = text.substr(0, at);
  }
  const std::size_t slash = text.rfind('/');
  const std::size_t colon = text.rfind(':');
  if (colon != std::string_view::npos && (slash == std::string_view::npos || colon > slash)) {
    reference.tag = text.substr(colon + 1);
    if (!is_tag(reference.tag)) {
      throw invalid();
    }
    text = text.substr(0, colon);
  }
  if (model::is_full_id(text)) {
    throw Error(Code::kInvalid, "invalid repository name (" + std::string(text) +
                                    "), cannot specify 64-byte hexadecimal strings");
  }
  const std::size_t first = text.find('/');
  if (first != std::string_view::npos && looks_like_domain(text.substr(0, first))) {
    reference.domain = text.substr(0, first);
    text = text.substr(first + 1);
    if (!is_domain(reference.domain)) {
      throw invalid();
    }
  }
  if (!is_path(text)) {
    throw std::any_of(text.begin(), text.end(), is_upper)
        ? invalid("repository name must be lowercase")
        : invalid();
  }
  reference.path = text;
  if (reference.repository().size() > kMaxName) {
    throw Error(Code::kInvalid, "repository name must not be more than 255 characters");
  }
  return reference;
}

Reference normalize(std::string_view text) {
  Reference reference = parse_reference(text);
  fill_defaults(reference, kDockerDomain);
  return reference;
}

Reference normalize_local(std::string_view text) {
  Reference reference = parse_reference(text);
  fill_defaults(reference, "localhost");
  return reference;
}

bool is_short_name(std::string_view text) { return parse_reference(text).domain.empty(); }

bool is_digest(std::string_view text) {
  constexpr std::string_view kPrefix = "sha256:";
  return text.starts_with(kPrefix) && text.size() == kPrefix.size() + 64 &&
         std::all_of(text.begin() + kPrefix.size(), text.end(),
                     [](char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); });
}

std::string digest_hex(std::string_view digest, const std::string& what) {
  if (!is_digest(digest)) {
    throw Error(Code::kInvalid, what + ": \"" + std::string(digest.substr(0, 128)) +
                                    "\" is not a sha256 digest");
  }
  return std::string(digest.substr(digest.find(':') + 1));
}

std::vector<std::string> local_candidates(std::string_view name,
                                          const std::vector<std::string>& search_registries) {
  const Reference reference = parse_reference(name);
  if (!reference.domain.empty()) {
    return {normalize(name).text()};
  }
  std::vector<std::string> candidates = {normalize_local(name).text()};
  for (const std::string& registry : search_registries) {
    Reference candidate = reference;
    candidate.domain = registry;
    fill_defaults(candidate, registry);
    candidates.push_back(candidate.text());
  }
  return candidates;
}

}  // namespace gantry::image
