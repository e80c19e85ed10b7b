// SPDX-License-Identifier: Apache-2.0
//
// Faults and power cuts under core/store, on the fake, which knows how.
#include <gmock/gmock.h>

#include "core/store/store.h"
#include "tests/fakes/fake_state_store.h"

namespace gantry::store {
namespace {

using fakes::FakeStateStore;
using ports::Durability;

model::ContainerConfig container(char digit, const std::string& name) {
  model::ContainerConfig config;
  config.id = std::string(64, digit);
  config.name = name;
  return config;
}

void change_much(Store& store) {
  store.write(Durability::kDurable, [](Writer& w) {
    w.create_container(container('b', "new"), {});
    w.update_container(container('a', "renamed"));
    w.claim_volume("data", std::string(64, 'b'));
  });
}

TEST(StoreFaults, FailingAtAnyCallLeavesAllOrNothingAndARetrySucceeds) {
  for (int nth = 1;; ++nth) {
    FakeStateStore backend;
    Store store(backend);
    store.write(Durability::kDurable,
                [](Writer& w) { w.create_container(container('a', "old"), {}); });
    const FakeStateStore::Rows before = backend.rows();
    int calls = 0;
    backend.set_hook([&](std::string_view operation, std::string_view) {
      if (++calls == nth) {
        throw Error(Code::kIo, "injected in " + std::string(operation));
      }
    });
    bool failed = false;
    try {
      change_much(store);
    } catch (const Error& e) {
      EXPECT_EQ(e.code(), Code::kIo);
      failed = true;
    }
    backend.set_hook(nullptr);
    if (!failed) {
      EXPECT_GT(nth, 8);
      break;
    }
    EXPECT_EQ(backend.rows(), before) << "call " << nth;
    change_much(store);
    EXPECT_EQ(store.read([](const Reader& r) { return r.resolve_container("renamed"); }),
              std::string(64, 'a'));
  }
}

TEST(StoreFaults, PowerCutKeepsTheDurable) {
  FakeStateStore backend;
  Store store(backend);
  store.write(Durability::kDurable,
              [](Writer& w) { w.create_container(container('a', "web"), {}); });
  store.write(Durability::kRelaxed, [](Writer& w) {
    model::ContainerState state;
    state.pid = 7;
    w.put_state(std::string(64, 'a'), state);
  });
  backend.lose_power();
  const auto state =
      store.read([](const Reader& r) { return r.find_state(std::string(64, 'a')); });
  ASSERT_TRUE(state);
  EXPECT_EQ(state->pid, 0);
}

TEST(StoreFaults, OneCallIsOneTransaction) {
  FakeStateStore backend;
  Store store(backend);
  store.write(Durability::kDurable,
              [](Writer& w) { w.create_container(container('a', "old"), {}); });
  change_much(store);
  EXPECT_EQ(backend.transactions(), 2);
  EXPECT_EQ(backend.durable_commits(), 2);
  EXPECT_EQ(backend.relaxed_commits(), 0);
}

}  // namespace
}  // namespace gantry::store
