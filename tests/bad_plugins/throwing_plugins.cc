// SPDX-License-Identifier: Apache-2.0
//
// Plug-ins whose every function throws, one thing after the other: what a careless author may
// write. Which kind is a definition; state without one.
#include <gantry/plugin/entry.hpp>

#include <new>
#include <stdexcept>

namespace {

using namespace gantry::plugin;

// Throws something else at each call: an Error, an exception, no memory, a number.
[[noreturn]] void throw_something() {
  static int call = 0;
  switch (call++ % 4) {
    case 0:
      throw gantry::Error(gantry::Code::kBusy, "thrown as an Error");
    case 1:
      throw std::runtime_error("thrown as an exception");
    case 2:
      throw std::bad_alloc();
    default:
      throw 42;
  }
}

#if defined(THROW_OCI)
class Throwing : public Oci {
 public:
  Throwing(Host /*host*/, const std::string& /*config*/) {}
  std::string info() override { throw_something(); }
  Plan create_plan(const PlanRequest&) override { throw_something(); }
  Plan exec_plan(const PlanRequest&) override { throw_something(); }
  Plan restore_plan(const PlanRequest&) override { throw_something(); }
  void start(const std::string&) override { throw_something(); }
  std::string state(const std::string&) override { throw_something(); }
  void kill(const std::string&, int, bool) override { throw_something(); }
  void remove(const std::string&, bool) override { throw_something(); }
  void pause(const std::string&) override { throw_something(); }
  void resume(const std::string&) override { throw_something(); }
  void update(const std::string&, const std::string&) override { throw_something(); }
  void checkpoint(const Checkpoint&) override { throw_something(); }
  std::vector<std::int32_t> ps(const std::string&) override { throw_something(); }
  Classified classify_error(int, std::string_view) override { throw_something(); }
};
#elif defined(THROW_STORAGE)
class Throwing : public Storage {
 public:
  Throwing(Host /*host*/, const std::string& /*config*/) {}
  void probe() override { throw_something(); }
  // The registry's own call must pass, or no other would ever be made.
  void init() override {
    if (first_init_) {
      first_init_ = false;
      return;
    }
    throw_something();
  }
  void create(const LayerCreate&) override { throw_something(); }
  Applied apply(const std::string&, int) override { throw_something(); }
  void commit(const std::string&) override { throw_something(); }
  void remove(const std::string&) override { throw_something(); }
  void list(const std::function<bool(std::string_view)>&) override { throw_something(); }
  LayerInfo stat(const std::string&) override { throw_something(); }
  std::string mount(const LayerMount&) override { throw_something(); }
  void unmount(const std::string&) override { throw_something(); }
  void diff(const std::string&, int) override { throw_something(); }
  void changes(const std::string&, const std::function<bool(int, std::string_view)>&) override {
    throw_something();
  }
  Usage usage(const std::string&) override { throw_something(); }
  void recover() override { throw_something(); }

 private:
  bool first_init_ = true;
};
#elif defined(THROW_NET)
class Throwing : public Net {
 public:
  Throwing(Host /*host*/, const std::string& /*config*/) {}
  std::string info() override { throw_something(); }
  std::string network_create(const std::string&) override { throw_something(); }
  std::string network_inspect(const std::string&) override { throw_something(); }
  void network_list(const std::function<bool(std::string_view)>&) override {
    throw_something();
  }
  void network_remove(const std::string&) override { throw_something(); }
  std::string setup(const NetRequest&) override { throw_something(); }
  void teardown(const NetRequest&) override { throw_something(); }
  void check(const NetRequest&) override { throw_something(); }
  void gc(const std::vector<ValidAttachment>&) override { throw_something(); }
};
#else
class ThrowingTransaction : public Transaction {
 public:
  bool get(std::string_view, std::string&) override { throw_something(); }
  void put(std::string_view, std::string_view) override { throw_something(); }
  void del(std::string_view) override { throw_something(); }
  void scan(std::string_view, std::string_view,
            const std::function<bool(std::string_view, std::string_view)>&) override {
    throw_something();
  }
  void commit(bool) override { throw_something(); }
};

// "begin" answers, so that the transaction's functions can be reached.
class Throwing : public State {
 public:
  Throwing(Host /*host*/, const std::string& config) {
    if (config != "{}") {
      throw gantry::Error(gantry::Code::kInvalid, "unknown setting in " + config);
    }
  }
  void open(const std::string&) override {}
  void close() noexcept override {}
  std::unique_ptr<Transaction> begin(bool exclusive, std::int64_t) override {
    if (!exclusive) {
      throw_something();
    }
    return std::make_unique<ThrowingTransaction>();
  }
  std::uint64_t generation() override { throw_something(); }
  void check(std::int64_t) override { throw_something(); }
  void compact(std::int64_t) override { throw_something(); }
};
#endif

}  // namespace

#if defined(THROW_OCI)
GANTRY_OCI_PLUGIN(Throwing, "throws", "0.1.0");
#elif defined(THROW_STORAGE)
GANTRY_STORAGE_PLUGIN(Throwing, "throws", "0.1.0");
#elif defined(THROW_NET)
GANTRY_NET_PLUGIN(Throwing, "throws", "0.1.0");
#else
GANTRY_STATE_PLUGIN(Throwing, "throws", "0.1.0");
#endif
