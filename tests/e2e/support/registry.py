# SPDX-License-Identifier: Apache-2.0
"""A registry on the loopback device, for tests that pull. It speaks plain HTTP."""

import socket
import subprocess

from .claims import claim_port
from .gantry import until
from .patience import PATIENCE


class Registry:
    """Owns the server until close; its data stands in folder."""

    def __init__(self, folder):
        self.folder = folder
        self.port = claim_port()
        (folder / "registry.yml").write_text(
            "version: 0.1\nlog: {level: error}\n"
            f"storage: {{filesystem: {{rootdirectory: {folder}/registry}}}}\n"
            f"http: {{addr: '127.0.0.1:{self.port}'}}\n"
        )
        self.server = None
        self.start()

    def start(self):
        self.server = subprocess.Popen(
            ["docker-registry", "serve", self.folder / "registry.yml"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        until(self.answers, "the registry")

    def answers(self):
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def name(self, tail):
        return f"127.0.0.1:{self.port}/{tail}"

    def push(self, gantry, image, tail):
        """Serves an image of the engine under a name of its own, which it answers."""
        path = self.folder / "pushed.tar"
        path.unlink(missing_ok=True)
        gantry.ok("save", "-q", "--format=oci-archive", "-o", path, image)
        target = f"docker://{self.name(tail)}"
        subprocess.run(
            ["skopeo", "copy", "-q", "--dest-tls-verify=false", f"oci-archive:{path}", target],
            check=True,
            capture_output=True,
        )
        return self.name(tail)

    def close(self):
        self.server.terminate()
        self.server.wait(timeout=PATIENCE)
