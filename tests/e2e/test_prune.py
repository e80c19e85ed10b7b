# SPDX-License-Identifier: Apache-2.0
"""container prune."""


class TestPrune:
    def test_prune(self, gantry_once):
        gantry_once.start(name="runs")
        gantry_once.ok("run", "--network=none", "--name=over", gantry_once.image, "true")
        gantry_once.ok("container", "prune", "-f")
        assert gantry_once.names("-a") == ["runs"]

    def test_asks(self, gantry_once):
        gantry_once.ok("create", "--network=none", "--name=over", gantry_once.image, "true")
        gantry_once.ok("container", "prune", input="n\n")
        assert gantry_once.names("-a") == ["over"]
        gantry_once.ok("container", "prune", input="y\n")
        assert gantry_once.names("-a") == []

    def test_filters(self, gantry_once):
        for colour in ("red", "blue"):
            gantry_once.ok("create", "--network=none", f"--name={colour}", "-l", f"colour={colour}",
                           gantry_once.image, "true")
        gantry_once.ok("container", "prune", "-f", "--filter=label=colour=red")
        assert gantry_once.names("-a") == ["blue"]
        gantry_once.ok("container", "prune", "-f", "--filter=until=1h")
        assert gantry_once.names("-a") == ["blue"]
