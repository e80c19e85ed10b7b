# SPDX-License-Identifier: Apache-2.0
"""load, import, pull, images, inspect, history, tag, untag, rmi, save."""

import json
import shutil
import subprocess
import tarfile

import pytest
from support import host, images
from support.registry import Registry


@pytest.fixture
def scratch(gantry_once, place):
    """An image that the test may do with as it likes: localhost/scratch:1."""
    layer = images.rootfs_tar()
    config = {"localhost/scratch:1": {"Env": ["PATH=/bin"], "Cmd": ["echo", "scratch"], "Labels": {"is": "scratch"}}}
    images.write_docker_archive(place / "scratch.tar", layer, config)
    gantry_once.ok("load", "-q", "-i", place / "scratch.tar")
    yield "localhost/scratch:1"
    gantry_once("rmi", "-f", "localhost/scratch:1")
    gantry_once("image", "prune", "-f")


class TestList:
    def test_table(self, gantry_once):
        header, *lines = gantry_once.ok("images").splitlines()
        assert header.split() == ["REPOSITORY", "TAG", "IMAGE", "ID", "CREATED", "SIZE"]
        assert any(line.startswith("localhost/e2e") and "latest" in line for line in lines)

    def test_short_and_chosen(self, gantry_once):
        identity = gantry_once.inspect("localhost/e2e", "image")["Id"]
        assert gantry_once.ok("images", "-q", "localhost/e2e") == identity[:12]
        assert gantry_once.ok("images", "-q", "--no-trunc", "e2e") == f"sha256:{identity}"
        assert len(gantry_once.ok("images", "-n").splitlines()) == len(gantry_once.ok("images").splitlines()) - 1

    @pytest.mark.parametrize(
        "one, names",
        [
            ("label=colour=green", ["localhost/configured"]),
            ("reference=e2e", ["localhost/e2e"]),
            ("dangling=true", []),
            ("reference=nosuch", []),
        ],
    )
    def test_filters(self, gantry_once, one, names):
        assert gantry_once.ok("images", f"--filter={one}", "--format={{.Repository}}").split() == names

    def test_bad_filters(self, gantry_once):
        for verb in (("images",), ("image", "prune", "-f")):
            gantry_once.fails(*verb, "--filter=dangling=bogus", says="invalid syntax")
            gantry_once.fails(*verb, "--filter=until=bogus", says="failed to parse value as time")
            gantry_once.fails(*verb, "--filter=nosuch=1", says="unsupported image filter")
            gantry_once.fails(*verb, "--filter=dangling", says="must be in the format")

    def test_quiet_gives_way_to_a_format(self, gantry_once):
        assert "Id" in json.loads(gantry_once.ok("images", "-q", "--format=json"))[0]
        assert gantry_once.ok("images", "-q", "--format={{.Repository}}", "e2e") == "localhost/e2e"

    def test_json_and_templates(self, gantry_once):
        rows = json.loads(gantry_once.ok("images", "--format=json"))
        assert any("localhost/e2e:latest" in (row["Names"] or []) for row in rows)
        assert gantry_once.ok("images", "e2e", "--format={{.Repository}}:{{.Tag}}") == "localhost/e2e:latest"
        gantry_once.fails("images", "--format={{.Nosuch}}", says="Nosuch")
        gantry_once.fails("images", "--filter=nosuch=1", says="nosuch")

    def test_inspect(self, gantry_once):
        seen = gantry_once.inspect("localhost/configured:1", "image")
        assert seen["Config"]["Entrypoint"] == ["/bin/echo", "entry"]
        assert seen["Config"]["User"] == "alice"
        assert seen["RepoTags"] == ["localhost/configured:1"]
        assert len(seen["RootFS"]["Layers"]) == 1
        assert gantry_once.ok("image", "inspect", "--format={{.Architecture}}", "e2e") == "amd64"
        gantry_once.fails("image", "inspect", "nosuch", says="image not known")

    def test_history(self, gantry_once):
        rows = json.loads(gantry_once.ok("history", "--format=json", "e2e"))
        assert rows[0]["created"].startswith("2024-05-06")
        assert "a file" in gantry_once.ok("history", "e2e")
        gantry_once.fails("history", "nosuch", says="image not known")

    def test_exists(self, gantry_once):
        assert gantry_once("image", "exists", "e2e").code == 0
        assert gantry_once("image", "exists", "nosuch").code == 1


class TestNames:
    def test_tag_and_untag(self, gantry_once, scratch):
        gantry_once.ok("tag", scratch, "localhost/other:2", "third")
        assert gantry_once("image", "exists", "localhost/third:latest").code == 0
        gantry_once.ok("untag", scratch, "localhost/other:2", "third")
        assert gantry_once("image", "exists", "localhost/other:2").code == 1
        gantry_once.fails("tag", "nosuch", "x", says="image not known")
        gantry_once.fails("tag", scratch, "Bad Name", says="invalid|reference")

    def test_rmi(self, gantry_once, scratch):
        gantry_once.ok("tag", scratch, "localhost/other:2")
        assert "Untagged: localhost/other:2" in gantry_once.ok("rmi", "localhost/other:2")
        out = gantry_once.ok("rmi", scratch)
        assert "Untagged: localhost/scratch:1" in out and "Deleted: " in out
        assert gantry_once("image", "exists", scratch).code == 1

    def test_rmi_of_one_in_use(self, gantry_once, scratch):
        identity = gantry_once.ok("create", "--network=none", scratch)
        result = gantry_once.fails("rmi", scratch, code=2, says="in use")
        gantry_once.fails("rmi", "nosuch", scratch, code=2, says="image not known")
        assert identity[:12] in result.err
        gantry_once.ok("rmi", "-f", scratch)
        assert gantry_once.ok("ps", "-aq") == ""

    def test_rmi_missing(self, gantry_once):
        gantry_once.fails("rmi", "nosuch", code=None, says="image not known")
        gantry_once.ok("rmi", "--ignore", "nosuch")
        gantry_once.fails("rmi", says="must be specified")

    def test_prune(self, gantry_once, scratch):
        gantry_once.ok("untag", scratch)
        assert len(gantry_once.ok("image", "prune", "-f").split()) == 1


class TestLoadAndSave:
    @pytest.mark.parametrize("kind", ["docker-archive", "oci-archive", "oci-dir"])
    def test_round_trip(self, gantry_once, scratch, place, kind):
        before = gantry_once.inspect(scratch, "image")
        gantry_once.ok("save", "-q", f"--format={kind}", "-o", place / "saved", scratch)
        gantry_once.ok("rmi", scratch)
        out = gantry_once.ok("load", "-q", "-i", place / "saved")
        assert "scratch" in out
        after = gantry_once.inspect(scratch, "image")
        assert after["RootFS"] == before["RootFS"] and after["Config"] == before["Config"]
        assert gantry_once.run_ok(scratch) == "scratch"

    def test_through_pipes(self, gantry_once, scratch):
        saved = gantry_once("save", scratch)
        assert saved.code == 0
        gantry_once.ok("rmi", scratch)
        assert "scratch" in gantry_once.ok("load", input=saved.raw_out)

    def test_read_by_others(self, gantry_once, scratch, place):
        host.require(host.program("skopeo"))
        gantry_once.ok("save", "-q", "--format=oci-archive", "-o", place / "a.tar", scratch)
        done = subprocess.run(["skopeo", "inspect", "--config", f"oci-archive:{place}/a.tar"],
                              capture_output=True, text=True, check=True)
        assert json.loads(done.stdout)["config"]["Cmd"] == ["echo", "scratch"]

    def test_made_by_others(self, gantry_once, place):
        host.require(host.program("umoci"))
        root = place / "bundle"
        for words in (
            ["init", "--layout", f"{place}/oci"],
            ["new", "--image", f"{place}/oci:made"],
            ["unpack", "--image", f"{place}/oci:made", str(root)],
        ):
            subprocess.run(["umoci", *words], check=True, capture_output=True)
        for folder in ("bin", "proc", "sys", "dev", "etc", "tmp"):
            (root / "rootfs" / folder).mkdir()
        shutil.copy(images.busybox(), root / "rootfs/bin/busybox")
        for words in (
            ["repack", "--image", f"{place}/oci:made", str(root)],
            ["config", "--image", f"{place}/oci:made", "--config.cmd", "/bin/busybox", "--config.cmd", "echo",
             "--config.cmd", "umoci"],
        ):
            subprocess.run(["umoci", *words], check=True, capture_output=True)
        out = gantry_once.ok("load", "-q", "-i", place / "oci")
        name = out.split(": ")[1]
        assert gantry_once.run_ok(name) == "umoci"
        gantry_once.ok("rmi", name)

    def test_broken(self, gantry_once, place):
        (place / "text").write_text("no archive")
        gantry_once.fails("load", "-i", place / "text")
        gantry_once.fails("load", "-i", place / "nosuch", says="no such file")
        whole = images.write_docker_archive(place / "whole.tar").read_bytes()
        (place / "cut").write_bytes(whole[: len(whole) // 2])
        gantry_once.fails("load", "-i", place / "cut")
        gantry_once.fails("save", "nosuch", says="image not known")

    def test_a_lying_layer(self, gantry_once, place):
        # A layer that the store does not have: one that it knows is not read again.
        layer = images.rootfs_tar().replace(b"hello from the page", b"HULLO from the page")
        images.write_docker_archive(place / "good.tar", layer, {"localhost/liar:1": {"Cmd": ["x"]}})
        with tarfile.open(place / "good.tar") as good, tarfile.open(place / "bad.tar", "w") as bad:
            for entry in good:
                data = good.extractfile(entry).read()
                if entry.name.endswith("layer.tar"):
                    data = data.replace(b"HULLO from the page", b"LIARS from the page")
                import io

                bad.addfile(entry, io.BytesIO(data))
        gantry_once.fails("load", "-i", place / "bad.tar", says="digest|sha256|diff")
        assert gantry_once("image", "exists", "localhost/liar:1").code == 1

    def test_a_layer_that_escapes(self, gantry_once, place):
        import io

        memory = io.BytesIO()
        with tarfile.open(fileobj=memory, mode="w") as tar:
            entry = tarfile.TarInfo("../../outside")
            entry.size = 1
            tar.addfile(entry, io.BytesIO(b"x"))
        images.write_docker_archive(place / "bad.tar", memory.getvalue(), {"localhost/bad:1": {"Cmd": ["x"]}})
        gantry_once.fails("load", "-i", place / "bad.tar", says="outside")


class TestImport:
    def test_with_changes(self, gantry_once, place):
        (place / "root.tar").write_bytes(images.rootfs_tar())
        identity = gantry_once.ok("import", "-q", "-c", 'CMD ["echo","imported"]', "-c", "ENV A=1",
                                  "-m", "a message", place / "root.tar", "localhost/in:1")
        assert identity.startswith("sha256:")
        assert gantry_once.run_ok("localhost/in:1") == "imported"
        assert "A=1" in gantry_once.inspect("localhost/in:1", "image")["Config"]["Env"]
        gantry_once.ok("rmi", "localhost/in:1")

    def test_from_a_pipe(self, gantry_once):
        identity = gantry_once.ok("import", "-q", "-", input=images.rootfs_tar())
        gantry_once.ok("rmi", identity.removeprefix("sha256:")[:12])

    def test_refused(self, gantry_once, place):
        gantry_once.fails("import", place / "nosuch", says="no such file")
        gantry_once.fails("import", says="accepts between 1 and 2")
        (place / "root.tar").write_bytes(images.rootfs_tar())
        gantry_once.fails("import", "-q", "-c", "NOSUCH x", place / "root.tar", says="NOSUCH")


@pytest.fixture
def registry(place, gantry_once):
    """A registry on the loopback device that serves localhost/e2e as busy:1."""
    for name in ("docker-registry", "skopeo"):
        host.require(host.program(name))
    server = Registry(place)
    try:
        name = server.push(gantry_once, "localhost/e2e", "busy:1")
        yield name
        gantry_once("rmi", name)
    finally:
        server.close()


class TestPull:
    def test_from_a_registry(self, gantry_once, registry):
        identity = gantry_once.ok("pull", "-q", "--tls-verify=false", registry)
        assert gantry_once.inspect(registry, "image")["Id"] == identity
        assert gantry_once.run_ok(registry, "echo", "pulled") == "pulled"

    def test_missing(self, gantry_once, registry):
        gantry_once.fails("pull", "-q", "--tls-verify=false", registry.replace("busy:1", "nosuch:1"))

    def test_policies(self, gantry_once, registry):
        gantry_once.fails("pull", "-q", "--policy=never", registry, says="image not known")
        gantry_once.ok("pull", "-q", "--tls-verify=false", "--policy=missing", registry)
        gantry_once.ok("pull", "-q", "--policy=never", registry)
        gantry_once.fails("pull", "--policy=nosuch", registry, says="nosuch")
