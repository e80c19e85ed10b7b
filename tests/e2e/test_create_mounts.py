# SPDX-License-Identifier: Apache-2.0
"""-v, --mount and --tmpfs of create and run: every kind of mount, every option."""

import os
import subprocess

import pytest
from support.mounts import is_mounted, mounted


@pytest.fixture
def shared(place):
    folder = place / "shared"
    folder.mkdir()
    (folder / "file").write_text("from the host\n")
    return folder


class TestBind:
    def test_both_ways(self, gantry, shared):
        out = gantry.run_ok("-v", f"{shared}:/in", gantry.image, "sh", "-c", "cat /in/file; echo back > /in/new")
        assert out == "from the host"
        assert (shared / "new").read_text() == "back\n"

    def test_read_only(self, gantry, shared):
        assert gantry.run("-v", f"{shared}:/in:ro", gantry.image, "touch", "/in/x").code == 1

    def test_a_file(self, gantry, shared):
        assert gantry.run_ok("-v", f"{shared}/file:/etc/motd", gantry.image, "cat", "/etc/motd") == "from the host"

    def test_by_mount(self, gantry, shared):
        mount = f"--mount=type=bind,source={shared},target=/in,ro=true"
        assert gantry.run_ok(mount, gantry.image, "cat", "/in/file") == "from the host"
        assert gantry.run(mount, gantry.image, "touch", "/in/x").code == 1

    def test_missing_source(self, gantry_once, place):
        gantry_once.fails("run", "--rm", "-v", f"{place}/nosuch:/in", gantry_once.image, says="no such file")

    def test_target_under_a_link(self, gantry, shared, place):
        # /outside of the image would lead to the host; the mount must stay in the container.
        (place / "target").mkdir()
        gantry.run_ok("-v", f"{shared}:/var/run/../in", gantry.image, "true")
        assert not list((place / "target").iterdir())


class TestBindOptions:
    @pytest.mark.parametrize("option", ["z", "Z", "nosuid,nodev,noexec", "rprivate", "bind"])
    def test_accepted(self, gantry_once, shared, option):
        assert gantry_once.run_ok("-v", f"{shared}:/in:{option}", gantry_once.image,
                                  "cat", "/in/file") == "from the host"

    def test_owner_of_the_user(self, gantry, shared):
        (shared / "deep").mkdir()
        (shared / "link").symlink_to("/etc/passwd")
        gantry.run_ok("-v", f"{shared}:/in:U", "-u", "1000:50", gantry.image,
                      "touch", "/in/deep/new")
        for path in (shared, shared / "file", shared / "deep", shared / "deep/new"):
            assert (path.stat().st_uid, path.stat().st_gid) == (1000, 50), path
        assert os.lstat(shared / "link").st_uid == 1000
        assert os.stat("/etc/passwd").st_uid == 0

    def test_what_may_not_be_given_away(self, gantry_once):
        gantry_once.fails("run", "--rm", "--network=none", "-v", "/usr:/in:U", gantry_once.image,
                          "true", code=None, says="chowning host path \"/usr\" is not allowed")

    def test_overlay(self, gantry, shared):
        gantry.ok("run", "--name=box", "--network=none", "-v", f"{shared}:/in:O", gantry.image,
                  "sh", "-c", "cat /in/file; echo changed > /in/file; touch /in/new")
        assert (shared / "file").read_text() == "from the host\n"
        assert not (shared / "new").exists()
        # The next run begins with what the folder has.
        assert gantry("start", "-a", "box").out == "from the host\n"

    def test_overlay_that_is_kept(self, gantry_once, shared, place):
        for name in ("upper", "work"):
            (place / name).mkdir()
        option = f"{shared}:/in:O,upperdir={place}/upper,workdir={place}/work"
        gantry_once.run_ok("-v", option, gantry_once.image, "touch", "/in/new")
        assert (place / "upper/new").exists() and not (shared / "new").exists()
        assert "new" in gantry_once.run_ok("-v", option, gantry_once.image, "ls", "/in").split()

    def test_overlay_alone(self, gantry_once, shared, place):
        gantry_once.fails("create", "-v", f"{shared}:/in:O,ro", gantry_once.image, "true", says="'O' can only")
        gantry_once.fails("create", "-v", f"{shared}:/in:O,upperdir={place}", gantry_once.image,
                          "true", says="must specify both upperdir and workdir")

    def test_part_of_a_folder(self, gantry, shared):
        (shared / "deep").mkdir()
        (shared / "deep/inner").write_text("inner\n")
        (shared / "out").symlink_to("/etc")
        mount = f"type=bind,source={shared},target=/in,subpath="
        assert gantry.run_ok(f"--mount={mount}deep", gantry.image, "cat", "/in/inner") == "inner"
        assert gantry.run_ok(f"--mount={mount}deep/inner,ro", gantry.image, "cat", "/in") == "inner"
        # A link leads nowhere but within the folder.
        gantry.fails("run", "--rm", "--network=none", f"--mount={mount}out", gantry.image, "true",
                     code=None, says="no such file")

    def test_part_of_a_folder_of_one_that_does_not_run(self, gantry_once, shared, place):
        (shared / "deep").mkdir()
        (shared / "deep/inner").write_text("inner\n")
        gantry_once.ok("create", "--name=box", f"--mount=type=bind,src={shared},dst=/in,subpath=deep,ro",
                       gantry_once.image, "true")
        gantry_once.ok("cp", "box:/in/inner", f"{place}/copy")
        assert (place / "copy").read_text() == "inner\n"
        gantry_once.fails("cp", f"{place}/copy", "box:/in/more", says="read-only")

    def test_what_the_source_forbids_stays_forbidden(self, gantry, shared):
        with mounted(shared, "-t", "tmpfs", "-o", "noexec,nosuid,nodev", "tmpfs"):
            out = gantry.run_ok("-v", f"{shared}:/in:ro", gantry.image, "grep", " /in ", "/proc/mounts")
        assert {"ro", "noexec", "nosuid", "nodev"} <= set(out.split()[3].split(","))


class TestPropagation:
    """What is mounted later in a volume: who sees it."""

    @pytest.fixture
    def source(self, place):
        folder = place / "source"
        folder.mkdir()
        with mounted(folder, "-t", "tmpfs", "tmpfs"):
            subprocess.run(["mount", "--make-shared", folder], check=True)
            (folder / "in").mkdir()
            (folder / "out").mkdir()
            yield folder

    @pytest.mark.parametrize("option, inwards, outwards", [
        ("rprivate", False, False), ("rslave", True, False), ("rshared", True, True),
    ])
    def test_it(self, gantry, source, option, inwards, outwards):
        gantry.start("--privileged", "-v", f"{source}:/x:{option}", name="box")
        with mounted(source / "in", "-t", "tmpfs", "tmpfs"):
            (source / "in/seen").touch()
            assert (gantry("exec", "box", "test", "-e", "/x/in/seen").code == 0) == inwards
            gantry.ok("exec", "box", "mount", "-t", "tmpfs", "tmpfs", "/x/out")
            assert is_mounted(source / "out") == outwards
        gantry.ok("rm", "-f", "-t", "0", "box")

    def test_by_mount(self, gantry_once, source):
        mount = f"--mount=type=bind,src={source},dst=/x,bind-propagation=rslave"
        out = gantry_once.run_ok(mount, gantry_once.image, "grep", " /x ", "/proc/self/mountinfo")
        assert "master:" in out

    def test_below_too_or_not(self, gantry_once, source):
        with mounted(source / "in", "-t", "tmpfs", "tmpfs"):
            (source / "in/seen").touch()
            mount = f"type=bind,src={source},dst=/x"
            assert gantry_once.run(f"--mount={mount}", gantry_once.image, "test", "-e", "/x/in/seen").code == 0
            assert gantry_once.run(f"--mount={mount},bind-nonrecursive", gantry_once.image,
                                   "test", "-e", "/x/in/seen").code == 1


class TestImage:
    def test_read_only(self, gantry):
        mount = f"--mount=type=image,source={gantry.image},target=/img"
        assert gantry.run_ok(mount, gantry.image, "cat", "/img/seed/one") == "first"
        assert gantry.run(mount, gantry.image, "touch", "/img/x").code == 1

    def test_writable_and_thrown_away(self, gantry):
        mount = "--mount=type=image,source=e2e,target=/img,rw=true"
        for _ in range(2):
            out = gantry.run_ok(mount, gantry.image, "sh", "-c", "ls /img/x 2>&1; echo x > /img/x; cat /img/x")
            assert "No such file" in out and out.endswith("x")

    def test_part_of_it(self, gantry_once):
        mount = f"--mount=type=image,source={gantry_once.image},target=/img,subpath=seed"
        assert "one" in gantry_once.run_ok(mount, gantry_once.image, "ls", "/img").split()

    def test_is_in_use(self, gantry_once):
        """It goes neither before the container nor under another name's image."""
        gantry_once.ok("run", "--name=maker", "--network=none", gantry_once.image, "touch", "/made")
        extra = gantry_once.ok("commit", "-q", "maker", "localhost/extra")
        gantry_once.ok("create", "--name=user", "--network=none", "--mount=type=image,source=localhost/extra,target=/img",
                       gantry_once.image, "ls", "/img/made")
        gantry_once.fails("rmi", "localhost/extra", code=None, says="in use by a container")
        gantry_once.ok("tag", gantry_once.image, "localhost/extra")
        assert gantry_once.ok("start", "-a", "user") == "/img/made"
        gantry_once.ok("rm", "user", "maker")
        gantry_once.ok("untag", gantry_once.image, "localhost/extra")
        gantry_once.ok("rmi", extra)

    def test_unknown(self, gantry_once):
        gantry_once.fails("create", "--mount=type=image,source=nosuch,target=/img", gantry_once.image,
                          "true", says="nosuch: image not known")
        gantry_once.fails("create", "--mount=type=image,target=/img", gantry_once.image, "true",
                          says="must set source")


class TestDevpts:
    def test_options(self, gantry):
        mount = "--mount=type=devpts,target=/pts,uid=1000,gid=50,mode=0600,max=7"
        out = gantry.run_ok(mount, gantry.image, "grep", " /pts ", "/proc/mounts")
        assert "devpts" in out and "mode=600" in out and "max=7" in out and "gid=50" in out


class TestTmpfs:
    def test_defaults(self, gantry):
        out = gantry.run_ok("--tmpfs=/scratch", gantry.image, "grep", " /scratch ", "/proc/mounts")
        assert {"rw", "nosuid", "nodev"} <= set(out.split()[3].split(","))

    def test_what_the_image_has_there(self, gantry):
        assert gantry.run_ok("--tmpfs=/seed", gantry.image, "cat", "/seed/one") == "first"
        assert gantry.run_ok("--mount=type=tmpfs,dst=/seed,notmpcopyup", gantry.image, "ls", "/seed") == ""

    def test_all_keys(self, gantry):
        mount = "--mount=type=tmpfs,dst=/t,tmpfs-size=2m,tmpfs-mode=0710,noexec,ro=false,U"
        out = gantry.run_ok(mount, "-u", "1000:50", gantry.image, "sh", "-c",
                            "grep ' /t ' /proc/mounts; stat -c '%a %u %g' /t")
        assert "noexec" in out and "size=2048k" in out
        assert out.splitlines()[-1] == "710 1000 50"

    def test_size_and_options(self, gantry):
        out = gantry.run_ok("--tmpfs=/scratch:size=2m,mode=0700", gantry.image, "sh", "-c",
                            "df -k /scratch | tail -1; stat -c %a /scratch")
        assert out.split()[1] == "2048" and out.split()[-1] == "700"

    def test_by_mount(self, gantry):
        out = gantry.run_ok("--mount=type=tmpfs,target=/scratch,tmpfs-size=1m", gantry.image, "df", "-k", "/scratch")
        assert "1024" in out


class TestBadInput:
    @pytest.mark.parametrize(
        "words, says",
        [
            (["-v", "vol:relative"], "absolute path"),
            (["-v", "vol:/x:nosuchoption"], "nosuchoption"),
            (["-v", "/tmp:/x", "-v", "/var:/x"], "duplicate mount destination"),
            (["--mount=type=nosuch,target=/x"], "invalid filesystem type"),
            (["--mount=type=bind,target=/nosuch/x"], "no such file"),
            (["--mount=type=tmpfs"], "destination"),
            (["--tmpfs=relative"], "absolute path"),
            (["--volumes-from=nosuch"], "nosuch"),
            (["--mount=type=tmpfs,target=/x,bind-propagation=shared"], "invalid mount option"),
            (["--mount=type=volume,target=/x,tmpfs-size=1m"], "invalid mount option"),
            (["--mount=type=bind,src=/tmp,target=/x,bind-propagation=loud"], "bind-propagation"),
            (["--mount=type=bind,src=/tmp,target=/x,relabel=both"], "relabel"),
            (["--mount=type=bind,src=/tmp,target=/x,ro=perhaps"], "perhaps"),
            (["-v", "/tmp:/x:ro,rw"], "only one of"),
            (["--tmpfs=/x:nosuchoption"], "nosuchoption"),
            (["-v", "bad/name:/x"], "names must match"),
            (["-v", "/tmp:/"], "nothing can be mounted over|invalid container path"),
        ],
    )
    def test_refused(self, gantry_once, words, says):
        gantry_once.fails("run", "--rm", "--network=none", *words, gantry_once.image, "true", says=says)


class TestMapped:
    """idmap: other owners in the container than on disk, with every runtime."""

    @pytest.fixture(autouse=True)
    def open_folders(self, folder, place):
        """The containers' root passes through."""
        os.chmod(folder, 0o711)
        os.chmod(place, 0o711)

    def listed(self, gantry, place, *words):
        (place / "data").mkdir(exist_ok=True)
        (place / "data/file").touch()
        os.chown(place / "data/file", 5, 6)
        return gantry.run_ok(*words, gantry.image, "stat", "-c", "%u:%g", "/data/file")

    def test_as_the_user_namespace(self, gantry, place):
        ids = ("--uidmap=0:100000:1000", "--gidmap=0:200000:1000")
        assert self.listed(gantry, place, *ids, "-v", f"{place}/data:/data") == "65534:65534"
        assert self.listed(gantry, place, *ids, "-v", f"{place}/data:/data:idmap") == "5:6"
        gantry.run_ok(*ids, f"--mount=type=bind,src={place}/data,dst=/data,idmap", gantry.image,
                      "sh", "-c", "touch /data/new; chown 7:8 /data/new")
        new = (place / "data/new").stat()
        assert (new.st_uid, new.st_gid) == (7, 8)

    def test_by_ranges(self, gantry, place):
        ids = "--uidmap=0:100000:1000"
        absolute = f"{place}/data:/data:idmap=uids=0-100010-10;gids=6-100000-1"
        assert self.listed(gantry, place, ids, "-v", absolute) == "15:0"
        relative = f"{place}/data:/data:idmap=uids=@5-40-1;gids=@6-41-1"
        assert self.listed(gantry, place, ids, "-v", relative) == "40:41"
        assert self.listed(gantry, place, "-v", f"{place}/data:/data:idmap=uids=5-1-1#6-2-1") == "1:2"

    def test_a_volume(self, gantry, place):
        ids = "--uidmap=0:100000:1000"
        gantry.run_ok(ids, "--user=3:4", "-v", "mapped:/data:idmap", gantry.image, "touch", "/data/file")
        assert gantry.run_ok("-v", "mapped:/data", gantry.image, "stat", "-c", "%u:%g", "/data/file") == "3:4"

    def test_refused(self, gantry_once, place):
        for option, says in (
            ("idmap", "the container has no user namespace to map to"),
            ("idmap=nonsense", "neither uids=… nor gids=…"),
            ("idmap=uids=0-1", "is no range: it is written FROM-TO-COUNT"),
            ("idmap=uids=0-1-1,U", "'U' changes the owners that idmap would map"),
        ):
            gantry_once.fails("create", "-v", f"{place}:/data:{option}", gantry_once.image, "true", says=says)
        gantry_once.fails("run", "--rm", "--network=none", "--uidmap=0:100000:1000", "-v", "/proc:/data:idmap",
                          gantry_once.image, "true", code=None, says="mount at /data: idmap: .*cannot be mounted so")
