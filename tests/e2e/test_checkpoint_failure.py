# SPDX-License-Identifier: Apache-2.0
"""Checkpoints and restores that fail or are broken off."""

import os
import pathlib
import resource
import signal

from support.criu import COUNTER, counter, kept, wait_for_starts
from support.gantry import PATIENCE, until


class TestFailure:
    def fail(self, criu):
        pathlib.Path(f"{criu.runtime}.fails").touch()

    def test_checkpoint_fails_and_it_runs_on(self, criu):
        id = counter(criu, "--restart=always")
        before = criu.state("box")
        self.fail(criu)
        criu.fails("container", "checkpoint", "box", says="criu failed: type NOTIFY errno 0.*: this is the reason")
        assert criu.state("box") == before
        for name in ("checkpoint", "checkpoint.old", "criu"):
            assert not kept(criu, id, name).exists()

    def test_the_last_one_is_kept(self, criu):
        id = counter(criu)
        criu.ok("container", "checkpoint", "-R", "box")
        images = kept(criu, id, "checkpoint/inventory.img").read_text()
        self.fail(criu)
        criu.fails("container", "checkpoint", "box")
        assert kept(criu, id, "checkpoint/inventory.img").read_text() == images
        assert not kept(criu, id, "checkpoint.old").exists()

    def test_restore_fails_and_can_be_tried_again(self, criu):
        id = counter(criu)
        criu.ok("container", "checkpoint", "box")
        self.fail(criu)
        criu.fails("container", "restore", "box", says="this is the reason")
        assert criu.status("box") == "exited"
        pathlib.Path(f"{criu.runtime}.fails").unlink()
        criu.ok("container", "restore", "box")
        wait_for_starts(criu, 2)
        assert not kept(criu, id, "checkpoint").exists()

    def test_import_fails_and_leaves_nothing(self, criu, place):
        counter(criu, "-v", "data:/data")
        archive = place / "box.tar"
        criu.ok("container", "checkpoint", "-e", archive, "box")
        criu.ok("rm", "box")
        criu.ok("volume", "rm", "data")
        self.fail(criu)
        criu.fails("container", "restore", "-i", archive, says="this is the reason")
        assert criu.names("-a") == [] and criu.ok("volume", "ls", "-q") == ""
        pathlib.Path(f"{criu.runtime}.fails").unlink()
        criu.ok("container", "restore", "-i", archive)
        assert criu.ok("volume", "inspect", "-f", "{{.Anonymous}}", "data") == "false"
        criu.ok("rm", "-f", "-t", "0", "-v", "box")
        assert criu.ok("volume", "ls", "-q") == "data"

    def test_archive_cannot_be_written(self, criu, place):
        counter(criu)
        criu.fails("container", "checkpoint", "-e", place / "no/such/folder/x.tar", "box", says="no/such/folder")
        assert criu.status("box") == "running"
        criu.fails("container", "checkpoint", "-e", "/dev/full", "box", says="the checkpoint itself was kept")
        assert criu.status("box") == "exited"
        criu.ok("container", "restore", "box")

    def test_it_cannot_be_lost_with_rm(self, criu, place):
        criu.ok("run", "-d", "--rm", "--network=none", "--name=box", criu.image, *COUNTER)
        criu.fails("container", "checkpoint", "box", says="started with '--rm' unless '--export' is used")
        criu.fails("container", "checkpoint", "-e", "/dev/full", "box", says="the checkpoint itself was kept")
        criu.ok("container", "restore", "box")
        criu.ok("stop", "-t", "0", "box")
        until(lambda: criu("container", "exists", "box").code == 1, "--rm holds for the run after it")


class TestBrokenOff:
    """What comes between the end of the processes and the end of the command."""

    def dumping(self, criu):
        """The program in the place of the runtime waits, while it dumps, for the test."""
        return pathlib.Path(f"{criu.runtime}.waits"), pathlib.Path(f"{criu.runtime}.waiting")

    def test_nobody_interrupts_a_dump(self, criu):
        counter(criu)
        gate, waiting = self.dumping(criu)
        gate.touch()
        command = criu.spawn("container", "checkpoint", "box")
        until(waiting.exists, "the processes have ended")
        command.send_signal(signal.SIGINT)
        gate.unlink()
        assert command.wait(timeout=PATIENCE) == 0
        assert criu.status("box") == "exited"
        criu.ok("container", "restore", "box")
        wait_for_starts(criu, 2)

    def test_the_last_one_is_kept_with_its_facts(self, criu):
        id = counter(criu)
        criu.ok("exec", "box", "sh", "-c", "echo word > /dev/shm/note")
        criu.ok("container", "checkpoint", "-R", "box")
        pathlib.Path(f"{criu.runtime}.fails").touch()
        criu.fails("container", "checkpoint", "box")
        assert kept(criu, id, "checkpoint/devshm-checkpoint.tar").exists()
        assert kept(criu, id, "checkpoint/network.status").exists()
        assert not kept(criu, id, "checkpoint/unsynced").exists()
        pathlib.Path(f"{criu.runtime}.fails").unlink()
        criu.ok("kill", "box")
        criu.ok("wait", "box")
        criu.ok("container", "restore", "box")
        assert criu.ok("exec", "box", "cat", "/dev/shm/note") == "word"

    def test_room_for_shared_memory_is_seen_to_before(self, criu):
        counter(criu)
        criu.ok("exec", "box", "dd", "if=/dev/zero", "of=/dev/shm/large", "bs=1M", "count=8")
        before = criu.state("box")
        # A disk without room: no file may grow beyond this, and nobody dies of it.
        command = criu.spawn(
            "container", "checkpoint", "box", restore_signals=False,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (4 << 20, 4 << 20)),
        )
        assert command.wait(timeout=PATIENCE) == 125
        assert b"keep room for /dev/shm of container box" in command.stderr.read()
        assert criu.state("box") == before

    def test_a_pipe_is_waited_for_without_the_lock(self, criu, place):
        counter(criu)
        pipe = place / "pipe"
        os.mkfifo(pipe)
        command = criu.spawn("container", "checkpoint", "-c", "none", "-e", pipe, "box")
        until(lambda: pathlib.Path(f"/proc/{command.pid}/wchan").read_text() == "wait_for_partner", "it waits")
        assert criu.ok("exec", "box", "echo", "free") == "free"
        criu.ok("rename", "box", "crate")
        criu.ok("rename", "crate", "box")
        with pipe.open("rb") as reader:
            content = reader.read()
        assert command.wait(timeout=PATIENCE) == 0 and b"config.dump" in content
        criu.ok("container", "restore", "box")

    def test_the_file_is_named(self, criu):
        counter(criu)
        criu.fails("container", "checkpoint", "-e", "/dev/full", "box", says="write /dev/full: .*No space left on device")

    def test_its_end_is_told(self, criu):
        id = counter(criu)
        waiting = criu.spawn("wait", "box")
        criu.ok("container", "checkpoint", "box")
        assert waiting.wait(timeout=PATIENCE) == 0 and waiting.stdout.read().strip() == b"137"
        events = criu.ok("events", "--stream=false", f"--filter=container={id}", "--format={{.Status}}").split()
        assert events[-3:] == ["died", "checkpoint", "cleanup"]

    def test_what_is_paused_is_left_alone(self, criu):
        counter(criu)
        criu.ok("container", "checkpoint", "-R", "box")
        criu.ok("pause", "box")
        assert criu.ok("container", "restore", "--all") == ""
        criu.ok("unpause", "box")
