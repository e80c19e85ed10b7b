# SPDX-License-Identifier: Apache-2.0
"""End-to-end tests of the command line: the real binary, runtimes, overlay, CNI, LevelDB.

GANTRY_E2E_BIN names the binary. With GANTRY_TEST_REQUIRE=all a skipped test is a failed one.
Each run of pytest has a store of its own; after each test a leak check looks for whatever
the test left on the host, fails naming it, and takes it away.
"""

import contextlib
import os
import pathlib
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

from support import host, images  # noqa: E402
from support.criu import runtime_with_criu  # noqa: E402
from support.gantry import Engine, Gantry  # noqa: E402
from support.leaks import LeakCheck, leave_host_as_found  # noqa: E402

RUNTIMES = ("crun", "runc")
IMAGE = "localhost/e2e:latest"


def pytest_configure():
    # An interrupted or terminated run tears its fixtures down as a finished one does.
    signal.signal(signal.SIGTERM, lambda *_: (_ for _ in ()).throw(KeyboardInterrupt()))
    # Shells start what runs in the background with SIGINT ignored, and programs inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    report = (yield).get_result()
    if report.skipped and os.environ.get("GANTRY_TEST_REQUIRE") == "all":
        if not hasattr(report, "wasxfail"):
            report.outcome = "failed"
            report.longrepr = f"skipped, and GANTRY_TEST_REQUIRE=all: {report.longrepr}"


def pytest_terminal_summary(terminalreporter):
    if "support.chance" in sys.modules:
        seed = sys.modules["support.chance"].SEED
        terminalreporter.write_line(f"GANTRY_TEST_SEED={seed} repeats what was drawn by lot")


def usable_binary():
    named = os.environ.get("GANTRY_E2E_BIN")
    if not named:
        pytest.exit("GANTRY_E2E_BIN does not name the gantry binary to test", returncode=2)
    path = pathlib.Path(named).resolve()
    if not os.access(path, os.X_OK):
        pytest.exit(f"GANTRY_E2E_BIN={named} is not a program", returncode=2)
    return path


def filesystem_of(folder):
    done = subprocess.run(
        ["stat", "-f", "-c", "%T", folder], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


@pytest.fixture(scope="session")
def folder():
    """A folder that overlayfs can stand on; a tmpfs where /var/tmp is itself an overlay."""
    path = pathlib.Path(tempfile.mkdtemp(prefix="gantry-e2e-", dir="/var/tmp"))
    mounted = filesystem_of(path) == "overlayfs"
    if mounted:
        subprocess.run(["mount", "-t", "tmpfs", "gantry-e2e", path], check=True)
    yield path
    if mounted:
        subprocess.run(["umount", "-l", path], check=False)
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture(scope="session")
def archive(folder):
    """A docker archive with the images of the tests."""
    if images.busybox() is None:
        pytest.skip("busybox-static is not installed")
    return images.write_docker_archive(folder / "images.tar")


@pytest.fixture(scope="session")
def binary():
    return usable_binary()


@pytest.fixture(scope="session")
def engine(folder, archive, binary):
    host.require(host.root())
    for name in ("conmon", "crun", "runc", "iptables"):
        host.require(host.program(name))
    engine = Engine(binary, folder / "engine", "e2e" + secrets.token_hex(3))
    try:
        loaded = engine.call("load", "-q", "-i", archive)
        assert loaded.code == 0, repr(loaded)
        engine.create_default_network()
        yield engine
    finally:
        leave_host_as_found(engine)


@contextlib.contextmanager
def leaving_nothing(engine):
    """Afterwards nothing that came meanwhile is left on the host, or it is an error."""
    check = LeakCheck(engine)
    yield
    removed = engine.call("rm", "-f", "-a", "-v", "-t", "0")
    for name in set(check.listed("volumes")) - check.volumes:
        engine.call("volume", "rm", "-f", name)
    left = check.settled_report()
    if left:
        check.sweep()
        engine.call("rm", "-f", "-a", "-v", "-t", "0")
    assert removed.code == 0, f"rm -f -a failed: {removed!r}"
    assert not left, "left behind:\n  " + "\n  ".join(left)


@pytest.fixture(autouse=True)
def no_leaks(request):
    """Every test leaves nothing; those that share a fleet leave it to the last of them."""
    if "engine" not in request.fixturenames or "fleet" in request.fixturenames:
        yield
        return
    with leaving_nothing(request.getfixturevalue("engine")):
        yield


@pytest.fixture(scope="class")
def fleet(engine):
    """For tests that only look: one container runs, one exited with 3, one is new."""
    gantry = Gantry(engine, RUNTIMES[0], IMAGE)
    quick = ("--network=none", IMAGE, "sh", "-c", "exit 3")
    with leaving_nothing(engine):
        gantry.start("-l", "colour=red", "-l", "kind=boat", name="alpha")
        assert gantry("run", "--name=beta", "-l", "colour=blue", *quick).code == 3
        gantry.ok("create", "--name=gamma", "-l", "colour=red", *quick)
        yield gantry
        gantry.close()


@pytest.fixture(params=RUNTIMES)
def gantry(request, engine, no_leaks):
    """The engine with each runtime in turn."""
    gantry = Gantry(engine, request.param, IMAGE)
    yield gantry
    gantry.close()


@pytest.fixture
def gantry_once(engine, no_leaks):
    """The engine with one runtime, for what no runtime takes part in."""
    gantry = Gantry(engine, RUNTIMES[0], IMAGE)
    yield gantry
    gantry.close()


@pytest.fixture
def place(folder):
    """An empty folder for the files of one test."""
    path = pathlib.Path(tempfile.mkdtemp(prefix="test-", dir=folder))
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture(params=RUNTIMES)
def criu(request, engine, place, no_leaks):
    """gantry with a runtime that acts as if it had criu."""
    gantry = Gantry(engine, runtime_with_criu(place, request.param), IMAGE)
    yield gantry
    gantry.close()
    engine.call("rm", "-f", "-a", "-v", "-t", "0")  # while there is the runtime
