# SPDX-License-Identifier: Apache-2.0
"""The commands that change something, for tests that break them off: one row each.

A row says how to come to the command, its words, and how to see that what it is for holds;
then it need not be given again. Everything is named victim, or begins with it.
"""

import io
import tarfile

SLEEP = ("sleep", "1000")
# What a command that has one of these words may leave.
SIGNS = {
    "container": {"create", "run"},
    "volume": {"-v", "volume"},
    "image": {"commit", "import", "tag"},
    "network": {"network"},
    "secret": {"secret"},
}
# What these change no runtime takes part in.
WITHOUT_RUNTIME = ("volume", "network", "secret", "import", "tag", "untag", "rmi")


class Change:
    def __init__(self, name, words, prepare=(), done=None):
        self.name = name
        self.has_runtime = name.split("-")[0] not in WITHOUT_RUNTIME
        self.words = words
        self.steps = prepare
        said = [word for step in (name.split("-"), words, *prepare) for word in step]
        self.leaves = [kind for kind, signs in SIGNS.items() if signs & set(said)]
        self.done = done or (lambda gantry: False)

    def filled(self, gantry, words):
        network = gantry.engine.default_network
        return [word.replace("NETWORK", network) if word != "IMAGE" else gantry.image for word in words]

    def prepare(self, gantry):
        for step in self.steps:
            gantry.ok(*self.filled(gantry, step))

    def argv(self, gantry):
        return self.filled(gantry, self.words)


def status(wanted, name="victim"):
    def look(gantry):
        result = gantry("inspect", "--format={{.State.Status}}", name)
        return result.code == 0 and result.out.strip() in wanted.split("|")

    return look


def gone(kind, name="victim"):
    return lambda gantry: gantry(kind, "exists", name).code == 1


def there(kind, name="victim"):
    return lambda gantry: gantry(kind, "exists", name).code == 0


def secret_there(gantry):
    return "victim" in gantry.ok("secret", "ls", "--format={{.Name}}").split()


CREATE = ("create", "--network=none", "--name=victim", "IMAGE", *SLEEP)
RUN = ("run", "-d", "--network=none", "--name=victim", "IMAGE", *SLEEP)
# With all that a container can have: an address, volumes, a health check.
WHOLE = ("--network=NETWORK", "--name=victim", "-v", "/data", "-v", "victim:/store",
         "--health-cmd=true", "--health-interval=1h", "IMAGE", *SLEEP)
BASE = ("create", "--network=none", "--name=victim-base", "IMAGE", *SLEEP)
DEPENDENT = ("create", "--network=none", "--name=victim", "--requires=victim-base", "IMAGE",
             *SLEEP)

CHANGES = [
    Change("create", ("create", *WHOLE), done=status("created")),
    Change("run", ("run", "-d", "--replace", *WHOLE), done=status("running")),
    Change("run-rm", ("run", "--rm", "--replace", "--network=NETWORK", "--name=victim", "IMAGE",
                      "true")),
    Change("run-rm-detached", ("run", "-d", "--rm", "--replace", *WHOLE),
           done=status("running")),
    Change("init", ("init", "victim"), [CREATE],
           lambda gantry: gantry("ps", "--format={{.State}}", "--filter=name=^victim$",
                                 "-a").out.strip() == "initialized"),
    Change("start", ("start", "victim"), [("create", *WHOLE)], status("running")),
    Change("start-dependencies", ("start", "victim"), [BASE, DEPENDENT],
           lambda gantry: status("running")(gantry) and status("running", "victim-base")(gantry)),
    Change("restart", ("restart", "-t", "0", "victim"), [("run", "-d", *WHOLE)],
           status("running")),
    Change("stop", ("stop", "-t", "0", "victim"), [("run", "-d", *WHOLE)], status("exited")),
    Change("kill", ("kill", "victim"), [RUN], status("exited|stopped")),
    Change("pause", ("pause", "victim"), [RUN], status("paused")),
    Change("unpause", ("unpause", "victim"), [RUN, ("pause", "victim")], status("running")),
    Change("cleanup", ("container", "cleanup", "victim"), [CREATE, ("init", "victim")]),
    Change("rm", ("rm", "victim"), [CREATE], gone("container")),
    Change("rm-force", ("rm", "-f", "-t", "0", "victim"), [("run", "-d", *WHOLE)],
           gone("container")),
    Change("rm-paused", ("rm", "-f", "victim"), [RUN, ("pause", "victim")], gone("container")),
    Change("rm-volumes", ("rm", "-f", "-v", "-t", "0", "victim"), [("create", *WHOLE)],
           gone("container")),
    Change("rm-depend", ("rm", "-f", "--depend", "-t", "0", "victim-base"),
           [BASE, DEPENDENT, ("start", "victim")], gone("container", "victim-base")),
    Change("prune", ("container", "prune", "-f"), [CREATE], gone("container")),
    Change("rename", ("rename", "victim", "victim-new"), [CREATE],
           there("container", "victim-new")),
    Change("update", ("update", "--pids-limit=100", "victim"), [RUN]),
    Change("exec", ("exec", "victim", "true"), [RUN]),
    Change("exec-detached", ("exec", "-d", "victim", "true"), [RUN]),
    Change("mount", ("mount", "victim"), [CREATE]),
    Change("unmount", ("unmount", "victim"), [CREATE, ("mount", "victim")],
           lambda gantry: "victim" not in gantry.ok("mount", "--format=json", "-a")),
    Change("cp-into", ("cp", "/etc/hostname", "victim:/"), [CREATE]),
    Change("cp-out", ("cp", "victim:/etc/passwd", "-"), [RUN]),
    Change("export", ("export", "-o", "/dev/null", "victim"), [CREATE]),
    Change("commit", ("commit", "-q", "--pause", "victim", "victim"), [RUN], there("image")),
    Change("healthcheck", ("healthcheck", "run", "victim"),
           [("run", "-d", "--network=none", "--name=victim", "--health-cmd=true",
             "--health-interval=1h", "IMAGE", *SLEEP)]),
    Change("volume-create", ("volume", "create", "victim"), done=there("volume")),
    Change("volume-rm", ("volume", "rm", "victim"), [("volume", "create", "victim")],
           gone("volume")),
    Change("volume-prune", ("volume", "prune", "-f"), [("volume", "create", "victim")],
           gone("volume")),
    Change("network-create", ("network", "create", "victim"), done=there("network")),
    Change("network-rm", ("network", "rm", "victim"), [("network", "create", "victim")],
           gone("network")),
    Change("secret-create", ("secret", "create", "victim", "/etc/hostname"), done=secret_there),
    Change("secret-rm", ("secret", "rm", "victim"),
           [("secret", "create", "victim", "/etc/hostname")],
           lambda gantry: not secret_there(gantry)),
    Change("import", ("import", "-q", "TAR", "victim"), done=there("image")),
    Change("tag", ("tag", "IMAGE", "victim"), done=there("image")),
    Change("untag", ("untag", "IMAGE", "localhost/victim:latest"), [("tag", "IMAGE", "victim")],
           gone("image")),
    Change("rmi", ("rmi", "victim"), [("import", "-q", "TAR", "victim")], gone("image")),
    Change("check-repair", ("system", "check", "--repair"), [RUN]),
]


def write_tar(path):
    with tarfile.open(path, "w") as tar:
        entry = tarfile.TarInfo("file")
        entry.size = 4
        tar.addfile(entry, io.BytesIO(b"data"))
    return path


REMOVALS = {
    "container": [("rm", "-f", "-v", "--depend", "-t", "0", "victim", "victim-base", "victim-new")],
    # The nameless too, that rm and --replace rightly keep.
    "volume": [("volume", "rm", "-f", "victim"), ("volume", "prune", "-f")],
    "image": [("rmi", "-f", "-i", "localhost/victim:latest")],
    "network": [("network", "rm", "-f", "victim")],
}


def remove_all(gantry, kinds=tuple(SIGNS)):
    """What any of them made goes by ordinary commands; all of them succeed, whatever is there."""
    for words in (words for kind in kinds for words in REMOVALS.get(kind, [])):
        result = gantry(*words)
        assert result.code == 0 or (result.code == 1 and words[0] != "rm"), repr(result)
    if "secret" in kinds and secret_there(gantry):
        gantry.ok("secret", "rm", "victim")
