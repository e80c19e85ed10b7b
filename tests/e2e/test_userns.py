# SPDX-License-Identifier: Apache-2.0
"""User namespaces: mappings, what a container is to itself, its network, who shares one."""

import os
import pathlib
import re
import secrets
import urllib.request

import pytest
from support.gantry import Engine, Gantry, until
from support.ids import MAP, MAPPED, granting, mapping, owner, root_of
from support.leaks import leave_host_as_found


@pytest.fixture(autouse=True)
def open_folder(folder):
    """The containers' root passes through on the way to its root filesystem."""
    os.chmod(folder, 0o711)


@pytest.fixture
def granted(engine, place):
    with granting(engine, place):
        yield place


class TestMapping:
    def test_is_what_was_asked(self, gantry):
        words = ("--uidmap", "0:100000:1000,1000:5000:1", "--uidmap", "2000:7000:9", "--gidmap", "0:200000:3000")
        out = gantry.run_ok(*words, gantry.image, "sh", "-c", "cat /proc/self/uid_map; echo; cat /proc/self/gid_map")
        uids, gids = ([line.split() for line in part.splitlines()] for part in out.split("\n\n"))
        assert uids == [["0", "100000", "1000"], ["1000", "5000", "1"], ["2000", "7000", "9"]]
        assert gids == [["0", "200000", "3000"]]

    @pytest.mark.parametrize("option", ["uidmap", "gidmap"])
    def test_one_alone_stands_for_both(self, gantry_once, option):
        gantry_once.ok("create", "--name=box", "--network=none", f"--{option}=0:100000:5", gantry_once.image)
        assert mapping(gantry_once, "box", "UidMap") == mapping(gantry_once, "box", "GidMap") == [(0, 100000, 5)]
        assert gantry_once.inspect("box")["HostConfig"]["UsernsMode"] == "private"

    def test_by_name(self, gantry_once, granted):
        (granted / "subuid").write_text("me:500:3\nme:900:4\n")
        (granted / "subgid").write_text("me:600:5\nyou:700:6\n")
        gantry_once.ok("create", "--name=box", "--subuidname=me", gantry_once.image)
        assert mapping(gantry_once, "box") == [(0, 500, 3), (3, 900, 4)]
        assert mapping(gantry_once, "box", "GidMap") == [(0, 600, 5)]
        gantry_once.ok("create", "--name=two", "--subuidname=me", "--subgidname=you", gantry_once.image)
        assert mapping(gantry_once, "two", "GidMap") == [(0, 700, 6)]

    def test_none_by_default(self, gantry_once):
        gantry_once.ok("create", "--name=box", gantry_once.image)
        config = gantry_once.inspect("box")["HostConfig"]
        assert config["UsernsMode"] == "" and "IDMappings" not in config
        same = gantry_once.run_ok("--userns=host", gantry_once.image, "readlink", "/proc/self/ns/user")
        assert same == os.readlink("/proc/self/ns/user")


class TestInside:
    """What a container with a user namespace is, to itself."""

    def test_owners(self, gantry):
        gantry.start(*MAPPED, name="box")
        script = "stat -c %u:%g / /etc/passwd /seed/mine; touch /made; chown 1000:50 /made; stat -c %u:%g /made"
        out = gantry.ok("exec", "box", "sh", "-c", script)
        assert out.split() == ["0:0", "0:0", "1000:1000", "1000:50"]
        merged = root_of(gantry, "box")
        assert owner(merged / "made") == (101000, 100050)
        assert owner(merged / "etc/passwd") == (100000, 100000)
        pid = gantry.state("box")["Pid"]
        status = pathlib.Path(f"/proc/{pid}/status").read_text()
        assert re.search(r"^Uid:\t100000\t", status, re.M)

    def test_its_own_files(self, gantry):
        script = """
            set -e
            stat -c '%u:%g %a %n' /etc/hosts /etc/hostname /etc/resolv.conf /run/.containerenv /dev/shm
            for file in /etc/hosts /etc/resolv.conf /run/.containerenv; do echo more >> $file; done
            echo x > /dev/shm/file
        """
        out = gantry.ok("run", "--rm", *MAPPED, gantry.image, "sh", "-c", script)
        assert [line.split()[0] for line in out.splitlines()] == ["0:0"] * 5
        assert out.splitlines()[-1] == "0:0 1777 /dev/shm"

    def test_secret(self, gantry):
        gantry.ok("secret", "create", "token", "-", input="hidden")
        try:
            out = gantry.run_ok(*MAPPED, "--secret=token,uid=1000,gid=50,mode=0400", gantry.image,
                                "sh", "-c", "stat -c '%u:%g %a' /run/secrets/token; cat /run/secrets/token")
        finally:
            gantry.ok("secret", "rm", "token")
        assert out.splitlines() == ["1000:50 400", "hidden"]

    def test_user(self, gantry):
        assert gantry.run_ok(*MAPPED, "-u", "alice", gantry.image, "id", "-u") == "1000"
        gantry.fails("run", "--rm", "--network=none", "--uidmap=0:100000:1000", "-u", "alice", gantry.image, "id",
                     code=126, says="does not map user 1000")

    @pytest.mark.parametrize("user", ["0", "1000"])
    def test_streams_opened_anew(self, gantry, user):
        # As images do that log to /dev/stdout: their pipes must belong to the user.
        script = "echo out > /dev/stdout; echo err > /dev/stderr; cat < /dev/stdin"
        result = gantry("run", "--rm", "-i", "--network=none", *MAPPED, "-u", user, gantry.image, "sh", "-c", script,
                        input="in\n")
        assert result.code == 0 and result.out == "out\nin\n" and result.err == "err\n", repr(result)

    def test_exec(self, gantry):
        gantry.start(*MAPPED, name="box")
        assert gantry.ok("exec", "box", "id", "-u") == "0"
        assert gantry.ok("exec", "-u", "alice", "box", "sh", "-c", "id -u; cat /proc/self/uid_map").split() == [
            "1000", "0", "100000", "65536",
        ]

    def test_top(self, gantry):
        gantry.start(*MAPPED, "-u", "alice", name="box")
        lines = gantry.ok("top", "box", "user", "group", "hpid").splitlines()
        pid = str(gantry.state("box")["Pid"])
        assert [line.split() for line in lines if line.endswith(pid)] == [["1000", "1000", pid]]

    def test_terminal(self, gantry):
        terminal = gantry.terminal("run", "--rm", "-it", "--network=none", *MAPPED, gantry.image, "sh")
        terminal.send("tty; echo it-is-$(stat -c %u $(tty))\n")
        terminal.expect("/dev/(pts/0|console)")
        terminal.expect("it-is-0")
        terminal.send("exit 3\n")
        assert terminal.wait() == 3

    def test_system_folders(self, gantry):
        out = gantry.run_ok(*MAPPED, gantry.image, "sh", "-c", "ls /sys/class/net; mount; ls /dev/mqueue")
        assert out.splitlines()[0] == "lo"
        mounts = dict(re.findall(r"^\S+ on (\S+) type (\S+)", out, re.M))
        assert mounts["/sys"] == "sysfs" and mounts["/proc"] == "proc" and mounts["/dev/mqueue"] == "mqueue"
        assert mounts["/dev/pts"] == "devpts"

    @pytest.mark.parametrize("words", [
        ["--privileged"], ["--read-only"], ["--network=host"], ["--pid=host"], ["--ipc=host"], ["--uts=host"],
        ["--init"], ["--cgroupns=private"], ["--tmpfs=/scratch"], ["--device=/dev/zero:/dev/other"],
        ["--sysctl=net.ipv4.ip_forward=1"], ["--memory=64m", "--pids-limit=50"], ["--group-add=50"],
        ["--security-opt=seccomp=unconfined"], ["--cap-drop=all"],
    ], ids=" ".join)
    def test_with(self, gantry, words):
        network = [] if "--network=host" in words else ["--network=none"]
        result = gantry("run", "--rm", *network, *MAPPED, *words, gantry.image, "cat", "/proc/self/uid_map")
        assert result.code == 0 and result.out.split() == MAP.split(":"), repr(result)

    def test_hook_and_healthcheck(self, gantry):
        gantry.start(*MAPPED, "--health-cmd=id -u | grep -qx 0", "--health-interval=disable", name="box")
        gantry.ok("healthcheck", "run", "box")

    def test_again(self, gantry):
        gantry.start(*MAPPED, name="box")
        gantry.ok("exec", "box", "touch", "/kept")
        gantry.ok("restart", "-t", "2", "box")
        assert gantry.ok("exec", "box", "stat", "-c", "%u", "/kept") == "0"
        gantry.ok("stop", "-t", "2", "box")
        gantry.ok("start", "box")
        gantry.ok("pause", "box")
        gantry.ok("unpause", "box")
        assert gantry.status("box") == "running"


class TestNetwork:
    def test_port_below_1024(self, gantry):
        # A port of the namespace that only a root who owns it may listen on.
        gantry.ok("run", "-d", "--name=web", "-p", "127.0.0.1::80", *MAPPED, gantry.image,
                  "httpd", "-f", "-p", "80", "-h", "/www")
        port = gantry.ok("port", "web").rsplit(":", 1)[1]
        url = f"http://127.0.0.1:{port}/"

        def page():
            try:
                return urllib.request.urlopen(url, timeout=5).read().decode()
            except OSError:
                return None

        assert until(page, url) == "hello from the page\n"
        ip = gantry.inspect("web")["NetworkSettings"]["IPAddress"] or next(
            iter(gantry.inspect("web")["NetworkSettings"]["Networks"].values())
        )["IPAddress"]
        assert ip in gantry.ok("exec", "web", "ip", "-o", "-4", "addr", "show", "eth0")
        assert ip in gantry.ok("exec", "web", "cat", "/etc/hosts")
        # Its root may change what its namespace owns.
        gantry.ok("exec", "--privileged", "web", "ip", "link", "set", "lo", "down")
        gantry.ok("restart", "-t", "0", "web")
        assert until(page, url) == "hello from the page\n"

    def test_rm_frees_all(self, gantry):
        gantry.start(*MAPPED, name="box", network=gantry.engine.default_network)
        pinned = list((gantry.engine.run / "netns").iterdir())
        assert len(pinned) == 1
        gantry.ok("rm", "-f", "-t", "0", "box")
        assert not pinned[0].exists()

    def test_of_another(self, gantry):
        gantry.start(*MAPPED, name="one", network=gantry.engine.default_network)
        inside = gantry.ok("exec", "one", "readlink", "/proc/self/ns/net")
        out = gantry.ok("run", "--rm", "--network=container:one", "--userns=container:one", gantry.image,
                        "readlink", "/proc/self/ns/net")
        assert out == inside


class TestShared:
    def test_of_a_container(self, gantry, granted):
        gantry.start("--userns=auto", name="one")
        inside = gantry.ok("exec", "one", "readlink", "/proc/self/ns/user")
        gantry.start("--userns=container:one", name="two")
        assert gantry.ok("exec", "two", "readlink", "/proc/self/ns/user") == inside
        assert gantry.ok("exec", "two", "stat", "-c", "%u:%g", "/etc/passwd", "/seed/mine").split() == ["0:0", "1000:1000"]
        assert mapping(gantry, "two") == mapping(gantry, "one")
        id = gantry.inspect("one")["Id"]
        assert gantry.inspect("two")["HostConfig"]["UsernsMode"] == f"container:{id}"
        gantry.fails("rm", "-f", "-t", "0", "one", code=None, says="dependent")

    def test_of_a_container_that_has_none(self, gantry):
        gantry.start(name="one")
        out = gantry.run_ok("--userns=container:one", gantry.image, "readlink", "/proc/self/ns/user")
        assert out == os.readlink("/proc/self/ns/user")

    def test_of_a_path(self, gantry):
        gantry.start(*MAPPED, name="one")
        path = f"/proc/{gantry.state('one')['Pid']}/ns/user"
        script = "readlink /proc/self/ns/user; stat -c %u /seed/mine; touch /made"
        out = gantry.run_ok(f"--userns=ns:{path}", gantry.image, "sh", "-c", script)
        assert out.split() == [os.readlink(path), "1000"]

    def test_refused(self, gantry_once):
        gantry_once.fails("run", "--rm", "--userns=ns:/proc/self/ns/net", gantry_once.image, says="not a user namespace")
        gantry_once.fails("run", "--rm", "--userns=ns:/no/such", gantry_once.image, says="/no/such")
        gantry_once.fails("run", "--rm", "--userns=container:nosuch", gantry_once.image, says="no such container")


class TestRefused:
    @pytest.mark.parametrize(
        "words, says",
        [
            (["--userns=keep-id"], "keep-id is only supported in rootless mode"),
            (["--userns=nomap"], "nomap is only supported in rootless mode"),
            (["--userns=private"], "at least one UID or GID mapping"),
            (["--userns=nonsense"], "unrecognized namespace mode nonsense"),
            (["--userns=host:x"], "unrecognized namespace mode host:x"),
            (["--userns=auto", "--uidmap=0:1:1"], "mutually exclusive"),
            (["--userns=host", "--subuidname=x"], "mutually exclusive"),
            (["--userns=auto:size"], 'invalid option specified: "size"'),
            (["--userns=auto:colour=red"], 'unknown option specified: "colour"'),
            (["--userns=auto:size=x"], "invalid syntax"),
            (["--userns=auto:uidmapping=0:1"], "UID setting is malformed"),
            (["--uidmap=0:100000"], "UID setting is malformed"),
            (["--gidmap=a:100000:1"], "GID setting is malformed"),
            (["--uidmap=0:100000:0"], "maps no ids"),
            (["--uidmap=0:4294967290:10"], "beyond the last id"),
            (["--uidmap=0:100000:10,5:3:3"], "0:100000:10 and 5:3:3 overlap inside the container"),
            (["--uidmap=0:100000:10,10:100005:3"], "overlap on the host"),
            (["--uidmap=1:100000:10"], "container ID 0 cannot be mapped"),
            (["--subuidname=none-such"], 'no subuid ranges found for user "none-such"'),
            (["--subgidname=none-such"], 'no subuid ranges found for user "none-such"'),
            (["--uidmap=" + ",".join(f"{i}:{100000 + 2 * i}:1" for i in range(341))], "the kernel takes 340"),
        ],
        ids=lambda value: value[0][:40] if isinstance(value, list) else "",
    )
    def test_words(self, gantry_once, words, says):
        gantry_once.fails("create", *words, gantry_once.image, "true", says=says)
        assert gantry_once.names("-a") == []

    def test_closed_folder(self, engine, archive, folder):
        closed = folder / "closed"
        closed.mkdir(mode=0o700)
        other = Engine(engine.binary, closed / "engine", "e2e" + secrets.token_hex(3))
        gantry = Gantry(other, "crun", "localhost/e2e:latest")
        try:
            gantry.ok("load", "-q", "-i", archive)
            gantry.fails("run", "--rm", "--network=none", *MAPPED, gantry.image, "true", code=126,
                         says=f"user 100000 on the host, cannot pass {closed} .*chmod o\\+x {closed}")
            assert gantry.names("-a") == []
        finally:
            leave_host_as_found(other)
