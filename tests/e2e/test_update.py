# SPDX-License-Identifier: Apache-2.0
"""update: new limits, at once and for every later start."""

import pathlib

from support import host


def memory_limit(gantry, name):
    pid = gantry.state(name)["Pid"]
    for line in pathlib.Path(f"/proc/{pid}/cgroup").read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        if controllers == "memory":
            return int(pathlib.Path(f"/sys/fs/cgroup/memory{path}/memory.limit_in_bytes").read_text())
        if not controllers:
            unified = pathlib.Path(f"/sys/fs/cgroup{path}/memory.max")
            if unified.exists():
                return int(unified.read_text())
    raise AssertionError("no memory controller")


class TestUpdate:
    def test_running_and_after_a_restart(self, gantry):
        if host.cgroup_controller("memory") is None:
            host.require("there is no memory controller")
        id = gantry.start("--memory=64m", name="box")
        assert gantry.ok("update", "--memory=128m", "--memory-swap=-1", "box") == id
        assert memory_limit(gantry, "box") == 128 << 20
        gantry.ok("restart", "-t", "0", "box")
        assert memory_limit(gantry, "box") == 128 << 20
        assert gantry.inspect("box")["HostConfig"]["Memory"] == 128 << 20

    def test_of_a_container_that_does_not_run(self, gantry_once):
        gantry_once.ok("create", "--name=box", gantry_once.image, "true")
        gantry_once.ok("update", "--pids-limit=50", "box")
        assert gantry_once.inspect("box")["HostConfig"]["PidsLimit"] == 50

    def test_what_is_refused_is_not_recorded(self, gantry_once):
        gantry_once.start("--memory=64m", name="box")
        gantry_once.fails("update", "--cpuset-cpus=4000", "box", code=None)
        assert gantry_once.inspect("box")["HostConfig"]["CpusetCpus"] == ""
