# SPDX-License-Identifier: Apache-2.0
"""rename."""


class TestRename:
    def test_renames(self, gantry_once):
        gantry_once.start(name="old")
        gantry_once.ok("rename", "old", "new")
        assert gantry_once.names() == ["new"]
        assert gantry_once("container", "exists", "old").code == 1
        gantry_once.ok("create", "--network=none", "--name=old", gantry_once.image, "true")

    def test_refused(self, gantry_once):
        for name in ("a", "b"):
            gantry_once.ok("create", "--network=none", f"--name={name}", gantry_once.image, "true")
        gantry_once.fails("rename", "a", "b", says="in use")
        gantry_once.fails("rename", "a", "-bad-", says="names must match|unknown")
        gantry_once.fails("rename", "nosuch", "c", says="no such container")
        gantry_once.fails("rename", "a")
