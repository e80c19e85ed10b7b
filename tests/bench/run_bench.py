#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How long `gantry run --rm IMAGE true` takes, beside the bare runtime and podman.

All contenders take turns in one process, so that what disturbs one disturbs the others;
ratios travel to other machines, milliseconds do not. Nothing is asserted.

  run_bench.py --gantry build/release/bin/gantry [--rounds 20] [--podman] [--containers 1000]

The bare runtime creates, starts and deletes a container from the configuration that gantry
wrote for the same command. Under hybrid cgroups crun runs behind gantry-hide, as in gantry,
and so does podman with crun, which is measured where it is asked for and installed.
"""
import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tarfile
import tempfile
import time


def sh(*argv, check=True, **how):
    done = subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **how)
    if check and done.returncode != 0:
        sys.exit(f"{' '.join(argv)}: exit {done.returncode}\n{done.stderr}")
    return done.stdout.strip()


def make_rootfs(folder):
    os.makedirs(f"{folder}/bin")
    shutil.copy(shutil.which("busybox") or "/bin/busybox", f"{folder}/bin/busybox")
    for name in ("sh", "true", "sleep"):
        os.symlink("busybox", f"{folder}/bin/{name}")
    for name in ("proc", "sys", "dev", "etc", "run", "tmp"):
        os.makedirs(f"{folder}/{name}")


class Bench:
    def __init__(self, options, folder):
        self.options = options
        self.folder = folder
        self.base = [options.gantry, "--root", f"{folder}/root", "--runroot", f"{folder}/run"]
        make_rootfs(f"{folder}/rootfs")
        with tarfile.open(f"{folder}/rootfs.tar", "w") as tar:
            tar.add(f"{folder}/rootfs", arcname=".")
        sh(*self.base, "import", f"{folder}/rootfs.tar", "localhost/bench:latest")
        self.podman = None
        if options.podman and shutil.which("podman"):
            conf = f"{folder}/containers.conf"
            with open(conf, "w") as out:
                out.write('[containers]\ndefault_ulimits=["nofile=1024:20000","nproc=1000:1000"]\n')
            os.environ["CONTAINERS_CONF"] = conf
            self.podman = ["podman", "--root", f"{folder}/podman", "--runroot",
                           f"{folder}/podman-run", "--cgroup-manager", "cgroupfs"]
            sh(*self.podman, "import", f"{folder}/rootfs.tar", "localhost/bench:latest")

    def bundle_of(self, runtime):
        """A bundle as gantry wrote it, but for the root, and for /dev/shm and the small files
        of a container that stays for as long as the measurement."""
        name = f"keeper-{runtime}"
        container = sh(*self.base, "--runtime", runtime, "run", "-d", "--name", name,
                       "--network", "none", "localhost/bench:latest", "sleep", "3600")
        with open(f"{self.folder}/run/containers/{container}/bundle/config.json") as source:
            spec = json.load(source)
        spec["process"]["args"] = ["true"]
        spec["root"]["path"] = f"{self.folder}/rootfs"
        spec["linux"]["cgroupsPath"] = f"/gantry-bench/{runtime}"
        bundle = f"{self.folder}/bundle-{runtime}"
        os.makedirs(bundle)
        with open(f"{bundle}/config.json", "w") as out:
            json.dump(spec, out)
        return bundle

    def hidden(self, runtime):
        hybrid = "/sys/fs/cgroup/unified"
        if runtime != "crun" or not os.path.ismount(hybrid):
            return []
        hide = os.path.join(os.path.dirname(os.path.dirname(self.options.gantry)),
                            "libexec/gantry/gantry-hide")
        return [hide, hybrid, "--"]

    def bare(self, runtime):
        bundle = self.bundle_of(runtime)
        command = self.hidden(runtime) + [shutil.which(runtime), "--root", f"{self.folder}/{runtime}-state"]

        def run():
            subprocess.run(command + ["create", "--bundle", bundle, "bench"], check=True,
                           stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
            subprocess.run(command + ["start", "bench"], check=True)
            subprocess.run(command + ["delete", "--force", "bench"], check=True)
        return run

    def engine(self, base, runtime, network):
        command = base + ["--runtime", runtime, "run", "--rm", "--network", network,
                          "localhost/bench:latest", "true"]
        return lambda: subprocess.run(command, check=True, stdin=subprocess.DEVNULL,
                                      stdout=subprocess.DEVNULL)

    def contenders(self, runtime):
        table = {f"bare {runtime}": self.bare(runtime)}
        for network in ("none", "bridge"):
            table[f"gantry {network}"] = self.engine(self.base, runtime, network)
            if self.podman:
                podman_network = network if network == "none" else "podman"
                table[f"podman {network}"] = self.engine(
                    self.hidden(runtime) + [shutil.which("podman")] + self.podman[1:], runtime,
                    podman_network)
        return table

    def measure(self, runtime):
        table = self.contenders(runtime)
        times = {name: [] for name in table}
        for turn in range(self.options.rounds + 2):  # two to warm up
            for name, run in table.items():
                start = time.monotonic()
                run()
                if turn >= 2:
                    times[name].append((time.monotonic() - start) * 1000)
        bare = statistics.median(times[f"bare {runtime}"])
        print(f"\nrun --rm of true with {runtime}: median of {self.options.rounds}, in ms")
        for name, values in times.items():
            median = statistics.median(values)
            line = f"  {name:16} {median:8.1f}   {median / bare:5.2f} x bare"
            if name.startswith("gantry") and self.podman:
                other = statistics.median(times[name.replace("gantry", "podman")])
                line += f"   podman takes {other / median:.1f} x as long"
            print(line, flush=True)
        sh(*self.base, "rm", "-f", "-t", "0", f"keeper-{runtime}")

    def peak_memory(self):
        # The maximum over children cannot be reset: ask a child of its own.
        script = ("import resource,subprocess,sys;subprocess.run(sys.argv[1:],check=True);"
                  "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)")
        peak = sh(sys.executable, "-c", script, *self.base, "run", "--rm", "--network", "none",
                  "localhost/bench:latest", "true")
        print(f"\npeak memory of `gantry run --rm`: {int(peak.split()[-1]) / 1024:.1f} MiB")

    def ps(self, count):
        start = time.monotonic()
        for number in range(count):
            sh(*self.base, "create", "--network", "none", "--name", f"many{number}",
               "localhost/bench:latest", "true")
            if number + 1 in (1, count):
                sh(*self.base, "rm", f"many{number}")
                begin = time.monotonic()
                sh(*self.base, "create", "--network", "none", "--name", f"many{number}",
                   "localhost/bench:latest", "true")
                print(f"create number {number + 1}: {(time.monotonic() - begin) * 1000:.1f} ms")
        print(f"{count} containers created in {time.monotonic() - start:.1f} s")
        script = ("import resource,subprocess,sys;"
                  "subprocess.run(sys.argv[1:],check=True,stdout=subprocess.DEVNULL);"
                  "u=resource.getrusage(resource.RUSAGE_CHILDREN);"
                  "print((u.ru_utime+u.ru_stime)*1000)")
        cpu = [float(sh(sys.executable, "-c", script, *self.base, "ps", "-a"))
               for _ in range(self.options.rounds)]
        print(f"ps -a over {count}: {statistics.median(cpu):.1f} ms of CPU")

    def clean(self):
        subprocess.run(self.base + ["rm", "-f", "-a", "-t", "0"], stdout=subprocess.DEVNULL)
        if self.podman:
            subprocess.run(self.podman + ["rm", "-f", "-a"], stdout=subprocess.DEVNULL)
            subprocess.run(["umount", f"{self.folder}/podman/overlay"],
                           stderr=subprocess.DEVNULL)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--gantry", required=True, type=os.path.abspath)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--podman", action="store_true")
    parser.add_argument("--containers", type=int, default=0, help="also measure ps -a over so many")
    parser.add_argument("--runtime", action="append", choices=("crun", "runc"))
    options = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="gantry-bench-", dir="/var/tmp")
    print(f"{platform.machine()}, {os.cpu_count()} cores, Linux {platform.release()}, "
          f"load {os.getloadavg()[0]:.1f}")
    bench = None
    try:
        bench = Bench(options, folder)
        for runtime in options.runtime or ("crun", "runc"):
            bench.measure(runtime)
        bench.peak_memory()
        if options.containers:
            bench.ps(options.containers)
    finally:
        if bench:
            bench.clean()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
