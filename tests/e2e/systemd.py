"""A node with a systemd of its own: process 1 of namespaces that end with the test.

Its files are the machine's with an overlay in memory on top, its units only those that the test writes, and
its control group one below the test's. What it is shown beside that it sees as it is, and writes to.
"""

import os
import pathlib
import shutil
import subprocess
import tempfile

import fleet

PROGRAM = pathlib.Path("/lib/systemd/systemd")
PACKAGED = PROGRAM.resolve().parent  # with the units of packages
# What other units need; of the machine's own only these names are known, so that nothing of it is set up again.
TARGETS = ("all", "basic", "shutdown", "sysinit", "timers")

# Arguments: a folder for it all, and what is to be seen as it is. It is process 1 already.
BEGIN = """
set -e
dir=$1; shift
root=$dir/root
mount -t overlay overlay -o "lowerdir=/,upperdir=$dir/upper,workdir=$dir/work" "$root"
mount -t proc proc "$root/proc"
mount --bind "$root/proc/sys" "$root/proc/sys"
mount -o remount,bind,ro "$root/proc/sys"
mount -t sysfs -o ro sysfs "$root/sys"
mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
mount -t tmpfs -o mode=755 tmpfs "$root/run"
mount -t tmpfs -o mode=755 tmpfs "$root/dev"
mkdir "$root/dev/shm"
ln -s /proc/self/fd "$root/dev/fd"
for device in null zero full random urandom; do
  touch "$root/dev/$device"
  mount --bind "/dev/$device" "$root/dev/$device"
done
for shown; do
  mkdir -p "$root$shown"
  mount --bind "$shown" "$root$shown"
done
cd "$root"
mkdir -p run/before
pivot_root . run/before
exec chroot . /bin/sh -c 'umount -l /run/before && rmdir /run/before && exec "$@"' sh \\
  env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin container=muster \\
  /lib/systemd/systemd --unit=all.target --log-target=console --show-status=no
"""


def need():
    """Goes on in a mount namespace of the test's own, or skips the test where no systemd can be had."""
    if os.geteuid() != 0:
        fleet.skip("systemd is for root to start")
    if not PROGRAM.exists():
        fleet.skip(f"there is no {PROGRAM}")
    fleet.enter_own_mounts()
    with tempfile.TemporaryDirectory() as groups:
        tried = subprocess.run(["mount", "-t", "cgroup2", "cgroup2", groups], capture_output=True, text=True)
        if tried.returncode != 0:
            fleet.skip(f"there are no control groups of version 2: {tried.stderr.strip()}")
        subprocess.run(["umount", groups], check=True)
    with tempfile.TemporaryDirectory() as memory:
        subprocess.run(["mount", "-t", "tmpfs", "tmpfs", memory], check=True)
        upper, work, root = (pathlib.Path(memory, name) for name in ("upper", "work", "root"))
        for folder in (upper, work, root):
            folder.mkdir()
        tried = subprocess.run(["mount", "-t", "overlay", "overlay", "-o", f"lowerdir=/,upperdir={upper},workdir={work}",
                                root], capture_output=True, text=True)
        if tried.returncode == 0:
            subprocess.run(["umount", root], check=True)
        subprocess.run(["umount", memory], check=True)
        if tried.returncode != 0:
            fleet.skip(f"nothing can be laid over the machine's own files: {tried.stderr.strip()}")


class Systemd:
    """Runs from the beginning until close(); `shown` are folders of the machine that it sees as they are."""

    def __init__(self, units, shown):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="muster-systemd-"))
        self.process = None
        try:
            self._lay_out(units)
            self._start(shown)
            fleet.wait_for("systemd to be up", lambda: self.run("systemctl", "is-system-running").out == "running\n")
        except BaseException:
            print(self.log(), flush=True)
            self.close()
            raise

    def _lay_out(self, units):
        mount = ["mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", self.dir]
        subprocess.run(mount, check=True)
        for folder in ("upper", "work", "root", "groups"):
            self.dir.joinpath(folder).mkdir()
        for hidden in (PACKAGED / "system", PACKAGED / "system-generators", "/etc/systemd"):
            folder = self.file(hidden)
            folder.mkdir(parents=True)
            os.setxattr(folder, "trusted.overlay.opaque", b"y")
        self.file("/etc/systemd/system").mkdir()
        targets = {name + ".target": "[Unit]\nDefaultDependencies=no\n" for name in TARGETS}
        for name, text in (targets | units).items():
            self.file(PACKAGED / "system" / name).write_text(text)
        subprocess.run(["mount", "-t", "cgroup2", "cgroup2", self.dir / "groups"], check=True)
        self.group = self.dir / "groups" / self.dir.name
        self.group.mkdir()

    def _start(self, shown):
        enter = f"echo $$ > {self.group}/cgroup.procs && exec \"$@\""
        argv = ["setpriv", "--pdeathsig", "KILL", "sh", "-c", enter, "sh",
                "unshare", "--pid", "--fork", "--kill-child=KILL", "--mount", "--uts", "--ipc", "--cgroup",
                "sh", "-c", BEGIN, "sh", self.dir, *shown]
        with open(self.dir / "log", "wb") as log:
            self.process = subprocess.Popen([str(word) for word in argv], stdin=subprocess.DEVNULL,
                                            stdout=log, stderr=log, start_new_session=True)
        self.pid = fleet.wait_for("the first process", self._first)

    def _first(self):
        if self.process.poll() is not None:
            raise AssertionError(f"systemd did not start:\n{self.log()}")
        children = pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return children and pathlib.Path(f"/proc/{children[0]}/comm").read_text() == "systemd\n" and children[0]

    def argv(self, *words):
        """`words` as a command line that runs there."""
        return ["nsenter", "-t", self.pid, "-m", "-p", "-u", "-i", "-C", *words]

    def run(self, *words, **options):
        return fleet.run(self.argv(*words), **options)

    def file(self, path):
        """What it has at `path`, seen from here; not through what is mounted there."""
        return self.dir / "upper" / str(path).lstrip("/")

    def unit(self, name):
        """What was put there for it after its start."""
        return self.file("/etc/systemd/system") / name

    def write(self, path, text):
        """Through its own eyes, as nobody may change an overlay's layers meanwhile."""
        done = self.run("sh", "-c", 'cat > "$1"', "sh", path, input=text)
        assert done.code == 0, done

    def log(self):
        log = self.dir / "log"
        return log.read_text(errors="replace") if log.exists() else ""

    def _end_groups(self):
        for folder, _, _ in os.walk(self.group, topdown=False):
            try:
                os.rmdir(folder)
            except OSError:
                return False  # a process in it is not quite gone
        return True

    def close(self):
        if self.process:
            self.process.kill()  # and all with it: its first process is told by the kernel
            self.process.wait()
        if hasattr(self, "group"):
            fleet.wait_for("its control groups to be empty", self._end_groups)
        subprocess.run(["umount", "-l", self.dir / "groups"], check=False, capture_output=True)
        subprocess.run(["umount", "-l", self.dir], check=False, capture_output=True)
        shutil.rmtree(self.dir, ignore_errors=True)
