# SPDX-License-Identifier: Apache-2.0
"""create: security profiles, cgroups, and limits that the host sets."""

import json
import pathlib
import resource
import secrets
import subprocess

import pytest
from support import host
from support.gantry import Gantry
from support.leaks import CGROUPS


def cgroups_of(pid):
    """The path of a process in each hierarchy."""
    lines = pathlib.Path(f"/proc/{pid}/cgroup").read_text().splitlines()
    return {line.split(":", 2)[1]: line.split(":", 2)[2] for line in lines}


class TestProfiles:
    def test_seccomp_by_file(self, gantry, place):
        profile = place / "seccomp.json"
        profile.write_text(json.dumps({
            "defaultAction": "SCMP_ACT_ALLOW",
            "syscalls": [{"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO", "errnoRet": 1}],
        }))
        option = f"--security-opt=seccomp={profile}"
        assert gantry.run(option, gantry.image, "mkdir", "/new").code == 1
        assert gantry.run(gantry.image, "mkdir", "/new").code == 0

    def test_seccomp_by_a_file_that_is_none(self, gantry_once, place):
        run = ("run", "--rm", "--network=none")
        gantry_once.fails(*run, f"--security-opt=seccomp={place}/nosuch", gantry_once.image, "true",
                          says="nosuch")
        (place / "bad").write_text("{")
        gantry_once.fails(*run, f"--security-opt=seccomp={place}/bad", gantry_once.image, "true",
                          says="bad")

    def test_apparmor(self, gantry_once):
        enabled = pathlib.Path("/sys/module/apparmor/parameters/enabled")
        on = enabled.exists() and enabled.read_text().startswith("Y")
        words = ("--security-opt=apparmor=no-such-profile", gantry_once.image, "true")
        gantry_once.fails("run", "--rm", "--network=none", *words, code=None,
                          says="no-such-profile" if on else "Apparmor is not enabled")
        gantry_once.run_ok("--security-opt=apparmor=unconfined", gantry_once.image, "true")

    def test_apparmor_by_file(self, gantry_once, place):
        words = ("run", "--rm", "--network=none", f"--security-opt=apparmor={place}/profile", gantry_once.image, "true")
        gantry_once.fails(*words, says="profile: no such file or directory")
        (place / "profile").write_text("profile gantry-e2e flags=(attach_disconnected) { file, capability, network, }")
        enabled = pathlib.Path("/sys/module/apparmor/parameters/enabled")
        if enabled.exists() and enabled.read_text().startswith("Y") and host.program("apparmor_parser") is None:
            gantry_once.ok(*words)
            subprocess.run(["apparmor_parser", "--remove", place / "profile"], check=True)
        else:
            gantry_once.fails(*words, says="Apparmor is not enabled|apparmor_parser is not installed")

    def test_selinux_is_told(self, gantry_once):
        gantry_once.ok("create", "--name=box", gantry_once.image, "true")
        seen = gantry_once.inspect("box")
        on = pathlib.Path("/sys/fs/selinux/enforce").exists()
        assert (seen["ProcessLabel"] != "") == on and (seen["MountLabel"] != "") == on


class TestCgroups:
    def test_of_its_own(self, gantry):
        identity = gantry.start(name="box")
        groups = cgroups_of(gantry.state("box")["Pid"])
        assert any(path.endswith(identity) for path in groups.values()), groups

    def test_parent(self, gantry):
        parent = "gantry-e2e-" + secrets.token_hex(4)
        identity = gantry.start(f"--cgroup-parent=/{parent}", name="box")
        pid = gantry.state("box")["Pid"]
        paths = [path for path in cgroups_of(pid).values() if path.endswith(identity)]
        assert paths and all(path.startswith(f"/{parent}/") for path in paths), paths
        assert gantry.inspect("box")["HostConfig"]["CgroupParent"] == f"/{parent}"
        gantry.ok("rm", "-f", "-t", "0", "box")
        # Not in all folders below: other tests remove theirs.
        for pattern in (parent, f"*/{parent}"):
            for folder in {path.resolve() for path in CGROUPS.glob(pattern)}:
                folder.rmdir()

    def test_disabled(self, gantry_once):
        gantry = gantry_once
        identity = gantry.start("--cgroups=disabled", name="box")
        pid = gantry.state("box")["Pid"]
        assert not [path for path in cgroups_of(pid).values() if identity in path]
        gantry.fails("stats", "--no-stream", "box", says="no cgroup of its own")
        gantry.fails("update", "--memory=64m", "box", says="no cgroup of its own")
        assert gantry.ok("exec", "box", "echo", "well") == "well"
        gantry.ok("stop", "box")
        assert gantry.state("box")["ExitCode"] == 0

    def test_disabled_with_a_runtime_that_cannot(self, engine, gantry_once):
        other = Gantry(engine, "runc", gantry_once.image)
        other.fails("create", "--cgroups=disabled", other.image, "true",
                    says="runc is not compatible with NoCgroups")

    @pytest.mark.parametrize("option", ["--memory=64m", "--cpus=1", "--pids-limit=5"])
    def test_limits_need_one(self, gantry_once, option):
        gantry_once.fails("create", "--cgroups=disabled", option, gantry_once.image, "true",
                          says="resource limits")


class TestRlimits:
    def limits(self, gantry, name, *words):
        out = gantry.run_ok(*words, gantry.image, "grep", name, "/proc/self/limits")
        return out.split()[-3:-1]

    def test_default_is_not_above_the_host(self, gantry):
        for line, number in (("Max open files", resource.RLIMIT_NOFILE),
                             ("Max processes", resource.RLIMIT_NPROC)):
            _, hard = resource.getrlimit(number)
            _, inside = self.limits(gantry, line)
            if hard != resource.RLIM_INFINITY:
                assert inside != "unlimited" and int(inside) <= hard

    def test_ulimit_above_the_host(self, gantry):
        """What cannot be had is refused with a reason, or is capped, but never fails halfway."""
        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if hard == resource.RLIM_INFINITY:
            hard = 1 << 20
        result = gantry("run", "--rm", "--network=none", f"--ulimit=nofile={hard}:{hard + 1}",
                        gantry.image, "sh", "-c", "ulimit -Hn")
        if result.code == 0:
            assert int(result.out) in (hard, hard + 1)
        else:
            assert "nofile" in result.err.lower() or "rlimit" in result.err.lower(), repr(result)
