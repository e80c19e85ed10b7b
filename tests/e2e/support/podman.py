# SPDX-License-Identifier: Apache-2.0
"""podman with a store of its own, to compare with; and what makes two answers comparable.

Nothing of the machine's own podman is used or changed: storage, locks, events, networks and
configuration stand in one folder, and all runs in a mount namespace of its own, where podman's
usual folders are empty and crun does not see a cgroup v2 hierarchy beside v1. It has a network
namespace of its own, too: no bridge, rule or port of it is in the way of another test's.
"""

import contextlib
import json
import pathlib
import re
import shutil
import subprocess

from .gantry import Engine
from .patience import PATIENCE

WANTED = "4.3"  # what the differences were written down from
CGROUPS = pathlib.Path("/sys/fs/cgroup")
PARENT = "libpod_parent"  # podman makes this cgroup and leaves it
HIDDEN = ("/var/lib/containers", "/var/lib/cni", "/run/netns")  # where podman writes whatever its store

# containers.conf as Debian ships it, without which podman has three capabilities more; and
# limits that a root without CAP_SYS_RESOURCE can set.
CONFIGURATION = """
[containers]
default_capabilities = [
  "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "NET_BIND_SERVICE", "SETFCAP",
  "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT"
]
default_sysctls = ["net.ipv4.ping_group_range=0 0"]
default_ulimits = ["nofile=1024:20000", "nproc=1000:1000"]
log_driver = "k8s-file"
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
events_logfile_path = "{folder}/events.log"
lock_type = "file"
tmp_dir = "{folder}/tmp"
[network]
network_backend = "cni"
network_config_dir = "{folder}/net.d"
default_subnet = "{subnet}"
"""

NAMESPACE = """
set -e
for folder in $HIDDEN; do
  if test -d $folder; then mount -t tmpfs podman-e2e $folder; fi
done
if test -e /sys/fs/cgroup/unified/cgroup.procs; then umount /sys/fs/cgroup/unified; fi
ip link set lo up
echo ready
exec sleep infinity
"""


def missing():
    """Why there is no podman to compare with; None when there is."""
    program = shutil.which("podman")
    if program is None:
        return "podman is not installed"
    done = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    number = done.stdout.strip().rpartition(" ")[2]
    if not number.startswith(WANTED + "."):
        return f"the comparison is with podman {WANTED}, and this one is {number or 'broken'}"
    return None


class Podman(Engine):
    """Called as gantry's engine is; end() leaves nothing of it on the host."""

    def __init__(self, folder, runtime, subnet):
        self.runtime = runtime
        self.subnet = subnet
        self.cgroups_before = set(CGROUPS.glob(f"*/{PARENT}"))
        self.namespace = subprocess.Popen(
            ["unshare", "--net", "--mount", "--propagation=private", "sh", "-c", NAMESPACE],
            env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HIDDEN": " ".join(HIDDEN)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
        )
        assert self.namespace.stdout.readline() == b"ready\n", "no namespaces for podman"
        super().__init__(shutil.which("podman"), folder, "podman")

    def write_configuration(self):
        for name in ("net.d", "tmp"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        self.configuration = self.folder / "containers.conf"
        self.configuration.write_text(
            CONFIGURATION.format(folder=self.folder, subnet=self.subnet)
        )

    def argv(self, *words):
        return [
            "nsenter",
            f"--mount=/proc/{self.namespace.pid}/ns/mnt",
            f"--net=/proc/{self.namespace.pid}/ns/net",
            str(self.binary),
            f"--root={self.root}",
            f"--runroot={self.run}",
            f"--runtime={self.runtime}",
            *[str(word) for word in words],
        ]

    def environment(self, extra=None):
        own = {"CONTAINERS_CONF": str(self.configuration)}
        return {**super().environment(), **own, **(extra or {})}

    def remove_containers(self):
        # Once more for those whose dependents stood in the way.
        for _ in range(2):
            self.call("rm", "-f", "-a", "-t", "0")

    def end(self):
        self.remove_containers()
        for name in set(self.call("network", "ls", "-q").out.split()) - {"podman"}:
            self.call("network", "rm", "-f", name)
        self.namespace.kill()
        self.namespace.wait(timeout=PATIENCE)
        self.namespace.stdout.close()
        shutil.rmtree(self.folder)
        for path in set(CGROUPS.glob(f"*/{PARENT}")) - self.cgroups_before:
            with contextlib.suppress(OSError):  # another podman has one below it, or removed it
                path.rmdir()


# --- What two answers are compared by.

REPLACED = (
    (r"\b[0-9a-f]{64}\b", "ID"),
    (r"\b[0-9a-f]{25}\b", "SECRETID"),
    (r"\b[0-9a-f]{12}\b", "SHORTID"),
    (r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z| ?[+-]\d\d:?\d\d( [A-Z]+)?)", "TIME"),
    (r"\b(Less than a second|About a minute|\d+ (second|minute|year)s?)( ago)?", "AGE"),
    (r"\d+\.\d+ [kM]B", "SIZE"),
    (r"\b(podman|gantry|libpod)\b", "ENGINE"),
    (r"[ \t]+", " "),
)


class Answer:
    """A finished call without what differs from run to run."""

    def __init__(self, result, names):
        self.code = result.code
        self.out = self.plain(result.out, names)
        kept = [line for line in result.err.splitlines() if not line.startswith("time=")]
        self.complaint = self.plain("\n".join(kept), names)

    @staticmethod
    def plain(text, names):
        for word, name in names:
            # Whole words: the digits of a port may stand in an id.
            text = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", name, text)
        for pattern, name in REPLACED:
            text = re.sub(pattern, name, text)
        return "\n".join(line.rstrip() for line in text.rstrip().splitlines())

    def clauses(self):
        """What is said between the colons. A single word, such as a name, says nothing."""
        text = self.complaint.lower().replace("error: ", "")
        parts = [part.strip(" :") for part in re.split(r": |\n", text)]
        return {part for part in parts if " " in part} or {text}

    def differs_from(self, other, with_output):
        """The aspects: the exit code, the output, the words of the complaint. The words are
        the same when the two have a clause in common: each may say more than that."""
        aspects = set()
        if self.code != other.code:
            aspects.add("exit code")
        if with_output and self.out != other.out:
            aspects.add("output")
        if not self.clauses() & other.clauses():
            aspects.add("words")
        return aspects

    def __repr__(self):
        return f"exit code {self.code}, out {self.out!r}, err {self.complaint!r}"


def kind_of(value):
    for kind, name in ((bool, "bool"), (str, "string"), (dict, "object"), (list, "list")):
        if isinstance(value, kind):
            return name
    return "null" if value is None else "number"


def shape_of(document, maps=(), path=""):
    """{path: kinds} of every field: elements of lists are "[]", keys that are data "*"."""
    shape = {path: {kind_of(document)}}
    members = []
    if isinstance(document, list):
        members = [(f"{path}[]", value) for value in document]
    elif isinstance(document, dict):
        by_data = any(re.fullmatch(one, path) for one in maps)
        members = [
            (f"{path}.*" if by_data else f"{path}.{name}", value)
            for name, value in document.items()
        ]
    for inner, value in members:
        for where, kinds in shape_of(value, maps, inner).items():
            shape.setdefault(where, set()).update(kinds)
    return shape


def document_of(text):
    """A document; or the list of those that stand one on a line, as events prints them."""
    try:
        return json.loads(text)
    except ValueError:
        return [json.loads(line) for line in text.splitlines()]
