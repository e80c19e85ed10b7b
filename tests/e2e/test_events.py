# SPDX-License-Identifier: Apache-2.0
"""events: each has its name and attributes, and none is lost."""

import json
import select
import time

from support import host
from support.gantry import PATIENCE, PATIENT, until


def events(gantry, *words):
    out = gantry.ok("events", "--stream=false", "--format=json", *words)
    return [json.loads(line) for line in out.splitlines()]


def names_of(gantry, *words):
    return [event["Status"] for event in events(gantry, "--since=1h", *words)]


class TestEvents:
    def test_the_life_of_a_container(self, gantry):
        name = f"lives-{gantry.runtime}"
        gantry.ok("run", "--network=none", f"--name={name}", "-l", "a=1", gantry.image, "true")
        gantry.ok("rm", name)
        seen = events(gantry, "--since=1h", f"--filter=container={name}")
        words = [event["Status"] for event in seen if event["Status"] != "attach"]
        assert words == ["create", "init", "start", "died", "cleanup", "remove"]
        assert seen[0]["Attributes"]["a"] == "1"

    def test_filters(self, gantry_once):
        gantry_once.ok("create", "--network=none", "--name=evented", gantry_once.image, "true")
        seen = events(gantry_once, "--since=1h", "--filter=event=create", "--filter=container=evented")
        assert len(seen) == 1 and seen[0]["Type"] == "container"
        line = gantry_once.ok("events", "--stream=false", "--since=1h", "--filter=container=evented",
                              "--format={{.Type}} {{.Status}} {{.Name}}")
        assert line == "container create evented"
        gantry_once.fails("events", "--stream=false", "--filter=nosuch=1", says="nosuch")
        gantry_once.fails("events", "--stream=false", "--since=nonsense", says="nonsense")

    def test_stream(self, gantry_once):
        stream = gantry_once.spawn("events", "--format={{.Status}}", "--filter=event=create")
        gantry_once.ok("create", "--network=none", gantry_once.image, "true")
        # It may have been made before the stream began to listen; one of the next is seen.
        while not select.select([stream.stdout], [], [], 0.1)[0]:
            gantry_once.ok("create", "--network=none", gantry_once.image, "true")
        assert stream.stdout.readline() == b"create\n"


class TestContainers:
    """Every event that a container can have."""

    def test_start_to_end(self, gantry):
        gantry.ok("create", "--network=none", "--name=c", "--label=colour=red", gantry.image, *PATIENT)
        gantry.ok("init", "c")
        gantry.ok("start", "c")
        assert gantry("exec", "c", "sh", "-c", "exit 3").code == 3
        gantry.ok("pause", "c")
        gantry.ok("unpause", "c")
        gantry.ok("rename", "c", "d")
        gantry.ok("update", "--pids-limit=99", "d")
        gantry.ok("mount", "d")
        gantry.ok("umount", "d")
        gantry.until_it_heeds(gantry.inspect("d")["Id"])
        gantry.ok("restart", "-t", "5", "d")
        gantry.until_it_heeds(gantry.inspect("d")["Id"])
        gantry.ok("kill", "-s", "TERM", "d")
        gantry.ok("wait", "d")
        until(lambda: gantry.status("d") == "exited", "the end")
        gantry.ok("export", "-o", "/dev/null", "d")
        gantry.ok("rm", "d")
        identity = events(gantry, "--since=1h", "--filter=event=create")[-1]["ID"]
        seen = events(gantry, "--since=1h", f"--filter=container={identity}")
        words = [event["Status"] for event in seen]
        for word in ("create", "init", "start", "exec", "exec_died", "pause", "unpause", "rename",
                     "update", "mount", "unmount", "restart", "died", "cleanup", "kill", "export",
                     "remove"):
            assert word in words, words
        assert words.index("create") < words.index("init") < words.index("start")
        assert words.count("start") == 2 and words[-1] == "remove"
        for event in seen:
            assert event["ID"] == identity and event["Type"] == "container", event
            assert event["Image"] == gantry.image and event["Time"], event
            assert event["Attributes"]["colour"] == "red", event
        by_name = {event["Status"]: event for event in seen}
        assert by_name["exec_died"]["Attributes"]["exitCode"] == "3"
        assert by_name["exec"]["Attributes"]["execID"] == by_name["exec_died"]["Attributes"]["execID"]
        assert by_name["kill"]["Attributes"]["signal"] == "15"
        assert by_name["died"]["ContainerExitCode"] == 0
        assert by_name["remove"]["Name"] == "d"

    def test_stop_attach_commit(self, gantry):
        identity = gantry.ok("run", "-d", "-i", "--network=none", "--name=c", gantry.image, *PATIENT)
        client = gantry.spawn("attach", "--no-stdin", "c")
        until(lambda: "attach" in names_of(gantry, f"--filter=container={identity}"), "the attach")
        image = gantry.ok("commit", "-q", "c", "localhost/evented")
        gantry.ok("stop", "c")
        client.communicate(timeout=PATIENCE)
        seen = events(gantry, "--since=1h", f"--filter=container={identity}")
        words = [event["Status"] for event in seen]
        assert words.index("died") < words.index("cleanup") and "stop" in words
        assert [e for e in seen if e["Status"] == "commit"][0]["Attributes"]["image"] == image
        gantry.ok("rmi", "localhost/evented")

    def test_oom(self, gantry):
        host.require(
            None if host.cgroup_controller("memory") else "the cgroup controller memory is not there"
        )
        gantry("run", "--network=none", "--memory=24m", "--memory-swap=24m", "--name=fat",
               gantry.image, "sh", "-c", "tail /dev/zero")
        identity = gantry.inspect("fat")["Id"]
        words = names_of(gantry, f"--filter=container={identity}")
        assert "oom" in words and "died" in words

    def test_health(self, gantry):
        identity = gantry.ok("run", "-d", "--network=none", "--name=ill", "--health-cmd=false",
                             "--health-interval=disable", "--health-retries=1", gantry.image, *PATIENT)
        gantry("healthcheck", "run", "ill")
        (event,) = events(gantry, "--since=1h", "--filter=event=health_status",
                          f"--filter=container={identity}")
        assert event["HealthStatus"] == "unhealthy"


class TestOthers:
    def test_volumes(self, gantry_once):
        gantry = gantry_once
        gantry.ok("volume", "create", "told")
        gantry.ok("volume", "rm", "told")
        assert names_of(gantry, "--filter=volume=told") == ["create", "remove"]
        gantry.run_ok("-v", "implied:/data", "-v", "/anonymous", gantry.image, "true")
        assert names_of(gantry, "--filter=volume=implied") == ["create"]
        kinds = [(e["Status"], e["Type"]) for e in events(gantry, "--since=1h", "--filter=type=volume")]
        assert kinds.count(("create", "volume")) >= 3 and kinds.count(("remove", "volume")) >= 2
        gantry.ok("volume", "prune", "-f")
        assert names_of(gantry, "--filter=volume=implied") == ["create", "prune"]

    def test_images(self, gantry_once, place):
        gantry = gantry_once
        gantry.ok("tag", gantry.image, "localhost/told:1")
        gantry.ok("save", "-q", "-o", place / "told.tar", "localhost/told:1")
        gantry.ok("untag", "localhost/told:1", "localhost/told:1")
        gantry.ok("load", "-q", "-i", place / "told.tar")
        gantry.ok("rmi", "localhost/told:1")
        words = [e["Status"] for e in events(gantry, "--since=1h", "--filter=type=image")]
        for word in ("tag", "save", "untag", "loadfromarchive"):
            assert word in words, words

    def test_networks(self, gantry_once):
        gantry = gantry_once
        gantry.engine.create_network("evented")
        gantry.ok("network", "rm", "evented")
        assert names_of(gantry, "--filter=network=evented") == ["create", "remove"]


class TestMany:
    def test_none_is_lost(self, gantry_once):
        """Of many writers at once each line is whole and there, also across rotation."""
        gantry = gantry_once
        identity = gantry.ok("create", "--network=none", "--name=busy", gantry.image, "true")
        writers = [gantry.spawn("update", f"--pids-limit={100 + i}", "busy") for i in range(24)]
        for writer in writers:
            assert writer.wait(PATIENCE) == 0, writer.stderr.read()
        assert names_of(gantry, f"--filter=container={identity}") == ["create"] + 24 * ["update"]

    def test_a_stream_goes_on_across_rotation(self, gantry_once):
        gantry = gantry_once
        log = gantry.engine.root / "events.log"
        stream = gantry.spawn("events", "--since=1h", "--format={{.Status}} {{.Name}}", "--filter=event=create")
        gantry.ok("create", "--network=none", "--name=before-rotation", gantry.image, "true")
        seen = []
        while not seen or seen[-1] != b"create before-rotation\n":
            seen.append(stream.stdout.readline())
        log.rename(f"{log}.1")
        gantry.ok("create", "--network=none", "--name=after-rotation", gantry.image, "true")
        assert stream.stdout.readline() == b"create after-rotation\n"
        assert "before-rotation" in gantry.ok("events", "--stream=false", "--since=1h", "--format={{.Name}}")

    def test_until_ends_a_stream(self, gantry_once):
        soon = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 2))
        assert gantry_once.ok("events", "--since=1h", f"--until={soon}", "--filter=event=nosuch") == ""
