// SPDX-License-Identifier: Apache-2.0
#include "sdk/support/errno_error.h"

#include <cerrno>
#include <system_error>

namespace gantry {

Code code_of_errno(int err) noexcept {
  switch (err) {
    case ENOENT:
    case ESRCH:
      return Code::kNotFound;
    case EEXIST:
    case ENOTEMPTY:
      return Code::kExists;
    case EBUSY:
    case ETXTBSY:
      return Code::kBusy;
    case EINVAL:
    case ENOTDIR:
    case EISDIR:
    case ENAMETOOLONG:
    case ELOOP:
      return Code::kInvalid;
    case ENOSYS:
    case EOPNOTSUPP:
      return Code::kUnsupported;
    case EACCES:
    case EPERM:
    case EROFS:
      return Code::kPermission;
    case ENOSPC:
    case EDQUOT:
      return Code::kNoSpace;
    case ETIMEDOUT:
      return Code::kTimeout;
    case ECANCELED:
      return Code::kCancelled;
    default:
      return Code::kIo;
  }
}

Error errno_error(int err, const std::string& doing) {
  return {code_of_errno(err), doing + ": " + std::generic_category().message(err)};
}

}  // namespace gantry
