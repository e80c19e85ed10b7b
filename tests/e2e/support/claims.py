# SPDX-License-Identifier: Apache-2.0
"""What a test has of the host alone, beside other tests that look for the same at once."""

import secrets
import socket

claims = []  # as long as this process lives; then the kernel drops them


def claim_subnet():
    """A subnet that no other process of the tests gives a network."""
    while True:
        subnet = f"10.{160 + secrets.randbelow(40)}.{secrets.randbelow(256)}.0/24"
        claim = socket.socket(socket.AF_UNIX)
        try:
            claim.bind(f"\0gantry-e2e-{subnet}")  # one name, one socket; not a file
        except OSError:
            claim.close()
            continue
        claims.append(claim)
        return subnet


def claim_port():
    """A TCP port of 127.0.0.1 that nobody gets who asks for any.

    A server gets it all the same: both say SO_REUSEADDR, and the claim does not listen.
    """
    claim = socket.socket()
    claim.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    claim.bind(("127.0.0.1", 0))
    claims.append(claim)
    return claim.getsockname()[1]
