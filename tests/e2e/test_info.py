# SPDX-License-Identifier: Apache-2.0
"""info, version, plugin, help, and the shape of the command line."""

import json
import re
import shutil
import subprocess

import pytest
from support.gantry import PATIENCE


class TestInfo:
    def test_json(self, gantry):
        info = json.loads(gantry.ok("info", "--format=json"))
        assert info["store"]["graphRoot"] == str(gantry.engine.root)
        assert info["host"]["ociRuntime"]["name"] == gantry.runtime
        assert info["configuration"]["root"]["source"] == "flag --root"
        assert info["configuration"]["default_network"]["source"].endswith("gantry.conf")
        assert info["configuration"]["storage_driver"]["source"] == "default"

    def test_counts(self, gantry_once):
        gantry_once.start(name="runs")
        store = json.loads(gantry_once.ok("info", "--format=json"))["store"]
        assert store["containerStore"] == {"number": 1, "paused": 0, "running": 1, "stopped": 0}

    def test_text_and_template(self, gantry_once):
        assert "graphRoot:" in gantry_once.ok("info")
        assert gantry_once.ok("info", "--format={{.store.graphRoot}}") == str(gantry_once.engine.root)
        gantry_once.fails("info", "--format={{.nosuch}}", says="nosuch")

    def test_environment(self, gantry_once):
        info = json.loads(gantry_once.ok("info", "--format=json", env={"GANTRY_LOG_LEVEL": "error"}))
        assert info["configuration"]["log_level"] == {"value": "error", "source": "environment GANTRY_LOG_LEVEL"}


class TestVersion:
    def test_all_forms(self, gantry_once):
        number = gantry_once.ok("version", "--format={{.Client.Version}}")
        assert re.match(r"\d+\.\d+", number)
        assert number in gantry_once.ok("version")
        assert number in gantry_once.ok("--version")
        assert json.loads(gantry_once.ok("version", "--format=json"))["Client"]["Version"] == number


class TestPlugin:
    NAMES = {"oci-crun", "oci-runc", "storage-overlay", "net-cni", "state-leveldb"}

    @pytest.mark.parametrize("word", ["ls", "list"])
    def test_list(self, gantry_once, word):
        assert self.NAMES <= set(gantry_once.ok("plugin", word, "-q").split())
        rows = json.loads(gantry_once.ok("plugin", word, "--format=json"))
        assert all(row["Status"] == "ok" for row in rows)
        out = gantry_once.ok("plugin", word, "--noheading", "--format={{.Kind}}-{{.Name}}")
        assert self.NAMES <= set(out.split())

    def test_inspect(self, gantry_once):
        seen = json.loads(gantry_once.ok("plugin", "inspect", "oci-crun"))[0]
        assert (seen["Kind"], seen["Name"], seen["Interface"]) == ("oci", "crun", "1.0")
        gantry_once.fails("plugin", "inspect", "oci-nosuch", says="nosuch")
        gantry_once.fails("plugin", "inspect", "nonsense", says="neither a path nor")

    def test_verify(self, gantry_once):
        out = gantry_once.ok("plugin", "verify", "state-leveldb")
        assert "passed" in out and "failed" not in out

    def test_verify_as_json(self, gantry_once, place):
        bad = place / "gantry-oci-broken.so"
        bad.write_text("no ELF file")
        result = gantry_once.fails("plugin", "verify", "--format=json", "oci-crun", bad, says="broken.so did not pass")
        good, broken = json.loads(result.out)
        assert (good["Kind"], good["Name"], good["OK"]) == ("oci", "crun", True)
        checks = {check["name"]: check["result"] for check in good["Checks"]}
        assert checks["file"] == checks["load"] == "passed" and "failed" not in checks.values()
        assert broken["OK"] is False and broken["File"] == str(bad)
        (check,) = broken["Checks"]
        assert (check["name"], check["result"]) == ("file", "failed") and str(bad) in check["detail"]
        (only,) = json.loads(gantry_once.ok("plugin", "verify", "--format=json", "state-leveldb"))
        assert only["OK"] is True and len(only["Checks"]) > 3

    def test_refused_one(self, gantry_once, engine):
        folder = engine.folder / "plugins"
        folder.mkdir()
        (folder / "gantry-oci-broken.so").write_text("no ELF file")
        flag = f"--plugin-dir={folder}"
        try:
            result = gantry_once(flag, "plugin", "ls", "--format=json")
            rows = {row["Name"]: row for row in json.loads(result.out)}
            assert rows["broken"]["Status"] == "refused" and rows["broken"]["Problem"]
            gantry_once.fails(flag, "run", "--rm", "--runtime=broken", gantry_once.image)
            # The others go on.
            assert gantry_once.ok(flag, "run", "--rm", "--network=none", gantry_once.image, "echo", "x") == "x"
        finally:
            shutil.rmtree(folder)


class TestRuntimeByPath:
    def test_path(self, gantry):
        path = shutil.which(gantry.runtime, path="/usr/bin:/usr/sbin:/usr/local/bin")
        out = gantry.engine.call("run", "--rm", "--network=none", f"--runtime={path}", gantry.image, "echo", "x")
        assert out.out == "x\n", repr(out)


class TestCommandLine:
    def test_help_for_every_command(self, gantry_once):
        out = gantry_once.ok("--help")
        commands = re.findall(r"^  (\w[\w-]*)  +", out, re.M)
        assert {"run", "ps", "volume", "network"} <= set(commands)
        for command in commands:
            if command != "help":
                assert "Usage" in gantry_once.ok(command, "--help"), command

    def test_unknown(self, gantry_once):
        gantry_once.fails("nosuch", says="unrecognized command")
        gantry_once.fails("--nosuch", says="unknown flag")
        gantry_once.fails("ps", "-Z", says="unknown shorthand flag")
        gantry_once.fails("ps", "too", "many", says="accept|argument")
        assert gantry_once().code in (0, 125)

    def test_options_anywhere_before_the_image(self, gantry_once):
        out = gantry_once.ok("run", "--network", "none", "--rm", "-e", "A=1", "-eB=2", gantry_once.image, "sh", "-c", "echo $A$B")
        assert out == "12"

    def test_options_after_arguments(self, gantry_once):
        gantry_once.ok("create", "--network=none", "--name=one", gantry_once.image, "true")
        gantry_once.ok("rm", "one", "--force")

    def test_container_aliases(self, gantry_once):
        gantry_once.ok("container", "create", "--network=none", "--name=one", gantry_once.image, "true")
        assert "one" in gantry_once.ok("container", "ls", "-a")
        gantry_once.ok("container", "rm", "one")

    def test_bad_configuration(self, gantry_once, place):
        (place / "bad.conf").write_text("nosuchkey=1\n")
        gantry_once.fails(f"--config={place}/bad.conf", "ps", says="nosuchkey")
        for name in ("x", "plugin"):
            (place / "bad.conf").write_text(f"[plugin.oci-crun]\n[{name}] # nothing\n")
            gantry_once.fails(f"--config={place}/bad.conf", "ps", says=rf"bad.conf: unknown section \[{name}\]")
        gantry_once.fails(f"--config={place}/nosuch.conf", "ps", says="nosuch.conf")

    def test_output_to_a_full_disk(self, gantry_once):
        with open("/dev/full", "wb") as full:
            process = gantry_once.spawn("images", stdout=full, stderr=subprocess.PIPE)
            process.communicate(timeout=PATIENCE)
        assert process.returncode != 0

    def test_ambiguous_id(self, gantry_once):
        ids = [gantry_once.ok("create", "--network=none", gantry_once.image, "true") for _ in range(17)]
        firsts = [one[0] for one in ids]
        twice = next(letter for letter in firsts if firsts.count(letter) > 1)
        gantry_once.fails("inspect", "--type=container", twice, says="more than one|ambiguous")
