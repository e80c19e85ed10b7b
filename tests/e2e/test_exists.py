# SPDX-License-Identifier: Apache-2.0
"""container exists."""


class TestExists:
    def test_answers(self, gantry_once):
        gantry_once.ok("create", "--network=none", "--name=there", gantry_once.image, "true")
        assert gantry_once("container", "exists", "there").code == 0
        assert gantry_once("container", "exists", "nosuch").code == 1

    def test_by_the_start_of_the_id(self, gantry_once):
        identity = gantry_once.ok("create", "--network=none", gantry_once.image, "true")
        assert gantry_once("container", "exists", identity[:10]).code == 0
