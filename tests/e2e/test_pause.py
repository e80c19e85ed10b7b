# SPDX-License-Identifier: Apache-2.0
"""pause and unpause, by the freezer."""

from support.gantry import until


class TestPause:
    def test_pause_and_unpause(self, gantry):
        gantry.start(name="cold")
        assert gantry.ok("pause", "cold") == "cold"
        assert gantry.state("cold")["Paused"] is True
        assert gantry.ok("ps", "--format={{.Status}}").endswith("(Paused)")
        gantry.fails("exec", "cold", "true", says="paused")
        gantry.fails("pause", "cold", says="already paused")
        assert gantry.ok("unpause", "cold") == "cold"
        assert gantry.status("cold") == "running"
        assert gantry.ok("exec", "cold", "echo", "warm") == "warm"

    def test_rm_force_of_a_paused_one(self, gantry):
        gantry.start(name="cold")
        gantry.ok("pause", "cold")
        gantry.fails("rm", "cold", code=None, says="paused")
        gantry.ok("rm", "-f", "-t", "0", "cold")

    def test_refused(self, gantry_once):
        gantry_once.ok("create", "--network=none", "--name=new", gantry_once.image, "true")
        gantry_once.fails("pause", "new", says="not running")
        gantry_once.fails("unpause", "new", says="not paused")
        gantry_once.fails("pause", "nosuch", says="no such container")

    def test_all(self, gantry_once):
        gantry_once.start(name="a")
        gantry_once.ok("pause", "--all")
        gantry_once.ok("unpause", "--all")
        assert gantry_once.status("a") == "running"


class TestWithoutACgroup:
    def test_is_refused_with_the_reason(self, gantry_once):
        """There is nothing to freeze where gantry made no cgroup."""
        gantry = gantry_once
        gantry.start("--cgroups=disabled", name="loose")
        for verb in ("pause", "unpause"):
            gantry.fails(verb, "loose", says="without using cgroups|not paused")
        gantry.fails("pause", "loose", says="create it without --cgroups=disabled")
        assert gantry.status("loose") == "running"


class TestWhatPausedMeans:
    def test_nothing_runs_and_stop_is_refused(self, gantry, place):
        file = place / "ticks"
        gantry.ok("run", "-d", "--network=none", "--name=cold", "-v", f"{place}:/out", gantry.image,
                  "sh", "-c", "while :; do echo -n x >> /out/ticks; sleep 0.001; done")

        def ticks():
            return file.stat().st_size if file.exists() else 0

        until(ticks, "a tick")
        gantry.ok("pause", "cold")
        before = ticks()
        gantry.fails("stop", "cold", says="paused")
        assert ticks() <= before + 1, "no more than a write that had begun"
        gantry.ok("unpause", "cold")
        until(lambda: ticks() > before + 1, "another tick")
