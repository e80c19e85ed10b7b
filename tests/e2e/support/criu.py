# SPDX-License-Identifier: Apache-2.0
"""Runtimes for the tests of checkpoint and restore.

criu works on few kernels, and Debian's crun is built without it. So these stand in: the real
runtime does everything but to write and to read images. A checkpoint writes what it was asked
as "images" and kills the container; a restore creates it from the bundle and starts it.
"""

import shutil

from support.gantry import until

SCRIPT = """#!/bin/sh
for word; do
  case $word in
    checkpoint|restore) verb=$word ;;
  esac
done
[ -n "$verb" ] || exec @REAL@ "$@"
globals=
while [ "$1" != "$verb" ]; do
  globals="$globals $1"
  shift
done
asked=$*
shift
while [ $# -gt 0 ]; do
  case $1 in
    --image-path) images=$2; shift ;;
    --work-path) work=$2; shift ;;
    --bundle|--pid-file) own="$own $1 $2"; shift ;;
    --console-socket) own="$own $1 $2"; shift ;;
    --leave-running) leave=yes ;;
    -*) ;;
    *) id=$1 ;;
  esac
  shift
done
if [ $verb = checkpoint ]; then
  log=$work/dump.log
else
  log=$work/restore.log
fi
echo "$asked" > "$log"
if [ -e "$0.fails" ]; then
  echo "(00.1) Error (criu/test.c:1): this is the reason" >> "$log"
  echo "criu failed: type NOTIFY errno 0" >&2
  exit 1
fi
if [ $verb = checkpoint ]; then
  cp @STATS@ "$work/stats-dump"
  echo "$asked" > "$images/inventory.img"
  [ -n "$leave" ] || @REAL@ $globals kill "$id" KILL || exit
  if [ -e "$0.waits" ]; then
    touch "$0.waiting"
    while [ -e "$0.waits" ]; do sleep 0.1; done
  fi
else
  [ -e "$images/inventory.img" ] || exit 1
  @REAL@ $globals create $own "$id" && exec @REAL@ $globals start "$id"
fi
"""


def varint(value):
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes(out + bytes([value]))


def stats_dump():
    """criu's file of figures: freezing took 1000 µs, and so on."""
    inner = b"".join(bytes([number << 3]) + varint(number * 1000) for number in range(1, 7))
    message = bytes([1 << 3 | 2]) + varint(len(inner)) + inner
    return b"\x02\x17\x56\x55" + b"\x66\x66\x29\x57" + len(message).to_bytes(4, "little") + message


def runtime_with_criu(place, name):
    """A program in the folder; a file beside it, with the ending .fails, has it fail.

    One with the ending .waits has it wait after a dump, until that is removed; .waiting tells.
    """
    stats = place / "figures"
    stats.write_bytes(stats_dump())
    program = place / f"{name}-with-images"
    program.write_text(SCRIPT.replace("@REAL@", shutil.which(name)).replace("@STATS@", str(stats)))
    program.chmod(0o755)
    return program


# Counts its starts in the root file system, and waits.
COUNTER = ("sh", "-c", "echo started >> /count; echo line; trap 'exit 0' TERM; sleep 1000 & wait")


def counter(gantry, *words, name="box", network="none"):
    id = gantry.ok("run", "-d", f"--network={network}", f"--name={name}", *words, gantry.image, *COUNTER)
    until(lambda: "line" in gantry.ok("logs", name), "the process writes")
    return id


def starts(gantry, name="box"):
    return gantry.ok("exec", name, "cat", "/count").split().count("started")


def wait_for_starts(gantry, count, name="box"):
    until(lambda: starts(gantry, name) == count, f"start number {count}")


def kept(gantry, id, name):
    return gantry.engine.root / "containers" / id / name
