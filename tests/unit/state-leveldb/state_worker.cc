// SPDX-License-Identifier: Apache-2.0
//
// One process of the tests that need several. Uses the store in DIR as the first argument
// says, and writes what it achieved to standard output.
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <random>
#include <string>

#include "plugins/state-leveldb/leveldb_state.h"
#include "tests/unit/state-leveldb/state_fixture.h"

namespace gantry::state_leveldb {
namespace {

std::uint64_t number_at(plugin::Transaction& txn, const std::string& key) {
  std::string text;
  return txn.get(key, text) ? std::stoull(text) : 0;
}

// Adds one to a shared counter and moves one unit between two accounts, so that their sum
// tells whether a transaction was ever seen or written by half.
void count(plugin::State& state, int rounds, unsigned seed) {
  std::mt19937 random(seed);
  for (int i = 0; i < rounds; ++i) {
    if (i % 4 == 3) {
      const auto txn = state.begin(false, kPatienceMs);
      std::uint64_t sum = 0;
      txn->scan("account/", "account0", [&](std::string_view, std::string_view value) {
        sum += std::stoull(std::string(value));
        return true;
      });
      if (sum != kAccounts * kOpening) {
        throw Error(Code::kInternal, "the accounts sum up to " + std::to_string(sum));
      }
    }
    const auto txn = state.begin(true, kPatienceMs);
    txn->put("counter", std::to_string(number_at(*txn, "counter") + 1));
    const std::string from = account(random() % kAccounts);
    const std::string to = account(random() % kAccounts);
    const std::uint64_t has = number_at(*txn, from);
    if (from != to && has > 0) {
      txn->put(from, std::to_string(has - 1));
      txn->put(to, std::to_string(number_at(*txn, to) + 1));
    }
    txn->commit(i % 8 == 0);
  }
}

// Commits n = first, first + 1, ... under this prefix until killed; each is acknowledged by
// eight bytes after its commit. Compacts now and then.
void write_on(plugin::State& state, const std::string& prefix, std::uint64_t first) {
  for (std::uint64_t n = first;; ++n) {
    const auto txn = state.begin(true, kPatienceMs);
    txn->put(row_key(prefix, n), row_value(n));
    txn->put(prefix + "last", std::to_string(n));
    txn->commit(n % 16 == 0);
    if (::write(STDOUT_FILENO, &n, sizeof(n)) != sizeof(n)) {
      return;
    }
    if (n % 151 == 0) {
      state.compact(kPatienceMs);
    }
  }
}

void read_on(plugin::State& state) {
  (void)::fcntl(STDIN_FILENO, F_SETFL, O_NONBLOCK);
  char byte = 0;
  for (std::uint64_t n = 0; ::read(STDIN_FILENO, &byte, 1) < 0; ++n) {
    const auto txn = state.begin(false, kPatienceMs);
    txn->scan("", "", [](std::string_view, std::string_view) { return true; });
    txn->commit(false);
    if (n == 0) {
      (void)!::write(STDOUT_FILENO, "r", 1);
    }
  }
}

void hold(plugin::State& state, bool exclusive) {
  const auto txn = state.begin(exclusive, kPatienceMs);
  (void)!::write(STDOUT_FILENO, "h", 1);
  char byte = 0;
  (void)!::read(STDIN_FILENO, &byte, 1);
}

// No file may grow beyond limit bytes: a full disk, as far as LevelDB can tell. Writes until
// refused, and says how many commits were acknowledged.
void fill(plugin::State& state, rlim_t limit) {
  (void)::signal(SIGXFSZ, SIG_IGN);
  const rlimit bound{limit, limit};
  (void)::setrlimit(RLIMIT_FSIZE, &bound);
  std::uint64_t n = 0;
  try {
    for (;; ++n) {
      const auto txn = state.begin(true, kPatienceMs);
      txn->put(row_key("full/", n), row_value(n));
      txn->commit(true);
    }
  } catch (const Error&) {
    std::printf("%llu", static_cast<unsigned long long>(n));
  }
}

int run(const std::vector<std::string>& args) {
  const StateInstance instance(args.at(1));
  plugin::State& state = *instance.state;
  const std::string& what = args.at(0);
  if (what == "count") {
    count(state, std::stoi(args.at(2)), static_cast<unsigned>(std::stoul(args.at(3))));
  } else if (what == "write") {
    write_on(state, args.at(2), std::stoull(args.at(3)));
  } else if (what == "read") {
    read_on(state);
  } else if (what == "hold") {
    hold(state, args.at(2) == "exclusive");
  } else if (what == "fill") {
    fill(state, std::stoull(args.at(2)));
  } else {
    return 2;
  }
  return 0;
}

}  // namespace
}  // namespace gantry::state_leveldb

int main(int argc, char** argv) {
  try {
    return gantry::state_leveldb::run({argv + 1, argv + argc});
  } catch (const std::exception& e) {
    std::fprintf(stderr, "state_worker: %s\n", e.what());
    return 1;
  }
}
