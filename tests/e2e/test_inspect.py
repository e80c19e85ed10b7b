# SPDX-License-Identifier: Apache-2.0
"""inspect: one container, several, other kinds."""

import json

import pytest


def test_inspect_of_a_running_one(gantry):
    identity = gantry.start("-e", "A=1", "--hostname=h", "--memory=64m", "-v", "/data", name="seen")
    seen = gantry.inspect("seen")
    assert seen["Id"] == identity and seen["Name"] == "seen"
    assert seen["OCIRuntime"] == gantry.runtime
    assert seen["State"]["Running"] is True and seen["State"]["Pid"] > 0
    assert "A=1" in seen["Config"]["Env"] and seen["Config"]["Hostname"] == "h"
    assert seen["HostConfig"]["Memory"] == 64 << 20
    assert seen["Mounts"][0]["Destination"] == "/data"
    assert seen["ImageName"] == gantry.image


class TestInspect:
    @pytest.mark.parametrize(
        "template, shown",
        [
            ("{{.State.Status}}", "running"),
            ("{{.Config.Cmd}}", "[sh -c "),
            ("{{index .Config.Labels \"colour\"}}", "red"),
            ("{{json .State.Running}}", "true"),
            ("{{range .Config.Env}}{{println .}}{{end}}", "PATH=/bin"),
            ("{{join .Config.Cmd \"+\"}}", "sh+-c+"),
        ],
    )
    def test_templates(self, fleet, template, shown):
        assert shown in fleet.ok("inspect", f"--format={template}", "alpha")

    def test_exited(self, fleet):
        state = fleet.state("beta")
        assert state["ExitCode"] == 3 and state["Pid"] == 0 and state["Status"] == "exited"
        assert state["FinishedAt"] >= state["StartedAt"]

    def test_several_kinds(self, fleet):
        found = json.loads(fleet.ok("inspect", "alpha", fleet.image))
        assert found[0]["Name"] == "alpha" and "RootFS" in found[1]
        assert fleet.ok("inspect", "--latest", "--format={{.Name}}") == "gamma"
        assert "SizeRw" in fleet.ok("inspect", "--size", "alpha")

    def test_missing(self, fleet):
        result = fleet.fails("inspect", "nosuch", says='no such object: "nosuch"')
        assert json.loads(result.out) == []
        fleet.fails("container", "inspect", "nosuch", says="no such container")
        fleet.fails("inspect", says="no names or ids")
        fleet.fails("inspect", "--type=nosuch", "x", says="invalid type")

    def test_unknown_field(self, fleet):
        fleet.fails("inspect", "--format={{.Nosuch}}", "alpha", says="Nosuch")
