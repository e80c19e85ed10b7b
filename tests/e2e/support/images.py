# SPDX-License-Identifier: Apache-2.0
"""The images of the tests, made from the host's static busybox."""

import hashlib
import io
import json
import pathlib
import shutil
import tarfile

APPLETS = """
awk cat chmod chown cp cut date dd df echo env false find free grep head hostname httpd id ip
kill ln ls mkdir mount nc nslookup od ping printf ps pwd readlink rm sed seq sh sleep sort stat
stty sync tail tee test touch tr true tty umount uname vi wc wget which whoami
""".split()

FILES = {
    "etc/passwd": "root:x:0:0:root:/root:/bin/sh\nalice:x:1000:1000::/home/alice:/bin/sh\n",
    "etc/group": "root:x:0:\nalice:x:1000:\nstaff:x:50:alice\n",
    "www/index.html": "hello from the page\n",
    "seed/one": "first\n",
    "seed/deep/two": "second\n",
    "seed/mine": "of alice\n",
}
FOLDERS = "bin dev etc home home/alice proc root run seed seed/deep sys tmp usr var www".split()

CONFIGS = {
    "localhost/e2e:latest": {"Env": ["PATH=/bin"], "Cmd": ["sh"]},
    "localhost/configured:1": {
        "Env": ["PATH=/bin", "COLOUR=green", "EMPTY="],
        "Entrypoint": ["/bin/echo", "entry"],
        "Cmd": ["default", "words"],
        "WorkingDir": "/home/alice/work",
        "User": "alice",
        "Volumes": {"/seed": {}},
        "StopSignal": "SIGUSR1",
        "ExposedPorts": {"8080/tcp": {}, "5353/udp": {}},
        "Labels": {"origin": "tests", "colour": "green"},
    },
}


def busybox():
    for name in ("/bin/busybox", "/usr/bin/busybox"):
        if pathlib.Path(name).exists():
            return pathlib.Path(name)
    found = shutil.which("busybox")
    return pathlib.Path(found) if found else None


def rootfs_tar():
    """The root filesystem as the bytes of a tar archive, the same at each call."""
    memory = io.BytesIO()
    with tarfile.open(fileobj=memory, mode="w", format=tarfile.PAX_FORMAT) as tar:

        def add(name, kind=tarfile.REGTYPE, mode=0o644, data=b"", link="", owner=0):
            entry = tarfile.TarInfo(name)
            entry.type = kind
            entry.mode = mode
            entry.size = len(data)
            entry.linkname = link
            entry.uid = entry.gid = owner
            entry.mtime = 1_600_000_000
            tar.addfile(entry, io.BytesIO(data))

        for name in FOLDERS:
            mode = 0o1777 if name == "tmp" else 0o755
            owner = 1000 if name in ("home/alice", "seed") else 0
            add(name, tarfile.DIRTYPE, mode, owner=owner)
        add("bin/busybox", mode=0o755, data=busybox().read_bytes())
        for name in APPLETS:
            add(f"bin/{name}", tarfile.SYMTYPE, 0o777, link="busybox")
        for name, text in FILES.items():
            add(name, data=text.encode(), owner=1000 if name == "seed/mine" else 0)
        add("bin/not-a-program", mode=0o644, data=b"data\n")
    return memory.getvalue()


def write_docker_archive(path, layer=None, configs=None):
    """A docker archive of all images above, which share their one layer."""
    layer = layer if layer is not None else rootfs_tar()
    digest = hashlib.sha256(layer).hexdigest()
    manifest = []
    with tarfile.open(path, "w") as tar:

        def add(name, data):
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))

        add(f"{digest}/layer.tar", layer)
        for name, config in (configs or CONFIGS).items():
            document = {
                "architecture": "amd64",
                "os": "linux",
                "created": "2024-05-06T07:08:09Z",
                "config": config,
                "rootfs": {"type": "layers", "diff_ids": [f"sha256:{digest}"]},
                "history": [
                    {"created": "2024-05-06T07:08:09Z", "created_by": "a file", "comment": "c"}
                ],
            }
            text = json.dumps(document).encode()
            file_name = hashlib.sha256(text).hexdigest() + ".json"
            add(file_name, text)
            manifest.append(
                {"Config": file_name, "RepoTags": [name], "Layers": [f"{digest}/layer.tar"]}
            )
        add("manifest.json", json.dumps(manifest).encode())
    return path
