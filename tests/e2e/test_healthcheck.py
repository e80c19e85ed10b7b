# SPDX-License-Identifier: Apache-2.0
"""Health checks: healthcheck run, the runner, inspect, ps, wait and --health-on-failure."""

import os
import pathlib
import signal

from support.gantry import PATIENT, until


def start(gantry, *options, name="patient", words=PATIENT):
    return gantry.ok(
        "run", "-d", "--network=none", f"--name={name}", *options, gantry.image, *words
    )


def health(gantry, name="patient"):
    return gantry.state(name)["Health"]


def log_of(gantry, name="patient"):
    return health(gantry, name)["Log"] or []


def without(document, member):
    return {key: value for key, value in document.items() if key != member}


def runners(identity):
    parents = {}
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                words = (entry / "cmdline").read_bytes()
                parent = (entry / "stat").read_text().rpartition(")")[2].split()[1]
            except OSError:
                continue
            if b"healthcheck-watch" in words and identity.encode() in words:
                parents[int(entry.name)] = int(parent)
    # A child of one that has not become another program yet is none.
    return [pid for pid, parent in parents.items() if parent not in parents]


def test_becomes_healthy_by_itself(gantry):
    identity = start(gantry, "--health-cmd=true", "--health-interval=1s")
    assert gantry.ok("wait", "--condition=healthy", "patient") == "-1"
    told = health(gantry)
    assert told["Status"] == "healthy" and told["FailingStreak"] == 0
    assert told["Log"][-1]["ExitCode"] == 0
    assert "(healthy)" in gantry.ok("ps", "--format={{.Status}}")
    until(lambda: len(health(gantry)["Log"]) > 1, "a second check")
    events = gantry.ok("events", "--stream=false", "--filter=event=health_status")
    assert "health_status=healthy" in events
    assert len(runners(identity)) == 1
    gantry.ok("stop", "patient")
    until(lambda: not runners(identity), "the end of the runner")


def test_run_by_hand(gantry):
    start(gantry, "--health-cmd=test -e /tmp/well", "--health-interval=disable")
    assert health(gantry)["Status"] == "starting"
    for streak in (1, 2, 3):
        failed = gantry("healthcheck", "run", "patient")
        assert (failed.code, failed.out) == (1, "unhealthy\n"), repr(failed)
        told = health(gantry)
        assert told["FailingStreak"] == streak
        assert told["Status"] == ("unhealthy" if streak == 3 else "starting")
    gantry.ok("exec", "patient", "touch", "/tmp/well")
    assert gantry.ok("healthcheck", "run", "patient") == ""
    assert health(gantry)["Status"] == "healthy"
    for _ in range(4):
        gantry.ok("healthcheck", "run", "patient")
    assert len(health(gantry)["Log"]) == 5


def test_startup_by_hand(gantry):
    """Until the startup check has succeeded nobody checks; from then on the runner does."""
    identity = start(gantry, "--health-cmd=true", "--health-interval=1s",
                     "--health-startup-cmd=echo more >> /count; test -e /up",
                     "--health-startup-interval=disable")
    assert not runners(identity)
    assert gantry("healthcheck", "run", "patient").code == 1
    gantry.ok("exec", "patient", "touch", "/up")
    assert not runners(identity)
    gantry.ok("healthcheck", "run", "patient")
    until(lambda: health(gantry)["Status"] == "healthy", "a check of the runner")
    assert len(runners(identity)) == 1
    assert gantry.ok("exec", "patient", "cat", "/count").split() == ["more", "more"]
    gantry.ok("restart", "-t", "0", "patient")
    until(lambda: not runners(identity), "the end of the runner")
    assert health(gantry)["Status"] == "starting"


def test_output_and_missing_program(gantry):
    start(gantry, "--health-cmd=echo words; exit 7", "--health-interval=disable")
    assert gantry("healthcheck", "run", "patient").code == 1
    assert health(gantry)["Log"][0]["Output"] == "words\n"
    assert health(gantry)["Log"][0]["ExitCode"] == 7
    start(gantry, '--health-cmd=["none-such"]', "--health-interval=disable", name="other")
    assert gantry("healthcheck", "run", "other").code == 1
    assert health(gantry, "other")["Log"][0]["ExitCode"] == 127


def test_time_out(gantry):
    start(gantry, "--health-cmd=sleep 1000", "--health-interval=disable", "--health-timeout=1s")
    assert gantry("healthcheck", "run", "patient").code == 1
    last = health(gantry)["Log"][-1]
    assert last["ExitCode"] == -1
    assert "exceeded timeout" in last["Output"]


def test_start_period(gantry_once):
    gantry = gantry_once
    start(gantry, "--health-cmd=false", "--health-interval=disable", "--health-retries=1",
          "--health-start-period=1h")
    assert gantry("healthcheck", "run", "patient").code == 1
    assert health(gantry)["Status"] == "starting"
    assert health(gantry)["FailingStreak"] == 0


def test_kept_after_the_end(gantry):
    start(gantry, "--health-cmd=echo ill; exit 3", "--health-interval=1h", "--health-retries=1")
    assert gantry.ok("wait", "--condition=unhealthy", "patient") == "-1"
    gantry.ok("stop", "patient")
    told = health(gantry)
    assert told["Status"] == "unhealthy" and told["Log"][0]["Output"] == "ill\n"
    assert "healthy)" not in gantry.ok("ps", "-a", "--format={{.Status}}")
    gantry.ok("start", "patient")
    anew = until(lambda: [one for one in log_of(gantry) if one not in told["Log"]], "another check")
    assert log_of(gantry) == anew


def test_no_retries(gantry_once):
    gantry_once.fails("create", "--health-cmd=true", "--health-retries=0", gantry_once.image,
                      says="healthcheck-retries must be greater than 0")
    gantry_once.fails("create", "--health-cmd=true", "--health-start-period=-1s", gantry_once.image,
                      says="healthcheck-start-period must be 0 seconds or greater")
    assert gantry_once.ok("ps", "-aq") == ""


def test_of_the_image(gantry):
    """The image's HEALTHCHECK, made by commit and by another tool; flags win over it."""
    gantry.ok("create", "--name=model", gantry.image, "true")
    change = "HEALTHCHECK --interval=1h --timeout=7s --retries=2 --start-period=3s CMD test -e /well"
    gantry.ok("commit", "-q", "--change", change, "model", "localhost/checked:1")
    try:
        kept = gantry.inspect("localhost/checked:1", "image")["HealthCheck"]
        assert kept == {"Test": ["CMD-SHELL", "test -e /well"], "Interval": 3600 * 10**9,
                        "Timeout": 7 * 10**9, "StartPeriod": 3 * 10**9, "Retries": 2}
        gantry.ok("run", "-d", "--network=none", "--name=patient", "--health-retries=1",
                  "--health-start-period=0s", "localhost/checked:1", *PATIENT)
        config = gantry.inspect("patient")["Config"]["Healthcheck"]
        assert config == {**without(kept, "StartPeriod"), "Retries": 1}
        assert gantry.ok("wait", "--condition=unhealthy", "patient") == "-1"
        gantry.ok("exec", "patient", "touch", "/well")
        gantry.ok("healthcheck", "run", "patient")
        assert gantry.ok("wait", "--condition=healthy", "patient") == "-1"
        gantry.ok("create", "--name=unchecked", "--no-healthcheck", "localhost/checked:1", "true")
        assert not gantry.inspect("unchecked")["Config"].get("Healthcheck")
    finally:
        gantry.ok("rm", "-f", "-a", "-t0")
        gantry.ok("rmi", "localhost/checked:1")


class TestStartup:
    def test_gates_the_regular_check(self, gantry):
        start(gantry, "--health-cmd=true", "--health-interval=1h",
              "--health-startup-cmd=test -e /up", "--health-startup-interval=1s",
              "--health-startup-success=2")
        config = gantry.inspect("patient")["Config"]["StartupHealthCheck"]
        assert config["Test"] == ["CMD-SHELL", "test -e /up"] and config["Successes"] == 2
        until(lambda: len(log_of(gantry)) > 1, "two startup checks")
        assert health(gantry)["Status"] == "starting"
        gantry.ok("exec", "patient", "touch", "/up")
        assert gantry.ok("wait", "--condition=healthy", "patient") == "-1"

    def test_gives_up_and_restarts(self, gantry):
        start(gantry, "--health-cmd=true", "--health-startup-cmd=test -e /up",
              "--health-startup-interval=1s", "--health-startup-retries=2", "--stop-timeout=1")
        first = until(lambda: gantry.state("patient")["Pid"], "a first process")
        until(lambda: gantry.state("patient")["Pid"] not in (0, first), "another process")
        until(lambda: gantry("exec", "patient", "touch", "/up").code == 0, "an exec in it")
        assert gantry.ok("wait", "--condition=healthy", "patient") == "-1"

    def test_needs_a_regular_check(self, gantry_once):
        gantry_once.fails("create", "--health-startup-cmd=true", gantry_once.image,
                          says="regular healthcheck is also defined")


def test_nothing_to_check(gantry_once):
    gantry = gantry_once
    gantry.start(name="plain")
    gantry.fails("healthcheck", "run", "plain", says="no defined healthcheck")
    gantry.ok("create", "--name=still", "--health-cmd=true", gantry.image, "true")
    gantry.fails("healthcheck", "run", "still", says="is not running")
    start(gantry, "--health-cmd=none")
    assert health(gantry)["Status"] == ""


def test_on_failure(gantry):
    # It is well until it heeds SIGTERM.
    words = ("sh", "-c", "trap 'exit 0' TERM; touch /ill; sleep 1000 & wait")
    for action, code in (("kill", 137), ("stop", 0)):
        start(gantry, "--health-cmd=test ! -e /ill", "--health-interval=1s", "--health-retries=1",
              f"--health-on-failure={action}", "--stop-timeout=1000", name=action, words=words)
        until(lambda: gantry.status(action) == "exited", f"the end by {action}")
        assert gantry.state(action)["ExitCode"] == code


def test_on_failure_restarts(gantry_once):
    gantry = gantry_once
    start(gantry, "--health-cmd=test -e /fine", "--health-interval=1h", "--health-retries=1",
          "--health-on-failure=restart", "--stop-timeout=1")
    first = until(lambda: gantry.state("patient")["Pid"], "a first process")
    until(lambda: gantry.state("patient")["Pid"] not in (0, first), "another process")
    until(lambda: gantry("exec", "patient", "touch", "/fine").code == 0, "an exec in it")


def test_a_killed_runner_is_replaced_by_the_next_start(gantry_once):
    gantry = gantry_once
    identity = start(gantry, "--health-cmd=true", "--health-interval=1s")
    (runner,) = until(lambda: runners(identity), "the runner")
    os.kill(runner, signal.SIGKILL)
    until(lambda: not runners(identity), "its end")
    assert gantry.status("patient") == "running"
    gantry.ok("restart", "patient")
    until(lambda: len(runners(identity)) == 1, "a new runner")
