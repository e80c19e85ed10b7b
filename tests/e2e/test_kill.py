# SPDX-License-Identifier: Apache-2.0
"""kill: signals by name and number."""

import pytest
from support.gantry import until


class TestKill:
    def test_by_default_it_is_the_end(self, gantry):
        gantry.start(name="ends")
        assert gantry.ok("kill", "ends") == "ends"
        assert gantry.ok("wait", "ends") == "137"

    @pytest.mark.parametrize("word", ["USR1", "SIGUSR1", "10", "usr1"])
    def test_signals_by_name_and_number(self, gantry, word):
        gantry.ok(
            "run", "-d", "--network=none", "--name=hears", gantry.image, "sh", "-c",
            "trap 'exit 51' USR1; echo ready; sleep 1000 & wait",
        )
        until(lambda: gantry.ok("logs", "hears") == "ready", "the trap of the container")
        gantry.ok("kill", "-s", word, "hears")
        assert gantry.ok("wait", "hears") == "51"

    def test_all(self, gantry_once):
        gantry_once.start(name="a")
        gantry_once.start(name="b")
        assert len(gantry_once.ok("kill", "--all").split()) == 2
        assert sorted(gantry_once.ok("wait", "a", "b").split()) == ["137", "137"]

    def test_refused(self, gantry_once):
        gantry_once.ok("create", "--network=none", "--name=new", gantry_once.image, "true")
        gantry_once.fails("kill", "new", says="container state improper")
        gantry_once.fails("kill", "nosuch", says="no such container")
        gantry_once.fails("kill", "-s", "NOSUCH", "new", says="NOSUCH")
        gantry_once.fails("kill", says="at least one name or id")
