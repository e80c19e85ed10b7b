# SPDX-License-Identifier: Apache-2.0
"""The program under test, with a store of its own.

An Engine is a pair of folders and the binary; a Gantry is an Engine seen through one OCI
runtime. Calls have a time limit, and one that is over fails the test with what was printed.
"""

import json
import os
import pathlib
import re
import secrets
import signal
import subprocess
import time

from .claims import claim_subnet
from .leaks import all_chains
from .patience import PATIENCE
from .terminal import Terminal

# The words of a first process that waits, and heeds SIGTERM.
PATIENT = ("sh", "-c", "trap 'exit 0' TERM; sleep 1000 & wait")


class Result:
    """What a finished call left: its exit code and its output, as text and as bytes."""

    def __init__(self, argv, code, raw_out, raw_err):
        self.argv = argv
        self.code = code
        self.raw_out = raw_out
        self.raw_err = raw_err
        self.out = raw_out.decode(errors="replace")
        self.err = raw_err.decode(errors="replace")

    @property
    def lines(self):
        return self.out.splitlines()

    def __repr__(self):
        words = " ".join(str(word) for word in self.argv)
        return f"{words}\nexit code {self.code}\nstdout: {self.out}\nstderr: {self.err}"


class Engine:
    """The binary with --root and --runroot of its own. Knows how to wipe itself."""

    def __init__(self, binary, folder, default_network):
        self.binary = pathlib.Path(binary)
        self.folder = pathlib.Path(folder)
        self.root = self.folder / "root"
        self.run = self.folder / "run"
        self.default_network = default_network
        self.chains_before = all_chains()
        self.configuration = self.folder / "gantry.conf"
        self.write_configuration()

    def write_configuration(self):
        """A default network of this engine's own, so that no other's is touched."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.configuration.write_text(
            f"default_network={self.default_network}\n"
            f"[plugin.net-cni]\ndefault_network={self.default_network}\n"
        )

    def create_network(self, name, *words):
        """A network whose bridge and subnet no other engine on this host chooses too."""
        words = (f"--interface-name=e2e-{secrets.token_hex(4)}", *words)
        if not any(word.startswith("--subnet") for word in words):
            words += (f"--subnet={claim_subnet()}",)
        made = self.call("network", "create", *words, name)
        assert made.code == 0, repr(made)

    def create_default_network(self):
        """So too; the default's name cannot be created, so it becomes the default after."""
        name = self.default_network
        self.set_default_network("none-such")
        self.create_network(name)
        self.set_default_network(name)

    def set_default_network(self, name):
        self.default_network = name
        self.write_configuration()

    def argv(self, *words):
        return [
            str(self.binary),
            f"--config={self.configuration}",
            f"--root={self.root}",
            f"--runroot={self.run}",
            *[str(word) for word in words],
        ]

    def with_closed(self, redirection, *words):
        """As call, with a standard stream closed: ">&-"."""
        argv = ["sh", "-c", f'exec "$@" {redirection}', "sh", *self.argv(*words)]
        done = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True,
                              env=self.environment(), timeout=PATIENCE, check=False)
        return Result(argv, done.returncode, done.stdout, done.stderr)

    def environment(self, extra=None):
        kept = {k: v for k, v in os.environ.items() if not k.startswith("GANTRY_")}
        for name in ("http_proxy", "https_proxy", "no_proxy", "ftp_proxy"):
            kept.pop(name, None)
            kept.pop(name.upper(), None)
        return {**kept, **(extra or {})}

    def call(self, *words, input=None, timeout=PATIENCE, env=None, cwd=None):
        argv = self.argv(*words)
        if isinstance(input, str):
            input = input.encode()
        stdin = {"input": input} if input is not None else {"stdin": subprocess.DEVNULL}
        with subprocess.Popen(
            argv,
            stdin=subprocess.PIPE if input is not None else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=self.environment(env),
            cwd=cwd,
        ) as process:
            try:
                out, err = process.communicate(stdin.get("input"), timeout=timeout)
            except subprocess.TimeoutExpired:
                process.kill()
                out, err = process.communicate(timeout=PATIENCE)
                raise AssertionError(
                    f"still running after {timeout} s: {Result(argv, 'none', out, err)}"
                ) from None
        return Result(argv, process.returncode, out, err)


class Gantry:
    """An Engine through one OCI runtime; what tests speak to."""

    def __init__(self, engine, runtime, image):
        self.engine = engine
        self.runtime = runtime
        self.image = image
        self.started = []

    def __call__(self, *words, **how):
        return self.engine.call(f"--runtime={self.runtime}", *words, **how)

    def ok(self, *words, **how):
        """Succeeds; answers with what was printed, without the last line's end."""
        result = self(*words, **how)
        assert result.code == 0, repr(result)
        return result.out.rstrip("\n")

    def fails(self, *words, code=125, says=None, **how):
        """Fails with this code and one "Error: " line, last, that matches the pattern."""
        result = self(*words, **how)
        assert result.code == code or (code is None and result.code != 0), repr(result)
        last = (result.err.rstrip("\n").splitlines() or [""])[-1]
        assert last.startswith(("Error: ", "Try ", "See ")), repr(result)
        if says:
            assert re.search(says, result.err, re.IGNORECASE), f"no match for {says!r}: {result!r}"
        return result

    def spawn(self, *words, **how):
        """Starts a call and goes on; the fixture kills what is left of it."""
        process = subprocess.Popen(
            self.engine.argv(f"--runtime={self.runtime}", *words),
            stdin=how.pop("stdin", subprocess.DEVNULL),
            stdout=how.pop("stdout", subprocess.PIPE),
            stderr=how.pop("stderr", subprocess.PIPE),
            env=self.engine.environment(how.pop("env", None)),
            **how,
        )
        self.started.append(process)
        return process

    def terminal(self, *words, **how):
        """Starts a call on a pseudo-terminal of its own."""
        terminal = Terminal(
            self.engine.argv(f"--runtime={self.runtime}", *words),
            env=self.engine.environment(how.pop("env", None)),
            **how,
        )
        self.started.append(terminal)
        return terminal

    def close(self):
        for process in self.started:
            if isinstance(process, Terminal):
                process.close()
                continue
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)
            for stream in (process.stdin, process.stdout, process.stderr):
                if stream is not None:
                    stream.close()
            process.wait(timeout=PATIENCE)
        self.started.clear()

    # --- Words of their own, for what tests say often.

    def run(self, *words, **how):
        """`run --rm --network none …`: the quickest container."""
        return self("run", "--rm", "--network=none", *words, **how)

    def run_ok(self, *words, **how):
        return self.ok("run", "--rm", "--network=none", *words, **how)

    def start(self, *words, name=None, network="none"):
        """A detached container that lives until it is told to end, and then ends at once."""
        named = [f"--name={name}"] if name else []
        identity = self.ok(
            "run", "-d", f"--network={network}", *named, *words, self.image, *PATIENT
        )
        self.until_it_heeds(identity)
        return identity

    def until_it_heeds(self, identity):
        """Waits until the trap is set: before, the kernel keeps SIGTERM from a first process."""
        file = self.engine.run / "containers" / identity / "pid"

        def heeds():
            try:
                status = pathlib.Path("/proc", file.read_text().strip(), "status").read_text()
            except OSError:
                return True  # it has ended
            caught = int(re.search(r"^SigCgt:\s*(\w+)", status, re.MULTILINE)[1], 16)
            blocked = int(re.search(r"^SigBlk:\s*(\w+)", status, re.MULTILINE)[1], 16)
            # A runtime that is about to become the shell catches every signal; an init waits
            # for those that it blocks.
            catches = [caught >> (one - 1) & 1 for one in (signal.SIGTERM, signal.SIGUSR2)]
            return catches == [1, 0] or blocked >> (signal.SIGTERM - 1) & 1

        until(heeds, "the trap of the container")

    def inspect(self, name, kind="container"):
        return json.loads(self.ok("inspect", f"--type={kind}", name))[0]

    def state(self, name):
        return self.inspect(name)["State"]

    def status(self, name):
        return self.state(name)["Status"]

    def names(self, *words):
        return self.ok("ps", "--format={{.Names}}", *words).split()


def until(condition, what, seconds=PATIENCE):
    """Waits until the condition holds; an assertion names what did not come."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < end, f"not within {seconds} s: {what}"
        time.sleep(0.02)
