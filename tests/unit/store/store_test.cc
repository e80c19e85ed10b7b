// SPDX-License-Identifier: Apache-2.0
#include "core/store/store.h"

#include <gmock/gmock.h>

#include <functional>

#include "core/store/keys.h"
#include "tests/unit/store/backend.h"

namespace gantry::store {
namespace {

using ports::Durability;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

std::string id_of(char digit) { return std::string(64, digit); }

model::ContainerConfig container(const std::string& id, const std::string& name,
                                 std::int64_t created_ns = 1) {
  model::ContainerConfig config;
  config.id = id;
  config.name = name;
  config.created_ns = created_ns;
  config.image_name = "docker.io/library/busybox:latest";
  config.process.entrypoint = {"/bin/sh"};
  config.process.command = {"-c", "true"};
  config.labels = {{"tier", "web"}};
  return config;
}

class StoreTest : public ::testing::Test {
 protected:
  void write(const std::function<void(Writer&)>& f) { store_.write(Durability::kRelaxed, f); }
  void create(const model::ContainerConfig& config) {
    write([&](Writer& w) { w.create_container(config, {}); });
  }
  template <typename F>
  std::string refusal(Code code, F&& f) {
    try {
      (void)f();
    } catch (const Error& e) {
      EXPECT_EQ(e.code(), code) << e.what();
      return e.what();
    }
    ADD_FAILURE() << "nothing was thrown";
    return {};
  }
  std::string resolve(const std::string& name) {
    return store_.read([&](const Reader& r) { return r.resolve_container(name); });
  }
  // Every key there is.
  std::vector<std::string> keys() {
    std::vector<std::string> found;
    const auto txn = backend_->begin(ports::TransactionMode::kRead, std::chrono::seconds(1));
    txn->scan("", "", [&](std::string_view key, std::string_view) {
      found.emplace_back(key);
      return true;
    });
    return found;
  }
  void put_raw(const std::string& key, const std::string& value) {
    const auto txn =
        backend_->begin(ports::TransactionMode::kExclusive, std::chrono::seconds(1));
    txn->put(key, value);
    txn->commit(Durability::kRelaxed);
  }

  std::unique_ptr<ports::StateStore> backend_ = make_backend();
  Store store_{*backend_};
};

TEST_F(StoreTest, EmptyStoreAnswersNothing) {
  store_.read([](const Reader& r) {
    EXPECT_THAT(r.containers(), IsEmpty());
    EXPECT_THAT(r.images(), IsEmpty());
    EXPECT_THAT(r.volumes(), IsEmpty());
    EXPECT_FALSE(r.find_container(id_of('a')));
    EXPECT_FALSE(r.find_state(id_of('a')));
    EXPECT_FALSE(r.find_brief(id_of('a')));
    EXPECT_FALSE(r.container_by_name("web"));
  });
  EXPECT_THAT(keys(), IsEmpty());
}

TEST_F(StoreTest, ContainerIsReadBackWhole) {
  model::ContainerConfig config = container(id_of('a'), "web", 42);
  config.mounts.emplace_back().destination = "/data";
  config.annotations = {{"bytes", "caf\xc3\xa9"}};
  model::ContainerState state;
  state.status = model::Status::kCreating;
  state.network_status = {{"podman", {{"ip", "10.88.0.2"}}}};
  write([&](Writer& w) { w.create_container(config, state); });
  store_.read([&](const Reader& r) {
    EXPECT_EQ(Json(r.find_container(config.id).value()), Json(config));
    EXPECT_EQ(Json(r.find_state(config.id).value()), Json(state));
    EXPECT_EQ(Json(r.find_brief(config.id).value()), Json(model::brief_of(config)));
    EXPECT_EQ(r.container_by_name("web"), config.id);
  });
}

TEST_F(StoreTest, ATakenNameIsRefusedAndNothingChanges) {
  create(container(id_of('a'), "web"));
  const std::vector<std::string> before = keys();
  const std::string what =
      refusal(Code::kExists, [&] { create(container(id_of('b'), "web")); });
  EXPECT_THAT(what, HasSubstr("the container name \"web\" is already in use by " + id_of('a')));
  EXPECT_EQ(keys(), before);
}

TEST_F(StoreTest, RemovedContainerLeavesNothingAndFreesItsName) {
  create(container(id_of('a'), "web"));
  write([&](Writer& w) {
    model::ExecSession session;
    session.id = id_of('e');
    session.container_id = id_of('a');
    w.put_exec(session);
  });
  write([&](Writer& w) { w.remove_container(id_of('a')); });
  EXPECT_THAT(keys(), ElementsAre(kIdKey, kSchemaKey));
  write([&](Writer& w) { w.remove_container(id_of('a')); });  // gone counts as done
  create(container(id_of('b'), "web"));
  EXPECT_EQ(resolve("web"), id_of('b'));
}

TEST_F(StoreTest, RenameMovesTheNameOrRefuses) {
  create(container(id_of('a'), "one"));
  create(container(id_of('b'), "two"));
  EXPECT_THAT(
      refusal(
          Code::kExists,
          [&] { write([&](Writer& w) { w.update_container(container(id_of('a'), "two")); }); }),
      HasSubstr("\"two\" is already in use by " + id_of('b')));
  EXPECT_EQ(resolve("one"), id_of('a'));
  write([&](Writer& w) { w.update_container(container(id_of('a'), "three")); });
  EXPECT_EQ(resolve("three"), id_of('a'));
  (void)refusal(Code::kNotFound, [&] { return resolve("one"); });
  store_.read([&](const Reader& r) {
    EXPECT_EQ(r.find_brief(id_of('a'))->name, "three");
    EXPECT_EQ(r.find_container(id_of('a'))->name, "three");
  });
  (void)refusal(Code::kNotFound, [&] {
    write([&](Writer& w) { w.update_container(container(id_of('c'), "four")); });
  });
}

TEST_F(StoreTest, UpdateUnderTheSameNameKeepsItAndTheState) {
  create(container(id_of('a'), "web"));
  model::ContainerState running;
  running.status = model::Status::kRunning;
  running.pid = 77;
  write([&](Writer& w) { w.put_state(id_of('a'), running); });
  model::ContainerConfig config = container(id_of('a'), "web");
  config.labels = {{"tier", "db"}};
  write([&](Writer& w) { w.update_container(config); });
  store_.read([&](const Reader& r) {
    EXPECT_EQ(r.container_by_name("web"), id_of('a'));
    EXPECT_EQ(r.find_state(id_of('a'))->pid, 77);
    EXPECT_EQ(r.find_brief(id_of('a'))->labels.at("tier"), "db");
  });
}

TEST_F(StoreTest, ContainersComeOldestFirstEachWithItsState) {
  create(container(id_of('c'), "oldest", 1));
  create(container(id_of('a'), "newest", 3));
  create(container(id_of('b'), "middle", 2));
  write([&](Writer& w) {
    model::ContainerState state;
    state.pid = 5;
    w.put_state(id_of('b'), state);
  });
  const auto rows = store_.read([](const Reader& r) { return r.containers(); });
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(rows[0].brief.name, "oldest");
  EXPECT_EQ(rows[1].brief.name, "middle");
  EXPECT_EQ(rows[1].state.pid, 5);
  EXPECT_EQ(rows[2].brief.name, "newest");
  EXPECT_EQ(rows[2].state.pid, 0);
}

TEST_F(StoreTest, ResolvesNamesIdsAndUniquePrefixes) {
  const std::string one = "abc" + std::string(61, '0');
  const std::string two = "abd" + std::string(61, '0');
  create(container(one, "first"));
  create(container(two, "abc"));  // a name that is also a prefix of the other's id
  EXPECT_EQ(resolve(one), one);
  EXPECT_EQ(resolve("first"), one);
  EXPECT_EQ(resolve("abc"), two) << "a name goes before a prefix";
  EXPECT_EQ(resolve("abc0"), one);
  EXPECT_EQ(resolve("abd"), two);
  EXPECT_THAT(refusal(Code::kInvalid, [&] { return resolve("ab"); }),
              HasSubstr("more than one result for container ID ab"));
  EXPECT_THAT(refusal(Code::kNotFound, [&] { return resolve("zebra"); }),
              HasSubstr("no container with name or ID \"zebra\" found: no such container"));
  (void)refusal(Code::kNotFound, [&] { return resolve("abe"); });
  (void)refusal(Code::kNotFound, [&] { return resolve("fir"); });
  (void)refusal(Code::kInvalid, [&] { return resolve(""); });
}

TEST_F(StoreTest, ExecSessionsBelongToTheirContainer) {
  const auto session = [](char container, const std::string& id) {
    model::ExecSession made;
    made.container_id = id_of(container);
    made.id = id;
    return made;
  };
  write([&](Writer& w) {
    w.put_exec(session('a', "1"));
    w.put_exec(session('a', "2"));
    w.put_exec(session('b', "3"));
  });
  store_.read([](const Reader& r) {
    EXPECT_EQ(r.exec_sessions(id_of('a')).size(), 2U);
    EXPECT_TRUE(r.find_exec(id_of('a'), "2"));
    EXPECT_FALSE(r.find_exec(id_of('a'), "3"));
  });
  write([&](Writer& w) {
    w.remove_exec(id_of('a'), "1");
    w.remove_exec(id_of('a'), "1");
  });
  store_.read([](const Reader& r) {
    EXPECT_EQ(r.exec_sessions(id_of('a')).size(), 1U);
    EXPECT_EQ(r.exec_sessions(id_of('b')).size(), 1U);
  });
}

TEST_F(StoreTest, ImagesAndTheirNamesAgree) {
  model::Image one;
  one.id = id_of('1');
  model::Image two;
  two.id = id_of('2');
  const std::string latest = "docker.io/library/busybox:latest";
  write([&](Writer& w) {
    w.put_image(one);
    w.put_image(two);
    w.tag_image(one.id, latest);
    w.tag_image(one.id, "localhost/box:1");
  });
  store_.read([&](const Reader& r) {
    EXPECT_EQ(r.image_by_name(latest), one.id);
    EXPECT_THAT(r.find_image(one.id)->names, ElementsAre(latest, "localhost/box:1"));
    EXPECT_THAT(r.image_ids("1"), ElementsAre(one.id));
    EXPECT_EQ(r.image_ids("").size(), 2U);
  });
  // A name moves to the image that was tagged last.
  write([&](Writer& w) {
    w.tag_image(two.id, latest);
    w.tag_image(two.id, latest);
  });
  store_.read([&](const Reader& r) {
    EXPECT_THAT(r.find_image(one.id)->names, ElementsAre("localhost/box:1"));
    EXPECT_THAT(r.find_image(two.id)->names, ElementsAre(latest));
    EXPECT_THAT(r.image_names(),
                ElementsAre(Pair(latest, two.id), Pair("localhost/box:1", one.id)));
  });
  write([&](Writer& w) {
    w.untag_image(latest);
    w.untag_image("nobody/has:it");
    w.remove_image(one.id);
  });
  store_.read([&](const Reader& r) {
    EXPECT_THAT(r.image_names(), IsEmpty());
    EXPECT_EQ(r.images().size(), 1U);
    EXPECT_THAT(r.find_image(two.id)->names, IsEmpty());
  });
  EXPECT_THAT(
      refusal(Code::kNotFound, [&] { write([&](Writer& w) { w.tag_image(one.id, latest); }); }),
      HasSubstr("image not known"));
}

TEST_F(StoreTest, VolumesAndWhoUsesThem) {
  model::Volume data;
  data.name = "data";
  model::Volume database;
  database.name = "data2";
  write([&](Writer& w) {
    w.create_volume(data);
    w.create_volume(database);
    w.claim_volume("data", id_of('b'));
    w.claim_volume("data", id_of('a'));
    w.claim_volume("data", id_of('a'));
    w.claim_volume("data2", id_of('c'));
  });
  EXPECT_THAT(refusal(Code::kExists, [&] { write([&](Writer& w) { w.create_volume(data); }); }),
              HasSubstr("volume with name data already exists: volume already exists"));
  store_.read([](const Reader& r) {
    EXPECT_EQ(r.volumes().size(), 2U);
    EXPECT_THAT(r.volume_users("data"), ElementsAre(id_of('a'), id_of('b')));
    EXPECT_THAT(r.volume_users("dat"), IsEmpty());
  });
  write([](Writer& w) {
    w.release_volume("data", id_of('a'));
    w.release_volume("data", id_of('b'));
    w.remove_volume("data");
    w.remove_volume("data");
  });
  store_.read([](const Reader& r) {
    EXPECT_FALSE(r.find_volume("data"));
    EXPECT_THAT(r.volume_users("data"), IsEmpty());
    EXPECT_THAT(r.volume_users("data2"), ElementsAre(id_of('c')));
  });
}

TEST_F(StoreTest, AWriteThatThrowsLeavesNothing) {
  create(container(id_of('a'), "web"));
  const std::vector<std::string> before = keys();
  EXPECT_THROW(write([](Writer& w) {
                 w.create_container(container(id_of('b'), "db"), {});
                 w.remove_container(id_of('a'));
                 throw Error(Code::kCancelled, "changed my mind");
               }),
               Error);
  EXPECT_EQ(keys(), before);
  EXPECT_EQ(resolve("web"), id_of('a'));
}

TEST_F(StoreTest, WriteAnswersWhatItsFunctionAnswers) {
  create(container(id_of('a'), "web"));
  const std::string id =
      store_.write(Durability::kDurable, [](Writer& w) { return w.resolve_container("web"); });
  EXPECT_EQ(id, id_of('a'));
}

TEST_F(StoreTest, ANewerSchemaIsRefusedByName) {
  put_raw(std::string(kSchemaKey), "7");
  EXPECT_THAT(refusal(Code::kUnsupported,
                      [&] { return store_.read([](const Reader& r) { return r.images(); }); }),
              HasSubstr("schema 7"));
  (void)refusal(Code::kUnsupported, [&] { create(container(id_of('a'), "web")); });
}

TEST_F(StoreTest, ADamagedRecordIsNamed) {
  create(container(id_of('a'), "web"));
  for (const char* damage : {"{\"id\":", "[]", "{\"id\":7}", ""}) {
    put_raw(key(kContainerConfig, id_of('a')), damage);
    EXPECT_THAT(refusal(Code::kCorrupt,
                        [&] {
                          return store_.read(
                              [](const Reader& r) { return r.find_container(id_of('a')); });
                        }),
                HasSubstr("c/config/" + id_of('a')))
        << damage;
  }
}

}  // namespace
}  // namespace gantry::store
