# SPDX-License-Identifier: Apache-2.0
"""logs: every driver, chosen, followed, across rotation."""

import json
import re
import threading
import time

import pytest
from support import host
from support.gantry import PATIENCE, until


@pytest.fixture
def counted(gantry):
    gantry.ok("run", "--network=none", "--name=said", gantry.image, "sh", "-c",
              "for i in 1 2 3 4 5; do echo line $i; done; echo err >&2")
    return gantry


class TestLogs:
    def test_all(self, counted):
        result = counted("logs", "said")
        assert result.lines == [f"line {i}" for i in range(1, 6)]
        assert result.err == "err\n"

    def test_tail(self, counted):
        assert counted("logs", "--tail=3", "said").out.split("\n")[-3:-1] == ["line 4", "line 5"]
        assert counted("logs", "--tail=0", "said").out == ""

    def test_timestamps(self, counted):
        assert re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\S* line 1\n", counted("logs", "-t", "said").out)

    def test_since_and_until(self, gantry_once):
        gantry_once.ok("run", "--network=none", "--name=said", gantry_once.image, "echo", "x")
        assert gantry_once("logs", "--since=1h", "said").out == "x\n"
        assert gantry_once("logs", "--until=1h", "said").out == ""
        later = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3600))
        assert gantry_once("logs", f"--since={later}", "said").out == ""
        gantry_once.fails("logs", "--since=nonsense", "said", says="nonsense")

    def test_without_a_last_newline(self, gantry):
        gantry.ok("run", "--network=none", "--name=said", gantry.image, "printf", "no end")
        assert gantry("logs", "said").out.rstrip("\n") == "no end"

    def test_long_lines(self, gantry_once):
        gantry_once.ok("run", "--network=none", "--name=said", gantry_once.image, "sh", "-c",
                       "head -c 100000 /dev/zero | tr '\\0' x; echo")
        assert gantry_once("logs", "said").out == "x" * 100000 + "\n"

    def test_follow_ends_with_the_container(self, gantry):
        gantry.ok("run", "-d", "--network=none", "--name=talks", gantry.image, "sh", "-c",
                  "for i in 1 2 3; do echo $i; sleep 0.2; done")
        assert gantry.ok("logs", "-f", "talks").split() == ["1", "2", "3"]

    def test_several(self, gantry_once):
        for name in ("a", "b"):
            gantry_once.ok("run", "--network=none", f"--name={name}", gantry_once.image, "echo", name)
        out = gantry_once.ok("logs", "--names", "a", "b")
        assert sorted(out.splitlines()) == ["a a", "b b"]

    @pytest.mark.parametrize("driver", ["k8s-file", "json-file"])
    def test_drivers(self, gantry_once, driver, place):
        gantry_once.ok("run", f"--log-driver={driver}", f"--log-opt=path={place}/log", "--network=none",
                       "--name=said", gantry_once.image, "echo", "to the file")
        assert gantry_once.ok("logs", "said") == "to the file"
        assert "to the file" in (place / "log").read_text()

    def test_no_log(self, gantry_once):
        gantry_once.ok("run", "--log-driver=none", "--network=none", "--name=said", gantry_once.image, "echo", "x")
        gantry_once.fails("logs", "said", says="none")

    def test_passthrough(self, gantry_once):
        result = gantry_once.run("--log-driver=passthrough", gantry_once.image, "echo", "straight")
        assert result.out == "straight\n"

    @pytest.mark.parametrize("verb", ["logs", "attach", "diff", "start", "stop", "wait"])
    def test_names_with_the_latest(self, gantry_once, verb):
        gantry_once.ok("create", "--network=none", "--name=box", gantry_once.image, "true")
        gantry_once.fails(verb, "-l", "box", says="--latest and containers cannot be used together")

    def test_missing(self, gantry_once):
        gantry_once.fails("logs", "nosuch", says="no such container")
        gantry_once.fails("logs", says="at least one container name")


class TestFollow:
    def test_several_of_which_one_ends_later(self, gantry):
        for name, pause in (("a", "0.1"), ("b", "0.3")):
            gantry.ok("run", "-d", "--network=none", f"--name={name}", gantry.image, "sh", "-c",
                      f"for i in 1 2 3 4; do echo $i; sleep {pause}; done")
        out = gantry.ok("logs", "-f", "--names", "a", "b").splitlines()
        for name in ("a", "b"):
            assert [line.split()[1] for line in out if line.startswith(name)] == ["1", "2", "3", "4"]

    def test_from_the_tail_and_until(self, gantry_once):
        gantry_once.ok("run", "-d", "--network=none", "--name=talks", gantry_once.image, "sh", "-c",
                       "for i in 1 2 3; do echo old $i; done; sleep 1000")
        until(lambda: len(gantry_once("logs", "talks").lines) == 3, "three lines")
        soon = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 2))
        out = gantry_once.ok("logs", "-f", "--tail=1", f"--until={soon}", "talks")
        assert out == "old 3"

    def test_interrupted(self, gantry_once):
        gantry_once.start(name="quiet")
        follows = gantry_once.spawn("logs", "-f", "quiet")
        until(lambda: host.watches(follows.pid), "it to follow")
        follows.terminate()
        assert follows.wait(PATIENCE) != 0


class TestRotation:
    LINES = 3000

    @pytest.fixture
    def talkative(self, gantry, place):
        """Writes lines of a hundred bytes, far more than its log may hold, once it is told to."""
        script = ("while ! [ -e /go ]; do sleep 0.05; done; i=0; "
                  f"while [ $i -lt {self.LINES} ]; do i=$((i+1)); printf '%s %090d\\n' $i 0; done")
        gantry.ok("run", "-d", "--network=none", "--name=talks", "--log-opt=max-size=64k",
                  f"--log-opt=path={place}/log", gantry.image, "sh", "-c", script)
        return gantry

    def test_the_log_stays_small(self, talkative, place):
        talkative.ok("exec", "talks", "touch", "/go")
        talkative.ok("wait", "talks")
        assert (place / "log").stat().st_size <= 64 * 1024 + 4096
        kept = [int(line.split()[0]) for line in talkative("logs", "talks").lines]
        assert kept and kept == list(range(kept[0], self.LINES + 1)), "the newest are kept, whole"

    def test_followed_across(self, talkative):
        follows = talkative.spawn("logs", "-f", "talks")
        seen = []
        reader = threading.Thread(target=lambda: seen.extend(follows.stdout))
        reader.start()
        talkative.ok("exec", "talks", "touch", "/go")
        assert follows.wait(PATIENCE) == 0
        reader.join(PATIENCE)
        numbers = [int(line.split()[0]) for line in seen]
        assert numbers == sorted(set(numbers)), "in order, none twice"
        assert numbers[-1] == self.LINES


class TestForms:
    def test_json_file(self, gantry, place):
        """podman writes its own form under that name, too."""
        gantry.ok("run", "--log-driver=json-file", f"--log-opt=path={place}/log", "--network=none",
                  "--name=said", gantry.image, "sh", "-c", "echo out; echo err >&2")
        result = gantry("logs", "-t", "said")
        assert re.fullmatch(r"\S+ out\n", result.out) and re.fullmatch(r"\S+ err\n", result.err)

    def test_written_by_another_engine(self, gantry_once, place):
        """A file in docker's form is read as well."""
        gantry_once.ok("create", "--log-driver=json-file", f"--log-opt=path={place}/log",
                       "--network=none", "--name=said", gantry_once.image, "true")
        lines = [{"log": f"{word}\n", "stream": stream, "time": f"2024-05-06T07:08:0{i}.5Z"}
                 for i, (word, stream) in enumerate([("one", "stdout"), ("two", "stderr")])]
        (place / "log").write_text("".join(json.dumps(line) + "\n" for line in lines))
        result = gantry_once("logs", "said")
        assert (result.out, result.err) == ("one\n", "two\n")
        assert gantry_once("logs", "--since=2024-05-06T07:08:01Z", "said").out == ""

    def test_tag_and_size_are_told(self, gantry_once):
        gantry_once.ok("create", "--log-opt=max-size=10m", "--log-opt=tag=mine", "--name=said",
                       gantry_once.image, "true")
        told = gantry_once.inspect("said")["HostConfig"]["LogConfig"]
        assert told["Type"] == "k8s-file" and told["Tag"] == "mine" and told["Size"].startswith("10")
        gantry_once.fails("create", "--log-driver=nosuch", gantry_once.image, "true", says="nosuch")
        gantry_once.fails("create", "--log-opt=colour=red", gantry_once.image, "true", says="colour")
