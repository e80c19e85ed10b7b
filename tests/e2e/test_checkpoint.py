# SPDX-License-Identifier: Apache-2.0
"""container checkpoint and container restore, by runtimes that only act as if they had criu."""

import json
import pathlib
import subprocess

import pytest

from support import host
from support.claims import claim_port
from support.criu import COUNTER, counter, kept, wait_for_starts
from support.gantry import until


def members(archive):
    shown = subprocess.run(["tar", "-tf", archive], capture_output=True, text=True, check=True)
    return {line.rstrip("/") for line in shown.stdout.splitlines()}


class TestInPlace:
    def test_ends_and_goes_on(self, criu):
        id = counter(criu)
        assert criu.ok("container", "checkpoint", "box") == "box"
        state = criu.state("box")
        assert state["Status"] == "exited" and state["Checkpointed"] and not state["Running"]
        assert kept(criu, id, "checkpoint/inventory.img").exists()
        assert not kept(criu, id, "criu").exists()
        criu.ok("container", "restore", "box")
        wait_for_starts(criu, 2)
        state = criu.state("box")
        assert state["Status"] == "running" and "Checkpointed" not in state
        assert not state["RestoredAt"].startswith("0001") and state["Restored"]
        assert not kept(criu, id, "checkpoint").exists()
        criu.fails("container", "restore", "box", says="container is running")
        criu.ok("stop", "-t", "0", "box")
        criu.fails("container", "restore", "box", says="a complete checkpoint for .* cannot be found, cannot restore")

    def test_options_reach_the_runtime(self, criu):
        id = counter(criu)
        criu.ok("container", "checkpoint", "--keep", "--tcp-established", "--file-locks", "box")
        asked = kept(criu, id, "checkpoint/inventory.img").read_text()
        assert "--tcp-established" in asked and "--file-locks" in asked and "--leave-running" not in asked
        assert kept(criu, id, "criu/dump.log").exists()
        dump = json.loads(kept(criu, id, "checkpoint/config.dump").read_text())
        assert dump["id"] == id and dump["name"] == "box" and dump["rootfsImageName"] == criu.image
        spec = json.loads(kept(criu, id, "checkpoint/spec.dump").read_text())
        assert spec["process"]["args"][0] == "sh"
        criu.ok("container", "restore", "--keep", "--tcp-established", "--file-locks", "box")
        asked = kept(criu, id, "criu/restore.log").read_text()
        assert "--tcp-established" in asked and "--file-locks" in asked
        wait_for_starts(criu, 2)
        criu.ok("kill", "box")
        criu.ok("wait", "box")
        criu.ok("container", "restore", "box")
        wait_for_starts(criu, 3)

    def test_leave_running(self, criu):
        counter(criu)
        pid = criu.state("box")["Pid"]
        criu.ok("container", "checkpoint", "-R", "box")
        assert criu.status("box") == "running" and criu.state("box")["Pid"] == pid
        criu.ok("stop", "-t", "0", "box")
        criu.ok("container", "restore", "box")
        wait_for_starts(criu, 2)

    def test_shared_memory_is_kept(self, criu):
        counter(criu)
        criu.ok("exec", "box", "sh", "-c", "echo word > /dev/shm/note; chmod 600 /dev/shm/note")
        criu.ok("container", "checkpoint", "box")
        criu.ok("container", "restore", "box")
        assert criu.ok("exec", "box", "cat", "/dev/shm/note") == "word"

    def test_no_policy_restarts_it_meanwhile(self, criu):
        counter(criu, "--restart=always")
        criu.ok("container", "checkpoint", "box")
        assert criu.status("box") == "exited"
        criu.ok("start", "box")
        wait_for_starts(criu, 2)
        assert criu.state("box")["CheckpointedAt"].startswith("0001")

    def test_several_and_all(self, criu):
        names = {counter(criu, name="one"), counter(criu, name="two")}
        criu.ok("create", "--name=three", criu.image)
        assert set(criu.ok("container", "checkpoint", "--all").split()) == names
        assert set(criu.ok("container", "restore", "--all").split()) == names
        for name in ("one", "two"):
            wait_for_starts(criu, 2, name)

    def test_figures(self, criu):
        id = counter(criu)
        report = json.loads(criu.ok("container", "checkpoint", "--print-stats", "box"))
        assert report["podman_checkpoint_duration"] > 0
        (one,) = report["container_statistics"]
        assert one["Id"] == id and one["runtime_checkpoint_duration"] > 0
        assert one["criu_statistics"]["freezing_time"] == 1000
        assert one["criu_statistics"]["pages_written"] == 6000
        report = json.loads(criu.ok("container", "restore", "--print-stats", "box"))
        assert report["container_statistics"][0]["criu_statistics"] is None

    def test_events(self, criu):
        id = counter(criu)
        criu.ok("container", "checkpoint", "box")
        criu.ok("container", "restore", "box")
        events = criu.ok("events", "--stream=false", f"--filter=container={id}", "--format={{.Status}}").split()
        assert "checkpoint" in events and events[-1] == "restore"

    def test_same_address(self, criu):
        counter(criu, network=criu.engine.default_network)
        networks = "{{range .NetworkSettings.Networks}}{{.IPAddress}} {{.MacAddress}}{{end}}"
        before = criu.ok("inspect", "-f", networks, "box")
        criu.ok("container", "checkpoint", "box")
        # Somebody else would have got it.
        counter(criu, network=criu.engine.default_network, name="other")
        criu.ok("container", "restore", "box")
        assert criu.ok("inspect", "-f", networks, "box") == before


class TestArchive:
    @pytest.mark.parametrize("compress", ["none", "gzip", "zstd"])
    def test_layout_and_compression(self, criu, place, compress):
        counter(criu, "-v", "data:/data")
        criu.ok("exec", "box", "rm", "/etc/passwd")
        archive = place / "box.tar"
        criu.ok("container", "checkpoint", "-e", archive, "-c", compress, "box")
        magic = {"none": b"", "gzip": b"\x1f\x8b", "zstd": b"\x28\xb5\x2f\xfd"}[compress]
        assert archive.read_bytes().startswith(magic)
        assert archive.stat().st_mode & 0o777 == 0o600
        if compress == "zstd" and host.program("zstd") is not None:
            return
        assert {
            "checkpoint/inventory.img", "config.dump", "spec.dump", "network.status", "dump.log", "stats-dump",
            "devshm-checkpoint.tar", "rootfs-diff.tar", "deleted.files", "volumes/data.tar", "ctr.log",
        } <= members(archive)
        deleted = subprocess.run(["tar", "-xOf", archive, "deleted.files"], capture_output=True, check=True)
        assert json.loads(deleted.stdout) == ["/etc/passwd"]

    def test_all_of_it_comes_back(self, criu, place):
        id = counter(criu, "-v", "data:/data", "--label=colour=red")
        criu.ok("exec", "box", "sh", "-c",
                "rm /etc/passwd; echo note > /data/note; echo shared > /dev/shm/x; ln -s /count /link")
        archive = place / "box.tar"
        criu.ok("container", "checkpoint", "--export", archive, "box")
        criu.fails("container", "restore", "-i", archive, says="already")
        criu.ok("rm", "box")
        criu.fails("container", "restore", "-i", archive, says="volume with name data already exists. Use --ignore-vol")
        criu.ok("volume", "rm", "data")
        assert criu.ok("container", "restore", "-i", archive) == id
        wait_for_starts(criu, 2)
        assert criu.ok("exec", "box", "cat", "/data/note", "/dev/shm/x").split() == ["note", "shared"]
        assert criu.ok("exec", "box", "readlink", "/link") == "/count"
        assert criu("exec", "box", "ls", "/etc/passwd").code == 1
        assert criu.ok("logs", "box").split() == ["line", "line"]
        assert criu.ok("inspect", "-f", "{{.Config.Labels.colour}}", "box") == "red"

    def test_several_from_one(self, criu, place):
        id = counter(criu)
        archive = place / "box.tar"
        criu.ok("container", "checkpoint", "-R", "-e", archive, "box")
        more = criu.ok("container", "restore", "-i", archive, "-n", "more")
        assert more != id and sorted(criu.names()) == ["box", "more"]
        criu.fails("container", "restore", "-i", archive, "-n", "more", says="already in use")
        criu.ok("rm", "-f", "-t", "0", "more")

    def test_left_out(self, criu, place):
        counter(criu, "-v", "data:/data")
        criu.ok("exec", "box", "touch", "/data/note")
        archive = place / "box.tar"
        criu.ok("container", "checkpoint", "-c", "none", "--ignore-rootfs", "--ignore-volumes", "-e", archive, "box")
        assert not {"rootfs-diff.tar", "volumes/data.tar"} & members(archive)
        criu.ok("rm", "box")
        criu.ok("container", "restore", "--ignore-rootfs", "--ignore-volumes", "-i", archive)
        wait_for_starts(criu, 1)
        assert criu.ok("exec", "box", "ls", "/data") == "note"

    def test_of_rm(self, criu, place):
        criu.ok("run", "-d", "--rm", "--network=none", "--name=box", criu.image, *COUNTER)
        archive = place / "box.tar"
        criu.ok("container", "checkpoint", "-e", archive, "box")
        assert criu.names("-a") == []
        criu.ok("container", "restore", "-i", archive)
        criu.ok("stop", "-t", "0", "box")
        until(lambda: criu.names("-a") == [], "--rm is kept")

    def test_published_anew(self, criu, place):
        here, there = claim_port(), claim_port()
        counter(criu, "-p", f"127.0.0.1:{here}:80", network=criu.engine.default_network)
        archive = place / "box.tar"
        criu.ok("container", "checkpoint", "-e", archive, "-R", "box")
        criu.ok("container", "restore", "-i", archive, "-n", "more", "-p", f"127.0.0.1:{there}:80")
        assert criu.ok("port", "more") == f"80/tcp -> 127.0.0.1:{there}"

    def test_what_is_no_archive(self, criu, place):
        bad = place / "bad"
        criu.fails("container", "restore", "-i", bad, says="failed to open checkpoint archive")
        bad.write_text("no tar at all, but long enough to be looked at " * 40)
        criu.fails("container", "restore", "-i", bad, says="checkpoint archive")
        (place / "config.dump").write_text("{}")
        subprocess.run(["tar", "-cf", bad, "-C", place, "config.dump"], check=True)
        criu.fails("container", "restore", "-i", bad, says="was not written by gantry")
        subprocess.run(["tar", "-cf", bad, "-C", place, "figures"], check=True)
        criu.fails("container", "restore", "-i", bad, says="has no config.dump")
        (place / "config.dump").unlink()
        (place / "config.dump").symlink_to("/etc/passwd")
        subprocess.run(["tar", "-cf", bad, "-C", place, "config.dump"], check=True)
        criu.fails("container", "restore", "-i", bad, says="config.dump .*is no file")
        assert criu.names("-a") == []

    def test_no_program_is_run_because_a_file_says_so(self, criu, place, engine):
        counter(criu)
        archive = place / "box.tar"
        criu.ok("container", "checkpoint", "-e", archive, "box")
        criu.ok("rm", "box")
        result = engine.call("container", "restore", "-i", archive)
        assert result.code == 125 and "choose one with --runtime" in result.err


class TestOfTheHost:
    """With what is installed; criu works on few kernels."""

    def test_clear_and_harmless(self, gantry):
        id = gantry.start(name="box")
        before = gantry.state("box")
        result = gantry("container", "checkpoint", "box")
        if result.code == 0:
            gantry.ok("container", "restore", "box")
            return
        assert result.code == 125 and result.err.splitlines()[-1].startswith("Error: ")
        assert "checkpoint" in result.err and len(result.err.splitlines()) == 1
        assert gantry.state("box") == before
        assert not kept(gantry, id, "checkpoint").exists() and not kept(gantry, id, "criu").exists()
        assert gantry.ok("exec", "box", "echo", "alive") == "alive"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["checkpoint"], "you must provide at least one name or id"),
        (["checkpoint", "nosuch"], 'no container with name or ID "nosuch" found'),
        (["checkpoint", "--ignore-rootfs", "x"], "--ignore-rootfs can only be used with --export"),
        (["checkpoint", "--ignore-volumes", "x"], "--ignore-volumes can only be used with --export"),
        (["checkpoint", "-c", "gzip", "x"], "--compress can only be used with --export"),
        (["checkpoint", "-c", "lzma", "-e", "f", "x"], r"compression algorithm \(\"lzma\"\) not supported"),
        (["checkpoint", "--all", "x"], "no arguments are needed with --all"),
        (["restore"], "you must provide at least one name or id"),
        (["restore", "nosuch"], "no such container"),
        (["restore", "-n", "a", "x"], "--name can only be used with"),
        (["restore", "--ignore-rootfs", "x"], "--ignore-rootfs can only be used with"),
        (["restore", "--ignore-volumes", "x"], "--ignore-volumes can only be used with"),
        (["restore", "-p", "80:80", "x"], "--publish can only be used with"),
        (["restore", "-i", "f", "x"], "cannot use --import with"),
    ],
)
def test_words(gantry_once, words, says):
    gantry_once.fails("container", *words, says=says)


def test_not_in_every_state(gantry_once):
    gantry_once.ok("create", "--network=none", "--name=box", gantry_once.image, "true")
    gantry_once.fails("container", "checkpoint", "box", says="container is not running")
    gantry_once.ok("init", "box")
    gantry_once.fails("container", "restore", "box", says="already been created in the runtime")


class TestArchiveOfOthers:
    """What somebody else wrote, or changed."""

    @pytest.fixture
    def opened(self, criu, place):
        """A folder with the members of an archive, whose container is gone."""
        counter(criu, "-v", "data:/data")
        criu.ok("container", "checkpoint", "-c", "none", "-e", place / "box.tar", "box")
        criu.ok("rm", "box")
        criu.ok("volume", "rm", "data")
        folder = place / "opened"
        folder.mkdir()
        subprocess.run(["tar", "-xf", place / "box.tar", "-C", folder], check=True)
        return folder

    def refused(self, criu, opened, *words, says):
        archive = opened.parent / "changed.tar"
        subprocess.run(["tar", "-cf", archive, "-C", opened, "."], check=True)
        criu.fails("container", "restore", "-i", archive, *words, says=says)
        assert criu.names("-a") == []

    def change(self, opened, act):
        path = opened / "config.dump"
        dump = json.loads(path.read_text())
        act(dump["gantry"]["config"])
        path.write_text(json.dumps(dump))

    def test_links_are_not_followed(self, criu, opened, place):
        (place / "precious").mkdir()
        (place / "precious/file").write_text("text")
        (opened / "artifacts").symlink_to(place / "precious")
        self.refused(criu, opened, says="artifacts in .* is no file and no folder")
        assert (place / "precious/file").read_text() == "text"
        (opened / "artifacts").unlink()
        (opened / "checkpoint/pages-1.img").symlink_to("/etc/shadow")
        self.refused(criu, opened, says="checkpoint/pages-1.img in .* is no file and no folder")
        assert criu.ok("volume", "ls", "-q") == ""

    def test_volumes_of_others_stay(self, criu, opened):
        criu.ok("volume", "create", "data")
        self.change(opened, lambda config: config["mounts"][0].update(anonymous=True))
        pathlib.Path(f"{criu.runtime}.fails").touch()
        self.refused(criu, opened, "--ignore-volumes", says="this is the reason")
        assert criu.ok("volume", "ls", "-q") == "data"

    def test_cgroups_of_others_stay(self, criu, opened):
        self.change(opened, lambda config: config.update(cgroup_parent="/x/../../.."))
        self.refused(criu, opened, says='invalid cgroup parent "/x/../../.."')
        criu.fails("create", "--cgroup-parent=../x", criu.image, says='invalid cgroup parent "../x"')

    def test_image_with_another_name(self, criu, opened):
        self.change(opened, lambda config: config.update(image_name="localhost/no/such:name"))
        archive = opened.parent / "changed.tar"
        subprocess.run(["tar", "-cf", archive, "-C", opened, "."], check=True)
        criu.ok("container", "restore", "-i", archive)
        wait_for_starts(criu, 2)
