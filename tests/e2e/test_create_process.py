# SPDX-License-Identifier: Apache-2.0
"""create: environment, folder, time zone and root of the process."""

import os
import pathlib
import shutil
import subprocess
import tarfile

import pytest
from support import images


def environment(gantry, *words, **how):
    out = gantry.run_ok(*words, gantry.image, "/bin/env", **how)
    return dict(line.partition("=")[::2] for line in out.splitlines())


class TestEnvironment:
    def test_of_its_own(self, gantry):
        env = environment(gantry)
        assert env["PATH"] == "/bin" and env["TERM"] == "xterm" and env["HOME"] == "/root"
        assert len(env["HOSTNAME"]) == 12 and env["container"] == "gantry"

    def test_home_is_the_users(self, gantry):
        assert environment(gantry, "--user=alice")["HOME"] == "/home/alice"

    def test_of_the_host(self, gantry_once):
        there = {"ONLY_THERE": "seen"}
        assert environment(gantry_once, "--env-host", env=there)["ONLY_THERE"] == "seen"
        assert "ONLY_THERE" not in environment(gantry_once, env=there)

    def test_names_with_a_star(self, gantry_once):
        there = {"MINE_A": "1", "MINE_B": "2", "OTHER": "3"}
        env = environment(gantry_once, "-e", "MINE_*", env=there)
        assert (env["MINE_A"], env["MINE_B"]) == ("1", "2") and "OTHER" not in env

    def test_proxies(self, gantry_once):
        there = {"http_proxy": "http://proxy.test:1", "NO_PROXY": "localhost"}
        env = environment(gantry_once, env=there)
        assert env["http_proxy"] == "http://proxy.test:1" and env["NO_PROXY"] == "localhost"
        assert "http_proxy" not in environment(gantry_once, "--http-proxy=false", env=there)

    @pytest.mark.parametrize("name", ["TERM", "PATH", "container"])
    def test_unset(self, gantry_once, name):
        assert name not in environment(gantry_once, f"--unsetenv={name}")

    def test_unset_all_but_what_is_given(self, gantry_once):
        env = environment(gantry_once, "--unsetenv-all", "-e", "A=1")
        assert env.keys() - {"HOME", "HOSTNAME"} == {"A"}

    def test_forms_of_files(self, gantry_once, place):
        (place / "env").write_text("A=1\n# no\nB = spaced\n  C=led in\nD\nE_*\nF=\n")
        env = environment(gantry_once, f"--env-file={place}/env", env={"D": "host", "E_1": "star"})
        assert env["A"] == "1" and env["D"] == "host" and env["E_1"] == "star" and env["F"] == ""
        assert env["C"] == "led in"

    def test_a_later_file_wins(self, gantry_once, place):
        (place / "one").write_text("A=1\nB=1\n")
        (place / "two").write_text("B=2\n")
        words = (f"--env-file={place}/one", f"--env-file={place}/two", "-e", "A=3")
        env = environment(gantry_once, *words)
        assert (env["A"], env["B"]) == ("3", "2")

    def test_refused(self, gantry_once, place):
        run = ("run", "--rm", "--network=none")
        (place / "bad").write_text("=nothing\n")
        gantry_once.fails(*run, f"--env-file={place}/bad", gantry_once.image, "true")
        gantry_once.fails(*run, f"--env-file={place}/nosuch", gantry_once.image, "true", says="nosuch")
        gantry_once.fails(*run, "-e", "=nothing", gantry_once.image, "true", says="nothing|invalid")


class TestWorkingDirectory:
    def test_asked_for_must_be_there(self, gantry):
        result = gantry.fails("run", "--rm", "--network=none", "-w", "/not/there", gantry.image, "pwd",
                              code=126, says='workdir "/not/there" does not exist on container')
        assert result.out == ""
        gantry.fails("run", "--rm", "--network=none", "-w", "/bin/sh", gantry.image, "pwd",
                     code=126, says="is not a directory")
        assert gantry.run_ok("-w", "/home/alice", gantry.image, "pwd") == "/home/alice"

    def test_an_empty_one_is_none(self, gantry_once):
        assert gantry_once.run_ok("--workdir=", gantry_once.image, "pwd") == "/"

    def test_on_a_mount_it_is_made(self, gantry):
        assert gantry.run_ok("-v", "/data", "-w", "/data/deep", gantry.image, "pwd") == "/data/deep"

    def test_the_images_is_made_for_its_user(self, gantry):
        out = gantry.run_ok("--entrypoint=/bin/sh", "localhost/configured:1", "-c", "pwd; stat -c %U .")
        assert out.split() == ["/home/alice/work", "alice"]

    def test_again_after_a_restart(self, gantry):
        gantry.ok("create", "--name=box", "--network=none", "--entrypoint=/bin/pwd", "localhost/configured:1")
        for _ in range(2):
            assert gantry.ok("start", "-a", "box") == "/home/alice/work"


class TestTimeZone:
    @pytest.fixture(autouse=True)
    def needs_zones(self):
        if not pathlib.Path("/usr/share/zoneinfo/Asia/Tokyo").exists():
            pytest.skip("the time zones are not installed")

    def test_named(self, gantry_once):
        assert gantry_once.run_ok("--tz=Asia/Tokyo", gantry_once.image, "date", "+%z") == "+0900"

    def test_of_the_host(self, gantry_once):
        ours = subprocess.run(["date", "+%z"], env={k: v for k, v in os.environ.items() if k != "TZ"},
                              capture_output=True, text=True, check=True).stdout.strip()
        assert gantry_once.run_ok("--tz=local", gantry_once.image, "date", "+%z") == ours

    def test_refused(self, gantry_once):
        gantry_once.fails("create", "--tz=No/Such", gantry_once.image, says="No/Such")
        gantry_once.fails("create", "--tz=../../etc/passwd", gantry_once.image, says="timezone")


class TestInit:
    def test_passes_signals_on_and_reaps(self, gantry):
        assert gantry.run("--init", gantry.image, "sh", "-c", "kill -TERM $$").code == 143
        out = gantry.run_ok("--init", gantry.image, "sh", "-c", "echo $$; cat /proc/1/comm")
        pid, comm = out.split()
        assert int(pid) > 1 and comm == "gantry-init"

    def test_by_path(self, gantry_once, place):
        known = next((path for path in ("/usr/libexec/podman/catatonit", "/usr/bin/tini-static",
                                        "/usr/bin/tini") if os.path.exists(path)), None)
        if known is None:
            pytest.skip("no init program is installed")
        shutil.copy(known, place / "init")
        words = ("--init", f"--init-path={place}/init", gantry_once.image, "sh", "-c", "echo $$")
        assert int(gantry_once.run_ok(*words)) > 1
        gantry_once.fails("create", "--init", "--init-path=/no/such", gantry_once.image, says="/no/such")

    def test_not_beside_the_hosts_processes(self, gantry_once):
        gantry_once.fails("run", "--rm", "--init", "--pid=host", gantry_once.image, "true", code=None,
                          says="PID namespace")


class TestRootFilesystem:
    def test_a_folder_instead_of_an_image(self, gantry, place):
        (place / "root.tar").write_bytes(images.rootfs_tar())
        with tarfile.open(place / "root.tar") as tar:
            tar.extractall(place / "root")
        words = ("run", "--rm", "--network=none", "-e", "PATH=/bin")
        assert gantry.ok(*words, "--rootfs", f"{place}/root", "sh", "-c", "echo here > /made; cat /made") == "here"
        assert (place / "root/made").read_text() == "here\n"
        gantry.fails("create", "--rootfs", f"{place}/nosuch", "true", says="nosuch")

    def test_user_named_by_a_link_out(self, gantry, place):
        # The links would lead to files of the host; inside the root they lead nowhere.
        (place / "root.tar").write_bytes(images.rootfs_tar())
        with tarfile.open(place / "root.tar") as tar:
            tar.extractall(place / "root")
        for name in ("passwd", "group"):
            (place / name).write_text("intruder:x:7:7::/:/bin/sh\n")
            (place / "root/etc" / name).unlink()
            (place / "root/etc" / name).symlink_to(f"../../../../../..{place}/{name}")
        words = ("run", "--rm", "--network=none", "-e", "PATH=/bin")
        gantry.fails(*words, "-u", "intruder", "--rootfs", f"{place}/root", "id", code=126, says="intruder")
        gantry.fails(*words, "--group-add=intruder", "--rootfs", f"{place}/root", "id", code=126, says="intruder")

    @pytest.mark.parametrize("option", ((), ("--read-only",)), ids=("writable", "read-only"))
    def test_a_number_without_an_entry_has_a_name(self, gantry, option):
        gantry.start("--user=5000:6000", *option, name="box")
        for _ in range(2):
            assert gantry.ok("exec", "box", "id") == "uid=5000(5000) gid=6000(6000) groups=6000(6000)"
            assert gantry.ok("exec", "box", "tail", "-n1", "/etc/passwd") == (
                "5000:*:5000:6000:container user:/:/bin/sh")
            gantry.ok("restart", "-t", "0", "box")
        assert "passwd" not in gantry.ok("diff", "box")

    def test_a_passwd_of_the_users_own_stays(self, gantry_once, place):
        place.chmod(0o755)
        (place / "passwd").write_text("root:x:0:0::/:/bin/sh\n")
        for option in (f"-v={place}/passwd:/etc/passwd", f"-v={place}:/etc"):
            assert gantry_once.run_ok("--user=5000", option, gantry_once.image, "cat", "/etc/passwd") == (
                "root:x:0:0::/:/bin/sh")
        assert (place / "passwd").read_text() == "root:x:0:0::/:/bin/sh\n"


def test_pings_without_capabilities(gantry):
    assert gantry.run_ok(gantry.image, "cat", "/proc/sys/net/ipv4/ping_group_range").split() == ["0", "0"]


def test_limits_of_the_caller(gantry):
    out = gantry.run_ok("--ulimit=host", gantry.image, "sh", "-c", "ulimit -Sn; ulimit -Hn")
    limits = [line for line in pathlib.Path("/proc/self/limits").read_text().splitlines() if "open files" in line]
    assert out.split() == limits[0].split()[3:5]
