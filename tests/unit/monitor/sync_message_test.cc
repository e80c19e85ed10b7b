// SPDX-License-Identifier: Apache-2.0
#include "core/monitor/sync_message.h"

#include <gtest/gtest.h>

namespace gantry::monitor {
namespace {

TEST(SyncMessageTest, ReadsANumber) {
  const auto message = parse_sync_message("{\"data\": 4711}");
  ASSERT_TRUE(message);
  EXPECT_EQ(message->data, 4711);
  EXPECT_EQ(message->message, "");
  EXPECT_EQ(parse_sync_message("{\"pid\": 12}")->data, 12);
  EXPECT_EQ(parse_sync_message("{\"exit_code\": -1}")->data, -1);
}

TEST(SyncMessageTest, ReadsAMessage) {
  const auto message =
      parse_sync_message(R"({"data": -1, "message": "a \"b\" \\ c\n\td\u0007\"}, e"})");
  ASSERT_TRUE(message);
  EXPECT_EQ(message->data, -1);
  EXPECT_EQ(message->message, "a \"b\" \\ c\n\td\x07\"}, e");
}

TEST(SyncMessageTest, KeepsBytesThatAreNotJson) {
  const auto message = parse_sync_message("{\"data\": -1, \"message\": \"\xff\x1f\"}");
  ASSERT_TRUE(message);
  EXPECT_EQ(message->message, "\xff\x1f");
}

TEST(SyncMessageTest, RefusesWhatIsNotConmons) {
  EXPECT_FALSE(parse_sync_message(""));
  EXPECT_FALSE(parse_sync_message("{\"data\": }"));
  EXPECT_FALSE(parse_sync_message("[conmon:e]: failed"));
  EXPECT_EQ(parse_sync_message("{\"data\": 1, \"message\": \"")->message, "");
}

}  // namespace
}  // namespace gantry::monitor
