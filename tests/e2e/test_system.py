# SPDX-License-Identifier: Apache-2.0
"""system check, locks, df, prune."""

import json
import os
import pathlib
import secrets
import shutil
import signal
import subprocess

from support import host
from support.gantry import Engine, until
from support.leaks import leave_host_as_found


def findings(gantry):
    return json.loads(gantry("system", "check", "--format=json").out)


class TestCheck:
    def test_nothing_on_a_healthy_store(self, gantry):
        gantry.start(name="box", network="bridge")
        gantry.ok("create", "--name=other", "-v", "store:/data", gantry.image, "true")
        assert gantry.ok("system", "check") == ""
        assert gantry.ok("system", "check", "--repair") == ""
        assert gantry.status("box") == "running"

    def test_run_folder_exit_file_and_namespace(self, gantry_once):
        id = secrets.token_hex(32)
        run = gantry_once.engine.run
        (run / "containers" / id / "bundle").mkdir(parents=True)
        (run / "exits").mkdir(exist_ok=True)
        (run / "exits" / id).write_text("0")
        (run / "netns").mkdir(exist_ok=True)
        (run / "netns" / id).touch()
        subprocess.run(["unshare", f"--net={run}/netns/{id}", "true"], check=True)
        assert {row["Kind"] for row in findings(gantry_once)} == {"run", "network"}
        gantry_once.ok("system", "check", "--repair")
        for place in ("containers", "exits", "netns"):
            assert not (run / place / id).exists()
        assert findings(gantry_once) == []

    def test_a_layer_whose_record_is_damaged(self, binary, folder, archive):
        alone = Engine(binary, folder / "damaged", "e2e" + secrets.token_hex(3))
        layers = alone.root / "plugins/storage-overlay/layers"

        def damaged(layer, *words):
            (layers / layer / "layer").write_text("not a record")
            refused = alone.call(*words)
            assert refused.code == 125 and f"layer {layer}: " in refused.err, repr(refused)
            assert [(row["Kind"], row["Object"]) for row in findings(alone.call)] == [("layer", layer)]

        try:
            assert alone.call("load", "-q", "-i", archive).code == 0
            (image,) = os.listdir(layers)
            box = alone.call("create", "--network=none", "localhost/e2e", "true").out.strip()
            damaged(box, "start", "-a", box)
            assert alone.call("rm", box).code == 0
            damaged(image, "load", "-i", archive)
            assert alone.call("rmi", "--all", "--force").code == 0
            assert os.listdir(layers) == []
            assert alone.call("load", "-q", "-i", archive).code == 0
            assert alone.call("run", "--rm", "--network=none", "localhost/e2e", "true").code == 0
            assert findings(alone.call) == []
        finally:
            leave_host_as_found(alone)

    def test_the_run_folder_of_other_data(self, gantry_once, place):
        gantry_once.start(name="box")
        other = Engine(gantry_once.engine.binary, place / "other", gantry_once.engine.default_network)
        other.run = gantry_once.engine.run
        for words in (("system", "check", "--repair"), ("ps",)):
            refused = other.call(*words)
            assert refused.code == 125
            assert f"is that of the data in {gantry_once.engine.root}" in refused.err
        assert gantry_once.status("box") == "running"

    def test_what_is_not_ours_stays(self, gantry_once):
        stranger = gantry_once.engine.run / "containers/stranger"
        stranger.mkdir(parents=True)
        gantry_once.ok("system", "check", "--repair")
        assert stranger.exists()
        stranger.rmdir()

    def test_a_killed_create(self, gantry_once):
        # Whatever moment the kill hits, the check leaves no trace of it.
        for delay in (0.002, 0.005, 0.01, 0.02):
            process = gantry_once.spawn("create", "--name=box", gantry_once.image, "true")
            try:
                process.wait(timeout=delay)
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
                process.wait()
            gantry_once.ok("system", "check", "--repair")
            assert findings(gantry_once) == []
            gantry_once("rm", "-f", "box")


    def test_a_whole_container_whose_record_is_lost(self, gantry, place):
        # The store as it was before: what runs since then is nobody's.
        state = gantry.engine.root / "state"
        gantry.ok("ps")
        # A pipe in it is what processes wait at, no data.
        shutil.copytree(state, place / "state", ignore=shutil.ignore_patterns("queue"))
        id = gantry.start(network="bridge")
        with host.end_of(gantry.state(id)["Pid"]) as has_ended:
            shutil.rmtree(state)
            shutil.copytree(place / "state", state)
            kinds = {row["Kind"] for row in findings(gantry)}
            assert {"monitor", "run", "layer", "network"} <= kinds
            gantry.ok("system", "check", "--repair")
            assert findings(gantry) == []
            until(has_ended, "the end of the process")
        assert not (gantry.engine.run / "containers" / id).exists()


    def test_what_killed_commands_leave_and_what_is_of_others(self, gantry_once, place):
        gantry_once.start(name="box", network=gantry_once.engine.default_network)
        # A container that was ours, by our event log, and one of which we know nothing.
        ours = gantry_once.ok("create", "--name=gone", gantry_once.image, "true")
        gantry_once.ok("rm", "gone")
        foreign = secrets.token_hex(32)
        root, run = gantry_once.engine.root, gantry_once.engine.run
        cgroups = pathlib.Path("/sys/fs/cgroup")
        hierarchy = cgroups / "pids" if (cgroups / "pids").is_dir() else cgroups
        leases = run / "plugins/net-cni/leases" / gantry_once.engine.default_network
        lease = next(leases.glob("10.*")).name.rsplit(".", 1)[0] + ".250"
        lower, merged = place / "lower", place / "merged"
        for folder in (lower, merged, place / "upper", place / "work"):
            folder.mkdir()
        options = f"lowerdir={lower},upperdir={place}/upper,workdir={place}/work"
        try:
            subprocess.run(["mount", "-t", "overlay", "none", "-o", options, merged], check=True)
            subprocess.run(["ip", "netns", "add", f"e2e-{foreign[:8]}"], check=True)
            for id in (ours, foreign):
                (hierarchy / "gantry" / id).mkdir(parents=True)
            (leases / lease).write_text(f"{ours}\r\neth0")
            (root / "secrets").mkdir(exist_ok=True)
            (root / "secrets" / ("0" * 25)).write_text("nobody's")
            (root / "volumes/.locks/volume").mkdir(parents=True, exist_ok=True)
            (root / "volumes/.locks/volume/gone").touch()
            found = {row["Kind"] for row in findings(gantry_once)}
            assert found == {"cgroup", "network", "secret", "volume"}, found
            gantry_once.ok("system", "check", "--repair")
            assert findings(gantry_once) == []
            assert not (hierarchy / "gantry" / ours).exists()
            assert not (leases / lease).exists()
            assert not (root / "secrets" / ("0" * 25)).exists()
            assert (hierarchy / "gantry" / foreign).exists()
            assert merged.is_mount()
            assert pathlib.Path(f"/run/netns/e2e-{foreign[:8]}").exists()
            assert gantry_once.ok("exec", "box", "echo", "well") == "well"
        finally:
            subprocess.run(["umount", "-l", merged], check=False)
            subprocess.run(["ip", "netns", "del", f"e2e-{foreign[:8]}"], check=False)
            for id in (ours, foreign):
                if (hierarchy / "gantry" / id).exists():
                    (hierarchy / "gantry" / id).rmdir()


class TestLocks:
    def test_held_and_free(self, gantry_once):
        assert json.loads(gantry_once.ok("system", "locks", "--format=json")) == []


class TestDf:
    def test_sums(self, gantry_once):
        gantry_once.start("-v", "store:/data", name="box")
        rows = {row["Type"]: row for row in json.loads(gantry_once.ok("system", "df", "--format=json"))}
        assert rows["Containers"]["Total"] == rows["Containers"]["Active"] == 1
        assert rows["Local Volumes"]["Active"] == 1
        assert rows["Images"]["Size"] > 0
        assert gantry_once.ok("system", "df").splitlines()[0].startswith("TYPE")
        assert "box" in gantry_once.ok("system", "df", "-v")


class TestPrune:
    def test_containers_and_volumes(self, gantry_once):
        gantry_once.start(name="runs")
        gantry_once.ok("create", "--name=idle", gantry_once.image, "true")
        gantry_once.ok("volume", "create", "lonely")
        out = gantry_once.ok("system", "prune", "-f", "--volumes")
        assert "Deleted Containers" in out and "lonely" in out and "Total reclaimed space" in out
        assert gantry_once.names("-a") == ["runs"]
        assert gantry_once.ok("image", "exists", gantry_once.image) == ""
