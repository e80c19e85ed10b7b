// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/task_graph.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>

#include <atomic>
#include <barrier>
#include <csignal>
#include <mutex>
#include <stdexcept>
#include <thread>

namespace gantry::lifecycle {
namespace {

using testing::ElementsAre;

class TaskGraph : public ::testing::Test {
 protected:
  Task task(int number, std::vector<std::size_t> after = {}) {
    return {[this, number] { note(number); }, std::move(after)};
  }
  void note(int number) {
    const std::lock_guard lock(mutex_);
    order_.push_back(number);
  }
  std::mutex mutex_;
  std::vector<int> order_;
};

TEST_F(TaskGraph, OneAtATimeFollowsTheOrderOnTheCallingThread) {
  const auto here = std::this_thread::get_id();
  std::vector<Task> tasks{task(0, {1, 2}), task(1, {3}), task(2), task(3)};
  tasks.push_back({[&] { EXPECT_EQ(std::this_thread::get_id(), here); }});
  (void)run_tasks(1, tasks);
  EXPECT_THAT(order_, ElementsAre(2, 3, 1, 0));
}

TEST_F(TaskGraph, NothingToDo) { EXPECT_TRUE(run_tasks(4, {}).empty()); }

TEST_F(TaskGraph, IndependentOnesRunAtOnce) {
  // Each waits for the others: one after the other they would never end.
  std::barrier all(3);
  std::vector<Task> tasks(3, {[&] { all.arrive_and_wait(); }});
  tasks.push_back(task(3, {0, 1, 2}));
  for (const Outcome& outcome : run_tasks(3, tasks)) {
    EXPECT_TRUE(outcome.ran);
    EXPECT_FALSE(outcome.failure);
  }
  EXPECT_THAT(order_, ElementsAre(3));
}

TEST_F(TaskGraph, NeverMoreThanAllowed) {
  std::atomic<int> now = 0;
  std::atomic<int> most = 0;
  const std::vector<Task> tasks(20, {[&] {
                                  most = std::max<int>(most, ++now);
                                  std::this_thread::yield();
                                  --now;
                                }});
  (void)run_tasks(3, tasks);
  EXPECT_LE(most, 3);
}

TEST_F(TaskGraph, WhatFollowsAFailureDoesNotRun) {
  for (const unsigned at_most : {1U, 4U}) {
    order_.clear();
    std::vector<Task> tasks{
        {[] { throw std::runtime_error("no"); }}, task(1, {0}), task(2, {1}), task(3)};
    const std::vector<Outcome> outcomes = run_tasks(at_most, tasks);
    EXPECT_TRUE(outcomes[0].ran);
    EXPECT_THROW(std::rethrow_exception(outcomes[0].failure), std::runtime_error);
    EXPECT_FALSE(outcomes[1].ran);
    EXPECT_FALSE(outcomes[2].ran);
    EXPECT_TRUE(outcomes[3].ran);
    EXPECT_THAT(order_, ElementsAre(3));
  }
}

std::atomic<int> g_signals = 0;

TEST_F(TaskGraph, ASignalToEndWakesEveryThread) {
  g_signals = 0;
  struct sigaction counting {};
  counting.sa_handler = [](int) { ++g_signals; };
  struct sigaction before {};
  ASSERT_EQ(::sigaction(SIGINT, &counting, &before), 0);
  std::barrier all(3);
  std::atomic<int> woken = 0;
  std::vector<Task> tasks(2, {[&] {
                            all.arrive_and_wait();
                            while (g_signals == 0) {
                              if (::poll(nullptr, 0, 50) < 0) {
                                break;
                              }
                            }
                            ++woken;
                          }});
  tasks.push_back({[&] {
    all.arrive_and_wait();
    (void)::kill(::getpid(), SIGINT);
  }});
  (void)run_tasks(3, tasks);
  EXPECT_EQ(woken, 2);
  EXPECT_EQ(g_signals, 1);
  (void)::sigaction(SIGINT, &before, nullptr);
}

}  // namespace
}  // namespace gantry::lifecycle
