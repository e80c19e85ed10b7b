# SPDX-License-Identifier: Apache-2.0
"""ps: the list of containers."""

import json
import re

import pytest


class TestPs:
    def test_running_ones(self, fleet):
        header, line = fleet.ok("ps").splitlines()
        assert header.split() == ["CONTAINER", "ID", "IMAGE", "COMMAND", "CREATED", "STATUS", "PORTS", "NAMES"]
        assert "localhost/e2e:latest" in line and "Up " in line and line.endswith("alpha")

    def test_all(self, fleet):
        assert fleet.names("-a") == ["alpha", "beta", "gamma"]
        assert re.search(r"Exited \(3\) .* beta", fleet.ok("ps", "-a"))
        assert re.search(r"Created .* gamma", fleet.ok("ps", "-a"))

    def test_short_forms(self, fleet):
        ids = fleet.ok("ps", "-aq").split()
        assert all(re.fullmatch("[0-9a-f]{12}", one) for one in ids) and len(ids) == 3
        assert len(fleet.ok("ps", "-aq", "--no-trunc").split()[0]) == 64
        assert fleet.names("-l") == ["gamma"]
        assert fleet.names("-n", "2") == ["beta", "gamma"]
        assert len(fleet.ok("ps", "--noheading").splitlines()) == 1

    def test_none_chosen_of_the_last(self, fleet):
        assert fleet.names("-n", "0") == ["alpha"]
        assert fleet.names("-a", "-n", "0") == ["alpha", "beta", "gamma"]

    def test_quiet_gives_way_to_a_format(self, fleet):
        assert [row["Names"] for row in json.loads(fleet.ok("ps", "-q", "--format=json"))] == [["alpha"]]
        assert fleet.ok("ps", "-q", "--format={{.Names}}") == "alpha"

    @pytest.mark.parametrize(
        "filters, names",
        [
            (["name=alp"], ["alpha"]),
            (["status=exited"], ["beta"]),
            (["status=created"], ["gamma"]),
            (["status=running"], ["alpha"]),
            (["exited=3"], ["beta"]),
            (["label=colour=red"], ["alpha", "gamma"]),
            (["label=colour=red", "label=kind"], ["alpha"]),
            (["label!=colour=red"], ["beta"]),
            (["ancestor=localhost/e2e"], ["alpha", "beta", "gamma"]),
            (["before=beta"], ["alpha"]),
            (["since=beta"], ["gamma"]),
            (["status=exited", "status=created"], ["beta", "gamma"]),
            (["name=nosuch"], []),
        ],
    )
    def test_filters(self, fleet, filters, names):
        assert fleet.names("-a", *[f"--filter={one}" for one in filters]) == names

    def test_filter_by_id(self, fleet):
        identity = fleet.inspect("beta")["Id"]
        assert fleet.names("-a", f"--filter=id={identity[:12]}") == ["beta"]

    @pytest.mark.parametrize("one", ["nosuch=1", "status=nosuch", "nonsense", "exited=x", "should-start-on-boot=x"])
    def test_bad_filters(self, fleet, one):
        fleet.fails("ps", f"--filter={one}")

    def test_json(self, fleet):
        rows = json.loads(fleet.ok("ps", "-a", "--format=json"))
        assert [row["Names"] for row in rows] == [["alpha"], ["beta"], ["gamma"]]
        assert rows[1]["ExitCode"] == 3 and rows[1]["State"] == "exited"
        assert rows[0]["Labels"] == {"colour": "red", "kind": "boat"}

    @pytest.mark.parametrize(
        "template, shown",
        [
            ("{{.Names}} {{.State}}", "alpha running"),
            ("{{.Labels.colour}}", "red"),
            ('{{index .Labels "kind"}}', "boat"),
            ("{{upper .Names}}-{{lower \"ABC\"}}", "ALPHA-abc"),
            ("{{len .Names}}", "5"),
            ("{{json .Names}}", '"alpha"'),
            ("{{if .Names}}yes{{else}}no{{end}}", "yes"),
            ("a\\tb", "a\tb"),
            ("{{range $k, $v := .Labels}}{{$k}}={{$v};}{{end}}".replace("{{$v};}", "{{$v}};"), "colour=red;kind=boat;"),
        ],
    )
    def test_templates(self, fleet, template, shown):
        assert fleet.ok("ps", f"--format={template}") == shown

    def test_table(self, fleet):
        assert fleet.ok("ps", "--format=table {{.Names}} {{.Image}}").splitlines() == [
            "NAMES       IMAGE", "alpha       localhost/e2e:latest",
        ]
        assert fleet.ok("ps", "--noheading", "--format=table {{.Names}}") == "alpha"

    def test_unknown_field(self, fleet):
        fleet.fails("ps", "--format={{.Nosuch}}", says="Nosuch")
        fleet.fails("ps", "--format={{.Names", says="template")

    def test_size_and_sort(self, fleet):
        assert "virtual" in fleet.ok("ps", "-a", "--size")
        assert fleet.names("-a", "--sort=names") == ["alpha", "beta", "gamma"]
        fleet.fails("ps", "--sort=nosuch", says="nosuch")


def test_no_containers(gantry_once):
    assert gantry_once.ok("ps", "-q") == ""
    assert json.loads(gantry_once.ok("ps", "--format=json")) == []
