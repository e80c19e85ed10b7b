# SPDX-License-Identifier: Apache-2.0
"""create: what a container is made of, seen from inside it and by inspect."""

import shutil

import pytest
from support import host, images


def test_prints_the_id(gantry):
    identity = gantry.ok("create", "--network=none", "--name=new", gantry.image, "true")
    assert len(identity) == 64
    assert gantry.status("new") == "created"
    assert gantry.ok("start", "new") == "new"
    assert gantry.ok("wait", "new") == "0"


def test_name_is_made_up(gantry_once):
    gantry_once.ok("create", gantry_once.image)
    assert gantry_once.names("-a")[0]


def test_runtime_is_recorded(gantry):
    gantry.ok("create", "--network=none", "--name=new", gantry.image, "true")
    assert gantry.inspect("new")["OCIRuntime"] == gantry.runtime
    other = "runc" if gantry.runtime == "crun" else "crun"
    # Another --runtime later makes no difference to this container.
    assert gantry.engine.call(f"--runtime={other}", "start", "-a", "new").code == 0


class TestProcess:
    def test_environment(self, gantry, place):
        (place / "env").write_text("ONE=1\n# no\n\nTWO=a b\nTAKEN\n")
        out = gantry.run_ok(
            f"--env-file={place}/env", "-e", "ONE=over", "-e", "THREE=3", "-e", "TAKEN_TOO",
            gantry.image, "sh", "-c", 'echo "$ONE|$TWO|$THREE|$TAKEN|$TAKEN_TOO|$HOSTNAME"',
            env={"TAKEN": "host", "TAKEN_TOO": "host too"},
        )
        assert out.startswith("over|a b|3|host|host too|") and not out.endswith("|")

    def test_container_variable(self, gantry_once):
        assert "container=" in gantry_once.run_ok(gantry_once.image, "env")

    def test_unsetenv(self, gantry_once):
        out = gantry_once.run_ok("-e", "A=1", "--unsetenv=container", gantry_once.image, "env")
        assert "A=1" in out and "container=" not in out

    @pytest.mark.parametrize(
        "user, shown",
        [
            ("alice", "uid=1000(alice) gid=1000(alice) groups=50(staff),1000(alice)"),
            ("1000:50", "uid=1000(alice) gid=50(staff)"),
            ("12345", "uid=12345(12345) gid=0(root)"),
        ],
    )
    def test_user(self, gantry, user, shown):
        assert gantry.run_ok("-u", user, gantry.image, "id").startswith(shown)

    def test_groups(self, gantry):
        assert "50(staff)" in gantry.run_ok("--group-add=staff", gantry.image, "id")

    def test_entrypoint(self, gantry):
        words = gantry.run_ok("--entrypoint=/bin/echo", gantry.image, "a", "b")
        assert words == "a b"
        json_form = gantry.run_ok('--entrypoint=["/bin/echo","x"]', gantry.image, "y")
        assert json_form == "x y"

    def test_umask(self, gantry):
        assert gantry.run_ok("--umask=0077", gantry.image, "sh", "-c", "umask") == "0077"

    def test_oom_score(self, gantry):
        path = "/proc/self/oom_score_adj"
        assert gantry.run_ok("--oom-score-adj=500", gantry.image, "cat", path) == "500"


class TestImageConfig:
    def test_defaults(self, gantry):
        run = gantry.run_ok("localhost/configured:1")
        assert run == "entry default words"
        assert gantry.run_ok("localhost/configured:1", "mine") == "entry mine"

    def test_inside(self, gantry):
        out = gantry.run_ok(
            "--entrypoint=/bin/sh", "localhost/configured:1", "-c", "echo $COLOUR; pwd; id -un"
        )
        assert out.splitlines() == ["green", "/home/alice/work", "alice"]

    def test_inspected(self, gantry_once):
        gantry_once.ok("create", "--name=seen", "localhost/configured:1")
        seen = gantry_once.inspect("seen")
        assert seen["Config"]["Labels"] == {"origin": "tests", "colour": "green"}
        assert seen["Config"]["StopSignal"] in (10, "SIGUSR1", "10")
        assert "/seed" in [mount["Destination"] for mount in seen["Mounts"]]


class TestNames:
    def test_hostname(self, gantry):
        out = gantry.run_ok("--hostname=anchor", gantry.image, "sh", "-c", "uname -n; cat /etc/hostname")
        assert out.splitlines() == ["anchor", "anchor"]

    def test_hostname_is_the_short_id(self, gantry, place):
        out = gantry.run_ok(f"--cidfile={place}/cid", gantry.image, "uname", "-n")
        assert (place / "cid").read_text().startswith(out) and len(out) == 12

    def test_hosts(self, gantry):
        out = gantry.run_ok("--add-host=harbour:10.1.2.3", gantry.image, "cat", "/etc/hosts")
        assert "10.1.2.3" in out and "harbour" in out

    def test_resolv_conf(self, gantry):
        out = gantry.run_ok(
            "--dns=192.0.2.7", "--dns-search=example.org", "--dns-opt=ndots:3",
            gantry.image, "cat", "/etc/resolv.conf",
        )
        assert "nameserver 192.0.2.7" in out
        assert "search example.org" in out
        assert "ndots:3" in out

    def test_labels(self, gantry_once, place):
        (place / "labels").write_text("b=2\n# no\n")
        gantry_once.ok(
            "create", "--name=labelled", "-l", "a=1", f"--label-file={place}/labels",
            "--annotation=note=x", gantry_once.image,
        )
        config = gantry_once.inspect("labelled")["Config"]
        assert config["Labels"] == {"a": "1", "b": "2"}
        assert config["Annotations"]["note"] == "x"

    def test_containerenv(self, gantry):
        assert gantry.run(gantry.image, "test", "-e", "/run/.containerenv").code == 0

    def test_files_are_made_anew(self, gantry):
        gantry.start(name="box")
        for name in ("hosts", "hostname", "resolv.conf"):
            gantry.ok("exec", "box", "sh", "-c", f"echo spoiled > /etc/{name}")
        gantry.ok("restart", "-t", "0", "box")
        assert "spoiled" not in gantry.ok("exec", "box", "cat", "/etc/hosts", "/etc/hostname", "/etc/resolv.conf")

    def test_files_over_links_of_the_image(self, gantry, place):
        """A link of the image where a file is bound leads to nothing of the host's."""
        root = place / "root"
        (root / "bin").mkdir(parents=True)
        (root / "etc").mkdir()
        shutil.copy(images.busybox(), root / "bin/busybox")
        for name in ("hosts", "hostname", "resolv.conf"):
            (place / name).write_text("mine")
            (root / "etc" / name).symlink_to(place / name)
        shown = gantry.run_ok("--rootfs", root, "/bin/busybox", "cat", "/etc/hosts")
        assert "127.0.0.1" in shown
        for name in ("hosts", "hostname", "resolv.conf"):
            assert (place / name).read_text() == "mine"


class TestSecurity:
    def capabilities(self, gantry, *words):
        out = gantry.run_ok(*words, gantry.image, "grep", "CapEff", "/proc/self/status")
        return int(out.split()[1], 16)

    def test_default_capabilities(self, gantry):
        # chown dac_override fowner fsetid kill net_bind_service setfcap setgid setpcap setuid
        # sys_chroot
        assert self.capabilities(gantry) == 0x800405FB

    def test_changed_capabilities(self, gantry):
        assert self.capabilities(gantry, "--cap-drop=all") == 0
        assert self.capabilities(gantry, "--cap-drop=ALL", "--cap-add=CHOWN") == 1
        assert self.capabilities(gantry, "--cap-add=net_raw") == 0x800405FB | 1 << 13

    def test_seccomp(self, gantry):
        def mode(*words):
            out = gantry.run_ok(*words, gantry.image, "grep", "Seccomp:", "/proc/self/status")
            return out.split()[1]

        assert mode() == "2"
        assert mode("--security-opt=seccomp=unconfined") == "0"

    def test_no_new_privileges(self, gantry):
        out = gantry.run_ok(
            "--security-opt=no-new-privileges", gantry.image,
            "grep", "NoNewPrivs", "/proc/self/status",
        )
        assert out.split()[1] == "1"

    def test_read_only(self, gantry):
        script = "touch /file 2>/dev/null && echo written; touch /tmp/file && echo tmp"
        assert gantry.run_ok("--read-only", gantry.image, "sh", "-c", script) == "tmp"

    def test_read_only_without_tmpfs(self, gantry):
        result = gantry.run("--read-only", "--read-only-tmpfs=false", gantry.image, "touch", "/tmp/x")
        assert result.code == 1

    def test_masked_paths(self, gantry):
        assert gantry.run_ok(gantry.image, "sh", "-c", "cat /proc/kcore | wc -c") == "0"
        assert gantry.run(gantry.image, "sh", "-c", "echo 1 > /proc/sys/kernel/panic").code != 0

    def test_privileged(self, gantry):
        assert self.capabilities(gantry, "--privileged") & (1 << 21)
        out = gantry.run_ok("--privileged", gantry.image, "sh", "-c", "ls /dev | wc -l")
        assert int(out) > int(gantry.run_ok(gantry.image, "sh", "-c", "ls /dev | wc -l"))

    def test_device(self, gantry):
        out = gantry.run_ok("--device=/dev/null:/dev/hole", gantry.image, "stat", "-c", "%t:%T", "/dev/hole")
        assert out == "1:3"

    def test_sysctl(self, gantry):
        out = gantry.run_ok(
            "--sysctl=kernel.shm_rmid_forced=1", gantry.image,
            "cat", "/proc/sys/kernel/shm_rmid_forced",
        )
        assert out == "1"


class TestNamespaces:
    def links(self, gantry, kind, *words):
        import os

        inside = gantry.run_ok(*words, gantry.image, "readlink", f"/proc/self/ns/{kind}")
        return inside, os.readlink(f"/proc/self/ns/{kind}")

    @pytest.mark.parametrize("kind, flag", [("pid", "--pid"), ("ipc", "--ipc"), ("uts", "--uts")])
    def test_host(self, gantry, kind, flag):
        inside, outside = self.links(gantry, kind, f"{flag}=host")
        assert inside == outside
        inside, outside = self.links(gantry, kind)
        assert inside != outside

    def test_host_network(self, gantry):
        import os

        inside = gantry.ok(
            "run", "--rm", "--network=host", gantry.image, "readlink", "/proc/self/ns/net"
        )
        assert inside == os.readlink("/proc/self/ns/net")

    @pytest.mark.parametrize("kind, flag", [("pid", "--pid"), ("ipc", "--ipc"), ("uts", "--uts")])
    def test_of_a_container(self, gantry, kind, flag):
        gantry.start("--ipc=shareable", name="first")
        theirs = gantry.ok("exec", "first", "readlink", f"/proc/1/ns/{kind}")
        ours = gantry.run_ok(f"{flag}=container:first", gantry.image, "readlink", f"/proc/self/ns/{kind}")
        assert ours == theirs

    def test_pid_of_the_first_process(self, gantry):
        assert gantry.run_ok(gantry.image, "sh", "-c", "echo $$") == "1"


class TestLimits:
    def cgroup(self, gantry, name, controller, v1, v2):
        version = host.cgroup_controller(controller)
        host.require(None if version else f"the cgroup controller {controller} is not there")
        group = gantry.state(name)["CgroupPath"].lstrip("/")
        path = f"/sys/fs/cgroup/{controller}/{group}/{v1}"
        if version == "v2":
            path = f"/sys/fs/cgroup/{group}/{v2}"
        with open(path, encoding="utf-8") as file:
            return file.read().split()

    def test_memory(self, gantry):
        gantry.start("--memory=64m", name="limited")
        value = self.cgroup(gantry, "limited", "memory", "memory.limit_in_bytes", "memory.max")
        assert value == [str(64 << 20)]

    def test_pids(self, gantry):
        gantry.start("--pids-limit=33", name="limited")
        assert self.cgroup(gantry, "limited", "pids", "pids.max", "pids.max") == ["33"]

    def test_pids_default(self, gantry):
        gantry.start(name="limited")
        assert self.cgroup(gantry, "limited", "pids", "pids.max", "pids.max") == ["2048"]

    def test_cpus(self, gantry):
        gantry.start("--cpus=0.5", name="limited")
        value = self.cgroup(gantry, "limited", "cpu", "cpu.cfs_quota_us", "cpu.max")
        assert value[0] == "50000"

    def test_cpu_shares(self, gantry):
        gantry.start("--cpu-shares=512", name="limited")
        value = self.cgroup(gantry, "limited", "cpu", "cpu.shares", "cpu.weight")
        assert value in (["512"], ["20"])

    def test_oom_is_recorded(self, gantry):
        host.require(
            None if host.cgroup_controller("memory") else "the cgroup controller memory is not there"
        )
        gantry(
            "run", "--name=hungry", "--memory=24m", "--memory-swap=24m", "--network=none",
            gantry.image, "sh", "-c", "tail /dev/zero",
        )
        state = gantry.state("hungry")
        assert state["OOMKilled"] is True
        assert state["ExitCode"] == 137 or state["ExitCode"] != 0

    def test_ulimit(self, gantry):
        out = gantry.run_ok("--ulimit=nofile=100:200", gantry.image, "sh", "-c", "ulimit -Sn; ulimit -Hn")
        assert out.split() == ["100", "200"]

    def test_shm_size(self, gantry):
        out = gantry.run_ok("--shm-size=3m", gantry.image, "df", "-k", "/dev/shm")
        assert out.splitlines()[-1].split()[1] == "3072"


class TestBadInput:
    def test_name_in_use(self, gantry_once):
        first = gantry_once.ok("create", "--name=taken", gantry_once.image)
        result = gantry_once.fails("create", "--name=taken", gantry_once.image, says="already in use")
        assert first in result.err

    def test_no_command(self, gantry_once, place):
        from support import images

        path = images.write_docker_archive(place / "bare.tar", configs={"localhost/bare:1": {}})
        gantry_once.ok("load", "-q", "-i", path)
        gantry_once.fails("create", "localhost/bare:1", says="no command")
        gantry_once.ok("rmi", "localhost/bare:1")

    def test_leaves_nothing(self, gantry_once):
        gantry_once.fails("create", "--network=none", "-v", "/nosuch:/x", gantry_once.image)
        assert gantry_once.ok("ps", "-aq") == ""
