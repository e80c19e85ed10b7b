# SPDX-License-Identifier: Apache-2.0
"""stats: what running containers use."""

import json


class TestStats:
    def test_json(self, gantry):
        id = gantry.start("--memory=64m", name="box")
        row = json.loads(gantry.ok("stats", "--no-stream", "--format=json", "box"))[0]
        assert row["id"] == id[:12] and row["name"] == "box"
        assert row["mem_usage"].endswith("/ 67.11MB")
        assert int(row["pids"]) >= 1
        assert set(row) == {"id", "name", "cpu_time", "cpu_percent", "avg_cpu", "mem_usage",
                            "mem_percent", "net_io", "block_io", "pids"}

    def test_table_and_template(self, gantry_once):
        gantry_once.start(name="box")
        head, line = gantry_once.ok("stats", "--no-stream").splitlines()
        assert head.startswith("ID") and "box" in line
        assert gantry_once.ok("stats", "--no-stream", "--format={{.Name}}") == "box"

    def test_the_screen_is_cleared_for_what_is_shown(self, gantry_once):
        gantry_once.start(name="box")
        assert gantry_once.fails("stats", "nosuch", says="no such container").out == ""
        for words in (("--all", "box"), ("--latest", "box"), ("--all", "--latest")):
            result = gantry_once.fails("stats", *words, says="--all, --latest and containers cannot be used")
            assert result.out == ""

    def test_one_that_does_not_run(self, gantry_once):
        gantry_once.ok("create", "--name=box", gantry_once.image, "true")
        gantry_once.fails("stats", "--no-stream", "box", says="not running")
        assert "box" in gantry_once.ok("stats", "--no-stream", "--all", "--format={{.Name}}")
