// SPDX-License-Identifier: Apache-2.0
#include "sdk/support/trace.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace gantry::trace {
namespace {

using testing::ElementsAre;

class Recorder : public Listener {
 public:
  Recorder() { listen(this); }
  ~Recorder() override { listen(nullptr); }
  void on_finished(const Finished& span) override {
    if (full) {
      throw std::runtime_error("no room");
    }
    spans.push_back(span);
  }
  [[nodiscard]] std::vector<std::string> names() const {
    std::vector<std::string> all;
    for (const Finished& span : spans) {
      all.push_back(span.name);
    }
    return all;
  }
  std::vector<Finished> spans;
  bool full = false;
};

TEST(Trace, NobodyListensByDefault) {
  EXPECT_FALSE(on());
  const Span unheard(Kind::kStep, "unheard");
  Recorder recorder;
  EXPECT_TRUE(on());
  EXPECT_TRUE(recorder.spans.empty());
}

TEST(Trace, InnerSpansEndFirstAndLieInTheOuter) {
  Recorder recorder;
  {
    const Span outer(Kind::kVerb, "outer");
    const Span inner(Kind::kPlugin, "oci-", std::string("crun"), ".", "start");
  }
  ASSERT_THAT(recorder.names(), ElementsAre("oci-crun.start", "outer"));
  const Finished& inner = recorder.spans[0];
  const Finished& outer = recorder.spans[1];
  EXPECT_EQ(inner.kind, Kind::kPlugin);
  EXPECT_LE(outer.begin, inner.begin);
  EXPECT_LE(inner.begin, inner.end);
  EXPECT_LE(inner.end, outer.end);
}

TEST(Trace, ASpanBelongsToItsThread) {
  Recorder recorder;
  { const Span here(Kind::kStep, "here"); }
  std::thread([] { const Span there(Kind::kStep, "there"); }).join();
  ASSERT_EQ(recorder.spans.size(), 2U);
  EXPECT_EQ(recorder.spans[0].thread, ::gettid());
  EXPECT_NE(recorder.spans[1].thread, ::gettid());
}

TEST(Trace, WhoStopsListeningStillHearsTheEndOfWhatHasBegun) {
  std::optional<Recorder> recorder(std::in_place);
  {
    const Span begun(Kind::kWait, "begun");
    listen(nullptr);
    const Span later(Kind::kWait, "later");
  }
  EXPECT_THAT(recorder->names(), ElementsAre("begun"));
}

TEST(Trace, AListenerThatFailsDisturbsNobody) {
  Recorder recorder;
  recorder.full = true;
  EXPECT_NO_THROW({ const Span span(Kind::kStep, "lost"); });
}

}  // namespace
}  // namespace gantry::trace
