# SPDX-License-Identifier: Apache-2.0
"""Where gantry and podman 4.3 differ, and why. test_podman.py holds both engines to it."""

import dataclasses

CODE = frozenset({"exit code"})
OUT = frozenset({"output"})
WORDS = frozenset({"words"})


@dataclasses.dataclass(frozen=True)
class Command:
    """Commands of the script that are answered otherwise."""

    lines: tuple
    aspects: frozenset
    podman: str
    gantry: str
    why: str


@dataclasses.dataclass(frozen=True)
class Field:
    """Fields of documents that one of the two lacks, or whose JSON types differ. A path that
    ends with "…" stands for all that begin so."""

    documents: tuple
    paths: tuple
    podman: str
    gantry: str
    why: str

    @staticmethod
    def is_about(pattern, path):
        return path.startswith(pattern[:-1]) if pattern.endswith("…") else path == pattern

    def covers(self, path):
        return any(self.is_about(pattern, path) for pattern in self.paths)


COMMANDS = (
    # --- Several at once.
    Command(
        (
            "pause one nosuch two", "unpause one nosuch two", "stop -t 0 one nosuch two",
            "wait one nosuch two", "start one nosuch two", "restart -t 0 one nosuch two",
        ),
        OUT,
        "does nothing when one of the names is not known",
        "does it to the others, prints their names, and fails because of the one",
        "One name that is wrong should not keep the others from what can be done, and one line "
        "for each tells what was done. The exit code is the same.",
    ),
    Command(
        ("rm -f -t 0 one nosuch",),
        OUT,
        "removes nothing, and succeeds without a word",
        "removes the one that is there, and prints its name",
        "A success should have done what it could.",
    ),
    Command(
        ("init ready",),
        CODE | OUT | WORDS,
        "refuses a container that is initialised already",
        "does nothing, and prints its name",
        "What was asked for is so; start and stop are answered in the same way by both.",
    ),
    # --- Exit codes.
    Command(
        ("exec r true", "exec life true", "exec r", "exec --user=nosuch r id"),
        CODE,
        "exits with 255",
        "exits with 125",
        "podman's own manual says 125 for an error of the engine; 255 could be the command's.",
    ),
    Command(
        ("exec --workdir=/no/such r pwd",),
        CODE,
        "exits with 127",
        "exits with 125",
        "127 says that the command was not found; here it is the folder.",
    ),
    Command(
        ("run --rm --network=none --detach-keys=nosuch @IMAGE true",),
        CODE,
        "makes the container, and exits with 126",
        "refuses the option before anything is made, with 125",
        "A mistake in the command line is told first.",
    ),
    # --- Told, or told sooner.
    Command(
        (
            "create --log-opt=nosuch=1 @IMAGE true",
            "create --sysctl=kernel.shm_rmid_forced=1 --ipc=host @IMAGE true",
            "create --workdir=relative @IMAGE true",
            "create --blkio-weight=5 @IMAGE true",
        ),
        CODE | OUT | WORDS,
        "creates the container: the option is ignored, or the start fails",
        "refuses to create it, and says why",
        "What can never work, or never does what was meant, is told when it is asked for.",
    ),
    Command(
        (
            "events --stream=false --filter=nosuch=1", "events --stream=false --since=nosuch",
        ),
        CODE | WORDS,
        "prints nothing, and succeeds",
        "says that there is no such filter or time, and fails",
        "An empty list would look like an answer.",
    ),
    Command(
        ("~ help nosuch",),
        CODE | WORDS,
        "prints the whole help to the error stream, and succeeds",
        "says that there is no such command, and fails",
        "The same mistake without the word help fails in both.",
    ),
    Command(
        ("port life 80",),
        CODE | WORDS,
        "prints nothing, and succeeds, when the container publishes no port at all",
        "says that this port is not published, and fails",
        "With any other port published podman fails as well; scripts can rely on one of them.",
    ),
    Command(
        ("top r nosuch",),
        CODE | OUT | WORDS,
        "runs the image's ps with the word",
        "says which descriptors there are, and fails",
        "What an image without ps, or with another ps, would make of it nobody can tell.",
    ),
    # --- What is printed.
    Command(
        ("create --name=new --replace --network=none @IMAGE true",),
        OUT,
        "prints the name of the container that it removed before the new id",
        "prints the new id",
        "So that the output is the id, with --replace or without.",
    ),
    Command(
        ('ps -a --format "{{.Names}} {{.State}}"',),
        OUT,
        "`{{.State}}` is a sentence: Exited (3) 5 seconds ago",
        "`{{.State}}` is a word: exited",
        "It is the State of the JSON; the sentence is `{{.Status}}` in both.",
    ),
    Command(
        ("ps --format {{.Names}}",),
        OUT,
        "does not show paused containers without --all",
        "shows them",
        "They hold memory, addresses and ports; to hide them is to forget them.",
    ),
    Command(
        ("exec --user=1000 r id", "exec --user=1000:50 r id"),
        OUT,
        "the group of the process is not among its supplementary groups",
        "it is",
        "As with run in both engines: a program could drop it otherwise (CVE-2022-2989).",
    ),
    Command(
        (
            "run --rm --network=none --dns=10.9.9.9 --dns-search=example.org --dns-opt=ndots:3 "
            "@IMAGE cat /etc/resolv.conf",
        ),
        CODE | OUT | WORDS,
        "refuses --dns without a network",
        "writes the file",
        "A container without a network may share what others give it later, or test a resolver.",
    ),
    Command(
        ("ps -a --format {{.Command}}",),
        OUT,
        "leaves the entrypoint out",
        "begins with the entrypoint",
        "It is what runs; docker shows it so, too.",
    ),
    Command(
        ("run --rm --network=none @IMAGE df -k /dev/shm",),
        OUT,
        "takes the 65536k of --shm-size for 65,536,000 bytes",
        "takes them for 64 MiB",
        "As with every other size that is given in k.",
    ),
    # --- Only other words.
    Command(
        ("port a b c", "cp nosuch:/x /tmp", "port n x",
         "create --mount=type=tmpfs,target=/x,source=y @IMAGE true"),
        WORDS,
        "has a sentence of its own",
        "says what it says in other commands",
        "The same mistake is told in the same words.",
    ),
    Command(
        ("create -v vol:/x:nosuch @IMAGE true",),
        WORDS,
        'invalid option type "nosuch"',
        'mount at /x: unknown mount option "nosuch"',
        "Of several mounts the one at fault is named.",
    ),
    Command(
        ("run --rm --network=@NET --ip=1.1.1.1 @IMAGE true",),
        WORDS,
        "requested static ip 1.1.1.1 not in any subnet on network",
        "failed to allocate all requested IPs: 1.1.1.1",
        "The words are those of the CNI plugin that gives out the addresses.",
    ),
    Command(
        ("ps -a --filter=exited=x",),
        WORDS,
        "prints a NUL character in the place of the value",
        "prints the value",
        "A terminal can show it.",
    ),
    Command(
        ("ps -a --format {{.Names",),
        WORDS,
        "bad character U+007B '{'",
        "unclosed action",
        "podman reads the template inside another of its own; gantry reads what was typed.",
    ),
    Command(
        ("run --rm --network=none --name=own --hostname=of.own @IMAGE grep of.own /etc/hosts",),
        OUT,
        "has the container's names at 127.0.0.1 where there is no network",
        "has them at 127.0.1.1",
        "So has Debian the name of a machine, and podman since: the other address is "
        "localhost's, whose name it shall give back.",
    ),
    Command(
        ("run --rm --network=host --name=own --hostname=of.own @IMAGE grep -o of.own /etc/hosts",),
        CODE | OUT,
        "does not put the container's names beside the host's",
        "has them at 127.0.1.1",
        "A program that looks up the name of its own host finds one.",
    ),
    Command(
        ("~ top r -eo nosuch",),
        WORDS,
        "runs the image's ps",
        "runs the host's ps",
        "So that an image needs none.",
    ),
)

EVERY_INSPECT = (
    "inspect of a running container", "inspect of a new container",
    "inspect of an ended container", "inspect of an image's container",
)

FIELDS = (
    Field(
        (*EVERY_INSPECT,),
        (
            "[].GraphDriver.Data.LowerDir", "[].GraphDriver.Data.UpperDir",
            "[].GraphDriver.Data.WorkDir",
        ),
        "tells the folders of its overlay driver",
        "has MergedDir alone, while it is mounted",
        "How a storage plug-in keeps its layers is its own business and may change; `mount` "
        "answers with a path that may be used.",
    ),
    Field(
        ("image inspect",),
        ("[].GraphDriver.Data.UpperDir", "[].GraphDriver.Data.WorkDir"),
        "tells the folders of its overlay driver",
        "does not",
        "As above; an image is never mounted for writing.",
    ),
    Field(
        ("inspect of a new container", "inspect of an ended container",
         "inspect of an image's container"),
        ("[].HostConfig.CapDrop[]",),
        "lists capabilities that nobody dropped",
        "lists those of --cap-drop",
        "podman counts from a list that is compiled in, and Debian's configuration gives less.",
    ),
    Field(
        ("inspect of a new container",),
        ("[].Args[]",),
        "Args holds the program, too, until the container has started",
        "Args holds the arguments",
        "The program is Path in both.",
    ),
    Field(
        ("history",),
        ("[].tags",),
        "does not tell",
        "tells the names of the image",
        "An addition.",
    ),
    Field(
        ("version",),
        (".Client.Built", ".Client.BuiltTime", ".Client.GitCommit", ".Client.GoVersion"),
        "tells when and with which compiler it was built",
        "does not",
        "Two builds of the same source are the same; and there is no Go in it.",
    ),
    Field(
        ("info",),
        (".version.Built", ".version.BuiltTime", ".version.GitCommit", ".version.GoVersion"),
        "tells when and with which compiler it was built",
        "does not",
        "Two builds of the same source are the same; and there is no Go in it.",
    ),
    Field(
        ("info",),
        (
            ".host.buildahVersion", ".host.linkmode", ".host.remoteSocket",
            ".host.slirp4netns", ".host.conmon.package", ".host.conmon.version",
            ".host.ociRuntime.package", ".store.configFile", ".store.graphStatus",
            ".store.imageCopyTmpDir",
        ),
        "tells of parts that gantry does not have, and of Debian's packages",
        "does not",
        "There is no buildah, socket or slirp4netns in it; and to ask conmon or dpkg for a "
        "version would cost each `info` a process.",
    ),
    Field(
        ("info",),
        (
            ".configuration…", ".host.networkBackendInfo…", ".host.ociRuntime.commit",
            ".host.ociRuntime.spec", ".host.ociRuntime.features…", ".store.stateBackend",
            ".registries.search",
        ),
        "does not tell",
        "tells what the plug-ins answer, and where each setting comes from",
        "An addition.",
    ),
)

INTRODUCTION = """<!-- SPDX-License-Identifier: Apache-2.0 -->
# gantry and podman

gantry takes podman's commands, and answers with podman's exit codes, its words and its JSON. `tests/e2e/test_podman.py` holds it to that: it gives {lines} commands, good ones and bad ones, to gantry and to podman 4.3, each in a store of its own, and compares exit code, output and complaint; and it compares the fields and JSON types of {documents} documents. The words of two complaints count as the same when they have a clause in common: either may add what it was about and what to do.

What follows is all in which the two differ. The page is printed from the lists that the test reads. A difference that is not listed fails the test, and so does one that is listed and has gone.
"""


def shown(line):
    text = line.removeprefix("~ ").replace("|", "\\|")
    return f"`` {text} ``" if "`" in text else f"`{text}`"


def page(lines, documents):
    text = [INTRODUCTION.format(lines=lines, documents=documents), "## Commands", ""]
    text += ["| command | podman | gantry | why |", "| --- | --- | --- | --- |"]
    for one in COMMANDS:
        commands = "<br>".join(shown(line) for line in one.lines)
        text.append(f"| {commands} | {one.podman} | {one.gantry} | {one.why} |")
    text += ["", "## Documents", ""]
    text += ["| document | fields | podman | gantry | why |", "| --- | --- | --- | --- | --- |"]
    for one in FIELDS:
        paths = "<br>".join(f"`{path.removeprefix('[].').removeprefix('.')}`" for path in one.paths)
        names = ", ".join(one.documents)
        text.append(f"| {names} | {paths} | {one.podman} | {one.gantry} | {one.why} |")
    return "\n".join(text) + "\n"
