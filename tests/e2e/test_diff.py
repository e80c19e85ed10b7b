# SPDX-License-Identifier: Apache-2.0
"""diff: what a container, or an image's top layer, changes."""

import json

CHANGE = ("sh", "-c", "echo x > /new; echo x >> /seed/one; rm /seed/deep/two")


class TestDiff:
    def test_lines(self, gantry):
        gantry.ok("run", "--name=box", "--network=none", gantry.image, *CHANGE)
        lines = gantry.ok("diff", "box").splitlines()
        for line in ("A /new", "C /seed/one", "D /seed/deep/two"):
            assert line in lines
        assert not [line for line in lines if line.split()[1] in ("/etc/hosts", "/proc", "/dev")]

    def test_json(self, gantry_once):
        gantry_once.ok("run", "--name=box", "--network=none", gantry_once.image, *CHANGE)
        changes = json.loads(gantry_once.ok("diff", "--format=json", "box"))
        assert "/new" in changes["added"] and "/seed/deep/two" in changes["deleted"]
        assert "/seed/one" in changes["changed"]

    def test_of_an_image(self, gantry_once):
        assert "A /bin/busybox" in gantry_once.ok("diff", gantry_once.image).splitlines()

    def test_of_nothing(self, gantry_once):
        gantry_once.fails("diff", "nosuch", says="nosuch")
        gantry_once.fails("diff", "--format=table", "nosuch", says="json")
