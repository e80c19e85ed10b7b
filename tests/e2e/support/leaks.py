# SPDX-License-Identifier: Apache-2.0
"""What a test left behind on this host, and its removal.

Ids come from the engine's own event log, so that a container is looked for even when its
record is gone. Nothing is taken for a leak that does not carry one of these ids or lie
below the engine's folders: neighbours may use the same host.
"""

import fcntl
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import time

from .patience import PATIENCE

CGROUPS = pathlib.Path("/sys/fs/cgroup")
NETWORK_LINKS = pathlib.Path("/sys/class/net")


def lines_of(*argv):
    done = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=PATIENCE)
    return done.stdout.splitlines()


def all_chains():
    """The stems of all packet filter chains that are named as an engine names its own."""
    found = (re.match(r":(\w+-[0-9a-f]{8})-", line) for line in lines_of("iptables-save"))
    return {match[1] for match in found if match}


def is_held(lock_file):
    """Whether somebody holds the lock, or has removed it since."""
    try:
        with open(lock_file.removeprefix("file "), encoding="utf-8") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except (FileNotFoundError, BlockingIOError):
        return True
    return False


class LeakCheck:
    """Remembers what was there before a test; report() names what came and stayed."""

    def __init__(self, engine):
        self.engine = engine
        self.log_size = self.event_log_size()
        self.volumes = set(self.listed("volumes"))
        self.layers = set(self.layers_now())

    # --- The engine's folders.

    def event_log_size(self):
        log = self.engine.root / "events.log"
        return log.stat().st_size if log.exists() else 0

    def ids(self):
        """The ids of all containers that this test created or touched."""
        log = self.engine.root / "events.log"
        if not log.exists():
            return set()
        text = log.read_bytes()
        new = text[self.log_size :] if len(text) >= self.log_size else text
        return set(re.findall(r"\b[0-9a-f]{64}\b", new.decode(errors="replace"))) - self.images()

    def images(self):
        return {path.name for path in (self.engine.root / "images").glob("*")}

    def listed(self, *parts):
        folder = self.engine.root.joinpath(*parts)
        names = [entry.name for entry in folder.iterdir()] if folder.is_dir() else []
        return sorted(name for name in names if not name.startswith("."))

    def layers_now(self):
        return self.listed("plugins", "storage-overlay", "layers")

    def files(self):
        """Files and folders named after a container, or in places that must be empty."""
        left = []
        for folder in ("containers", "exits", "netns"):
            left += (self.engine.run / folder).glob("*")
        left += (self.engine.root / "containers").glob("*")
        left += (self.engine.root / "plugins/storage-overlay/staging").glob("*")
        left += (self.engine.root / "plugins/storage-overlay/trash").glob("*")
        left += (self.engine.run / "plugins/net-cni/records").glob("*/*")
        left += [
            lease
            for lease in (self.engine.run / "plugins/net-cni/leases").glob("*/*")
            if re.match(r"[0-9a-f]+[.:]", lease.name)
        ]
        left += (self.engine.run / "locks/container").glob("*")
        return [f"file {path}" for path in sorted(set(left))]

    # --- The host.

    def mounts(self):
        folder = str(self.engine.folder) + "/"
        with open("/proc/self/mountinfo", encoding="utf-8") as table:
            points = [line.split()[4] for line in table]
        return [point for point in points if point.startswith(folder)]

    def processes(self):
        """Processes with one of our folders or ids in their words or their cgroup."""
        ids = self.ids()
        folder = str(self.engine.folder)
        found = []
        for entry in pathlib.Path("/proc").iterdir():
            if not entry.name.isdigit() or int(entry.name) == os.getpid():
                continue
            try:
                words = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(
                    errors="replace"
                )
                groups = (entry / "cgroup").read_text()
            except OSError:
                continue
            if "pytest" in words:
                continue
            if folder in words or any(one in words or one in groups for one in ids):
                found.append((int(entry.name), words.strip()[:300]))
        return found

    def cgroups(self):
        ids = self.ids()
        found = []
        for folder, names, _ in os.walk(CGROUPS):
            found += [
                os.path.join(folder, name)
                for name in names
                if any(one in name for one in ids)
            ]
        return found

    def rules(self):
        ids = self.ids()
        found = []
        for program in ("iptables-save", "ip6tables-save"):
            if shutil.which(program):
                found += [
                    f"{program}: {line}"
                    for line in lines_of(program)
                    if any(one in line for one in ids)
                ]
        return found

    def bridges(self):
        """The bridges of this engine's own networks."""
        found = []
        for path in (self.engine.root / "plugins/net-cni/net.d").glob("*.conflist"):
            for plugin in json.loads(path.read_text()).get("plugins", []):
                if plugin.get("type") == "bridge":
                    found.append(plugin["bridge"])
        return found

    def chains(self, bridges):
        """The packet filter chains of networks with these bridges, by their common stem."""
        return {
            match[1]
            for line in lines_of("iptables-save")
            if (match := re.match(r"-A (\w+-[0-9a-f]{8})-\w+ -[io] (\S+)", line))
            and match[2] in bridges
        }

    def links(self):
        found = []
        for bridge in self.bridges():
            ports = NETWORK_LINKS / bridge / "brif"
            if ports.is_dir():
                found += [f"{port.name} on {bridge}" for port in ports.iterdir()]
        return found

    # --- All of it.

    def report(self):
        left = self.files()
        left += [f"mount {point}" for point in self.mounts()]
        left += [f"process {pid}: {words}" for pid, words in self.processes()]
        left += [f"cgroup {path}" for path in self.cgroups()]
        left += [f"rule {rule}" for rule in self.rules()]
        left += [f"link {link}" for link in self.links()]
        left += [f"volume {name}" for name in sorted(set(self.listed("volumes")) - self.volumes)]
        left += [f"layer {name}" for name in sorted(set(self.layers_now()) - self.layers)]
        return left

    def settled_report(self, seconds=PATIENCE):
        """What is still there after those who tidy up in the background had their time."""
        end = time.monotonic() + seconds
        while True:
            left = self.report()
            # A lock file that nobody holds has nobody who would come to remove it.
            waiting = [one for one in left if "/locks/container/" not in one or is_held(one)]
            if not left or not waiting or time.monotonic() > end:
                return left
            time.sleep(0.05)

    def sweep(self):
        """Takes away by hand what the engine left, so that the next test starts clean."""
        for pid, _ in self.processes():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        for point in sorted(self.mounts(), reverse=True):
            subprocess.run(["umount", "-l", point], check=False, capture_output=True)
        for path in self.cgroups():
            try:
                os.rmdir(path)
            except OSError:
                pass
        shutil.rmtree(self.engine.run, ignore_errors=True)


def leave_host_as_found(engine):
    """Ends the engine's containers and networks; what is left then is an error."""
    # Interrupts wait until the host is as it was.
    waiting = {one: signal.signal(one, signal.SIG_IGN) for one in (signal.SIGINT, signal.SIGTERM)}
    check = LeakCheck(engine)
    bridges = check.bridges()
    chains = check.chains(bridges) - engine.chains_before
    try:
        engine.call("rm", "-f", "-a", "-t", "0")
        # What is no longer the default can be removed like any other.
        engine.set_default_network("none-such")
        for path in sorted((engine.root / "plugins/net-cni/net.d").glob("*.conflist")):
            engine.call("network", "rm", "-f", "-t", "0", path.stem)
        left = [f"bridge {name}" for name in bridges if (NETWORK_LINKS / name).exists()]
        left += [f"packet filter chain {name}" for name in sorted(chains & all_chains())]
    finally:
        for name in bridges:
            subprocess.run(["ip", "link", "del", name], check=False, capture_output=True)
        check.sweep()
        for one, handler in waiting.items():
            signal.signal(one, handler)
    assert not left, "left after the networks were removed:\n  " + "\n  ".join(left)
