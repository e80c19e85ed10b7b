// SPDX-License-Identifier: Apache-2.0
//
// A shared library that is opened when it is first needed, so that commands which never
// need it do not pay for loading it. Once open it stays open until the process ends.
// Immutable after construction; any thread may ask for symbols. Failures are kUnsupported
// and name the library and the remedy.
#pragma once

#include <dlfcn.h>

#include <gantry/error.hpp>

#include <string>
#include <utility>

namespace gantry {

class LazyLibrary {
 public:
  // soname as the loader knows it, such as "libarchive.so.13".
  explicit LazyLibrary(std::string soname)
      : soname_(std::move(soname)),
        handle_(::dlopen(soname_.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE)) {
    if (handle_ == nullptr) {
      throw Error(Code::kUnsupported, "open library " + soname_ + ": " + last_error() +
                                          "; install the package that provides it");
    }
  }
  LazyLibrary(const LazyLibrary&) = delete;
  LazyLibrary& operator=(const LazyLibrary&) = delete;
  ~LazyLibrary() = default;

  // Function is a pointer to a function type, as in
  // symbol<decltype(&::archive_read_new)>("archive_read_new").
  template <typename Function>
  [[nodiscard]] Function symbol(const char* name) const {
    void* address = ::dlsym(handle_, name);
    if (address == nullptr) {
      throw Error(Code::kUnsupported, "library " + soname_ + " has no function " + name +
                                          "; install a newer version of it");
    }
    return reinterpret_cast<Function>(address);
  }

 private:
  [[nodiscard]] static std::string last_error() {
    const char* text = ::dlerror();
    return text != nullptr ? text : "unknown reason";
  }

  std::string soname_;
  void* handle_;
};

}  // namespace gantry
