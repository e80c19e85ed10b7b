// SPDX-License-Identifier: Apache-2.0
#include "tests/fakes/fake_state_store.h"
#include "tests/unit/store/backend.h"

namespace gantry::store {

std::unique_ptr<ports::StateStore> make_backend() {
  return std::make_unique<fakes::FakeStateStore>();
}

}  // namespace gantry::store
