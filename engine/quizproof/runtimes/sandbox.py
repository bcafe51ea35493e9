"""Sandboxes: how far a run is closed off, by what the kernel offers without any help.

Three levels, strongest first. `namespaces`: every run has its own user, mount, network, IPC and PID namespace, a
read-only view of the interpreter and nothing else, and a private scratch folder in memory. `landlock`: the kernel
refuses what is outside the interpreter and the scratch folder, TCP, and signals to other processes. `none`: limits and
process-group kill only.

Plain system calls, because Python has no functions for most of them; see namespaces(7), pivot_root(2), landlock(7) and
capabilities(7).
"""

from __future__ import annotations

import contextlib
import ctypes
import mmap
import os
import signal
import socket
import stat
import struct
import sys
import sysconfig
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from quizproof.runtimes.levels import LEVELS, Level

SCRATCH = "/scratch"
"""The scratch folder of a run under `namespaces`, a file system of its own. Not /tmp: packages may be in there."""

_libc = ctypes.CDLL(None, use_errno=True)

# sched.h
_VM, _FS, _FILES, _PIDFD = 0x100, 0x200, 0x400, 0x1000
_NEWNS, _NEWUTS, _NEWIPC, _NEWUSER, _NEWPID, _NEWNET = 0x20000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000
# sys/mount.h
_RDONLY, _NOSUID, _NODEV, _NOEXEC, _REMOUNT, _BIND, _REC, _PRIVATE = 1, 2, 4, 8, 0x20, 0x1000, 0x4000, 0x40000
_DETACH = 2
_TREE_CLONE, _TREE_CLOEXEC, _MOVE_EMPTY_PATH = 1, os.O_CLOEXEC, 4
# fcntl.h
_AT_FDCWD, _AT_EMPTY_PATH, _AT_RECURSIVE = -100, 0x1000, 0x8000
# prctl.h
_SET_PDEATHSIG, _CAPBSET_DROP, _SET_NO_NEW_PRIVS = 1, 24, 38
_LAST_CAPABILITY = 40
# asm/unistd_64.h and asm-generic/unistd.h give these the same numbers on x86-64 and AArch64, but for pivot_root.
_LANDLOCK_CREATE_RULESET, _LANDLOCK_ADD_RULE, _LANDLOCK_RESTRICT_SELF = 444, 445, 446
_OPEN_TREE, _MOVE_MOUNT, _MOUNT_SETATTR = 428, 429, 442
_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}.get(os.uname().machine, -1)

_SYSTEM = ("/usr", "/lib", "/lib32", "/lib64", "/libx32", "/bin", "/sbin")
_SETTINGS = ("/etc/ld.so.cache", "/etc/localtime", "/etc/nsswitch.conf", "/etc/passwd", "/etc/group")
_MOUNT_POINTS = ("/mnt", "/media", "/srv", "/opt", "/tmp", "/var/tmp", "/home")
_DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")


def _call(name: str, *arguments: object) -> int:
    """A C function that returns -1 on failure. Raises OSError then."""
    result: int = getattr(_libc, name)(*arguments)
    if result == -1:
        code = ctypes.get_errno()
        raise OSError(code, f"{name}: {os.strerror(code)}")
    return result


def readable() -> list[str]:
    """The folders that snippets need to see: the interpreter, its libraries and the packages it imports from."""
    places = [sys.prefix, sys.base_prefix, *sysconfig.get_paths().values(), *sys.path, *_SYSTEM]
    real = [place for place in places if place and Path(place).exists()]
    # Both a link and what it leads to: the loader follows links on its own.
    both = dict.fromkeys([*real, *(os.path.realpath(place) for place in real)])
    kept: list[str] = []
    for place in sorted(both):
        if place != "/" and not any(place == k or place.startswith(k + "/") for k in kept):
            kept.append(place)
    return kept


def open_folder(path: str) -> int:
    """A descriptor of a folder that is itself no link, to be shown to a run. Raises OSError."""
    return os.open(path, os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)


# namespaces


def _mount(source: str, target: str, kind: str, flags: int, data: str = "") -> None:
    _call("mount", source.encode(), target.encode(), kind.encode() or None, flags, data.encode() or None)


def enter_namespaces() -> socket.socket:
    """Move this process, the future zygote, into namespaces of its own, where it is PID 1.

    The caller goes on as a child; the original process waits for it and ends with its status. Meanwhile it still sees
    the files of the machine, and the socket that is returned lets `borrow` ask it for a folder of them. Raises OSError
    where the kernel refuses.
    """
    uid, gid = os.getuid(), os.getgid()
    _call("unshare", _NEWUSER | _NEWNS | _NEWUTS | _NEWIPC | _NEWPID | _NEWNET)
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{uid} {uid} 1")
    Path("/proc/self/gid_map").write_text(f"{gid} {gid} 1")
    asks, lends = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    pid = os.fork()
    if pid:
        os._exit(_wait(pid, lends))
    _call("prctl", _SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    lends.close()
    _call("unshare", _NEWNS)  # of its own, so that the other keeps the machine's files
    _build_root(readable())
    # No more user namespaces inside this one: in those a run would have capabilities again.
    Path("/proc/sys/user/max_user_namespaces").write_text("0")
    return asks


def _wait(pid: int, lends: socket.socket) -> int:
    for descriptor in range(3, 64):  # above all our end of the socket, whose closing tells the pool of our end
        if descriptor != lends.fileno():
            with contextlib.suppress(OSError):
                os.close(descriptor)
    with contextlib.suppress(OSError):
        while folder := lends.recv(1 << 16):  # until its end closes, which it does when the child ends
            try:
                tree = _clone_tree(folder.decode())
            except OSError as error:
                lends.send((error.strerror or str(error)).encode())
            else:
                socket.send_fds(lends, [b"ok"], [tree])
                os.close(tree)
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    return code if code >= 0 else 128 - code


def _clone_tree(folder: str) -> int:
    """A descriptor of a read-only view of a folder, to be mounted in another namespace."""
    descriptor = open_folder(folder)
    try:
        flags = _TREE_CLONE | _TREE_CLOEXEC | _AT_EMPTY_PATH | _AT_RECURSIVE
        tree = _call("syscall", _OPEN_TREE, descriptor, b"", flags)
    finally:
        os.close(descriptor)
    attributes = struct.pack("=QQQQ", _RDONLY | _NOSUID | _NODEV, 0, 0, 0)  # these bits are the same here
    _call("syscall", _MOUNT_SETATTR, tree, b"", _AT_EMPTY_PATH | _AT_RECURSIVE, attributes, ctypes.c_size_t(32))
    return tree


def borrow(lender: socket.socket, folder: str) -> int:
    """A read-only view of a folder of the machine, from the process that `enter_namespaces` left outside.

    Raises OSError where it is no folder, or cannot be read.
    """
    lender.send(folder.encode())
    told, descriptors, _, _ = socket.recv_fds(lender, 1 << 16, 1)
    if not descriptors:
        raise OSError(0, told.decode() or "the process that lends folders has ended")
    return descriptors[0]


def attach(tree: int, folder: str) -> None:
    """Mount a borrowed view on an empty folder."""
    _call("syscall", _MOVE_MOUNT, tree, b"", _AT_FDCWD, folder.encode(), _MOVE_EMPTY_PATH)


def _build_root(folders: Sequence[str]) -> None:
    """Make a new root in memory with read-only views of `folders`, and leave the old one."""
    _mount("none", "/", "", _REC | _PRIVATE)
    # Covered in this namespace only; it must not hide what is to be shown.
    root = next(place for place in _MOUNT_POINTS if os.path.isdir(place) and not _holds(place, folders))
    _mount("tmpfs", root, "tmpfs", _NOSUID | _NODEV, "size=1m,mode=755")
    for folder in folders:
        if os.path.islink(folder):
            Path(root + folder).parent.mkdir(parents=True, exist_ok=True)
            Path(root + folder).symlink_to(os.readlink(folder))
        else:
            _bind(folder, root + folder)
    for file in _SETTINGS:
        if os.path.exists(file):
            _bind(os.path.realpath(file), root + file)
    for device in _DEVICES:
        _bind(device, root + device, read_only=False)
    for folder in ("/proc", SCRATCH, "/dev/shm", "/.old"):
        os.makedirs(root + folder, exist_ok=True)
    if not os.path.lexists(root + "/tmp"):  # where many programs write without asking
        os.symlink(SCRATCH, root + "/tmp")
    _mount("proc", root + "/proc", "proc", _NOSUID | _NODEV | _NOEXEC)
    _call("syscall", _PIVOT_ROOT, root.encode(), (root + "/.old").encode())
    os.chdir("/")
    _call("umount2", b"/.old", _DETACH)
    os.rmdir("/.old")
    for folder in (SCRATCH, "/dev/shm"):  # imports may want them; runs get their own
        _mount("tmpfs", folder, "tmpfs", _NOSUID | _NODEV, "size=16m,mode=700")
    _mount("none", "/", "", _REMOUNT | _RDONLY | _NOSUID | _NODEV)


def _holds(place: str, folders: Sequence[str]) -> bool:
    return any(folder == place or folder.startswith(place + "/") for folder in folders)


def _bind(source: str, target: str, *, read_only: bool = True) -> None:
    if os.path.isdir(source):
        os.makedirs(target, exist_ok=True)
    else:
        os.makedirs(os.path.dirname(target), exist_ok=True)
        Path(target).touch()
    _mount(source, target, "", _BIND | _REC)
    if read_only:
        kept = os.statvfs(target).f_flag & (_NOSUID | _NODEV | _NOEXEC)  # a user namespace may not take these away
        _mount("none", target, "", _REMOUNT | _BIND | _RDONLY | _NOSUID | kept)


def open_pid_namespace() -> int:
    """A descriptor of this process's PID namespace, to come back to after each fork."""
    return os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)


_SLEEP = ctypes.cast(_libc.pause, ctypes.c_void_p)
_ALL_SIGNALS = b"\xff" * 128
"""A `sigset_t`. Not by the `signal` module, which takes longer over it than the system call for a process."""


class Init:
    """Process number 1 of a new PID namespace: when it dies, the kernel kills all others in there.

    A run could be number 1 itself, but would be a strange process then: the kernel shields number 1 from its own
    signals, so that it cannot stop or abort itself. This one does nothing but sleep. It costs no fork, because it has
    the memory of the zygote for its own, all of its capabilities too, which is why a run can neither trace nor kill it.
    """

    _STACK = 1 << 14

    def __init__(self) -> None:
        self._stack = mmap.mmap(-1, self._STACK)
        top = ctypes.addressof(ctypes.c_char.from_buffer(self._stack)) + self._STACK
        self._namespace = ctypes.c_int(-1)
        flags = _VM | _FS | _FILES | _PIDFD | _NEWPID | signal.SIGCHLD
        # With all signals blocked it never wakes: the zygote's handlers must not run in there.
        before = ctypes.create_string_buffer(len(_ALL_SIGNALS))
        _libc.pthread_sigmask(signal.SIG_SETMASK, _ALL_SIGNALS, before)
        try:
            self.pid = _call("clone", _SLEEP, ctypes.c_void_p(top), flags, None, ctypes.byref(self._namespace))
        finally:
            _libc.pthread_sigmask(signal.SIG_SETMASK, before, None)

    def fork(self, home: int) -> int:
        """Fork a child into the namespace, as `os.fork` does.

        `home` is a descriptor of the caller's own namespace, to which it returns at once.
        """
        pid = -1
        try:
            _call("setns", self._namespace.value, _NEWPID)
            pid = os.fork()
        finally:
            if pid:  # also when the fork failed: from a dead namespace there would be none ever after
                _call("setns", home, _NEWPID)
            os.close(self._namespace.value)
        return pid

    def end(self) -> None:
        """Kill it, and all that is left in its namespace. Nothing goes on there afterwards.

        Whoever reaps the caller's children meets it, too, where there was nothing left to wait for.
        """
        alone = self._is_alone()
        os.kill(self.pid, signal.SIGKILL)
        if not alone:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(self.pid, 0)

    def _is_alone(self) -> bool:
        try:
            descriptor = os.open(f"/proc/{self.pid}/task/{self.pid}/children", os.O_RDONLY)
        except OSError:  # not every kernel tells
            return False
        try:
            return not os.read(descriptor, 1)
        finally:
            os.close(descriptor)


def enter_run_namespaces(scratch_mib: int, most_files: int) -> None:
    """In the forked child: own network, IPC and mounts, and empty scratch folders."""
    _call("unshare", _NEWNS | _NEWIPC | _NEWNET)
    _mount("proc", "/proc", "proc", _NOSUID | _NODEV | _NOEXEC)
    for folder in (SCRATCH, "/dev/shm"):
        _mount("tmpfs", folder, "tmpfs", _NOSUID | _NODEV, f"size={scratch_mib}m,nr_inodes={most_files},mode=700")


def drop_privileges() -> None:
    """Give up every capability, for good: also across `exec` and for uid 0."""
    for capability in range(_LAST_CAPABILITY + 1):
        _libc.prctl(_CAPBSET_DROP, capability, 0, 0, 0)
    _call("prctl", _SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    header = struct.pack("=Ii", 0x20080522, 0)  # _LINUX_CAPABILITY_VERSION_3, this thread
    _call("capset", header, bytes(24))


# Landlock

_READ = 1 << 0 | 1 << 2 | 1 << 3
"""Execute and read files, list folders."""
_WRITE = 1 << 1 | sum(1 << bit for bit in range(4, 13))
"""Write, remove and make files and folders of every sort."""
_REFER, _TRUNCATE, _IOCTL_DEVICE = 1 << 13, 1 << 14, 1 << 15
_BIND_TCP, _CONNECT_TCP = 1 << 0, 1 << 1
_SCOPE_ABSTRACT_SOCKETS, _SCOPE_SIGNALS = 1 << 0, 1 << 1


def landlock_version() -> int:
    """The version of Landlock that the kernel speaks; 0 when it has none."""
    version: int = _libc.syscall(_LANDLOCK_CREATE_RULESET, None, ctypes.c_size_t(0), 1)
    return max(version, 0)


class Landlock:
    """Rules for runs, prepared once: each run adds its own scratch folder and enters."""

    def __init__(self, folders: Sequence[str]) -> None:
        """Open `folders`, which runs may read. Raises OSError when the kernel has no Landlock."""
        self.version = landlock_version()
        if not self.version:
            raise OSError(0, "the kernel has no Landlock, or it is switched off")
        places = [*folders, *_SETTINGS, *_DEVICES, "/proc", "/sys"]
        self._readable = [self._open(place) for place in places if os.path.exists(place)]
        self._writable = [self._open(place) for place in ("/dev/null", "/dev/shm") if os.path.exists(place)]

    @staticmethod
    def _open(path: str) -> int:
        return os.open(path, os.O_PATH | os.O_CLOEXEC)

    def enter(self, scratch: str, shown: int | None = None) -> None:
        """In the forked child: refuse everything but the folders, `scratch`, and what stays inside this process.

        `shown` is a descriptor of one more folder that may be read.
        """
        files = _READ | _WRITE
        files |= _REFER if self.version >= 2 else 0
        files |= _TRUNCATE if self.version >= 3 else 0
        files |= _IOCTL_DEVICE if self.version >= 5 else 0
        network = _BIND_TCP | _CONNECT_TCP if self.version >= 4 else 0
        scope = _SCOPE_ABSTRACT_SOCKETS | _SCOPE_SIGNALS if self.version >= 6 else 0
        attributes = struct.pack("=QQQ", files, network, scope)
        size = 24 if self.version >= 6 else 16 if self.version >= 4 else 8
        rules = _call("syscall", _LANDLOCK_CREATE_RULESET, attributes, ctypes.c_size_t(size), 0)
        for descriptor in self._readable if shown is None else [*self._readable, shown]:
            self._allow(rules, descriptor, _READ)
        for descriptor in (*self._writable, self._open(scratch)):
            self._allow(rules, descriptor, files)
        drop_privileges()
        _call("syscall", _LANDLOCK_RESTRICT_SELF, rules, 0)
        os.close(rules)

    def _allow(self, rules: int, descriptor: int, access: int) -> None:
        if not stat.S_ISDIR(os.fstat(descriptor).st_mode):
            access &= 1 << 0 | 1 << 1 | 1 << 2 | _TRUNCATE | _IOCTL_DEVICE  # what a file can have
        rule = struct.pack("=Qi", access, descriptor)
        _call("syscall", _LANDLOCK_ADD_RULE, rules, 1, rule, 0)


# Which level a machine has


@cache
def obstacle(level: Level) -> str:
    """Why runs cannot have this level here, found by trying it; empty when they can."""
    if sys.platform != "linux":
        return "" if level == "none" else "only Linux has it"
    ours, theirs = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            if level == "namespaces":
                with enter_namespaces():
                    if Init().fork(open_pid_namespace()) == 0:
                        os._exit(0)
            elif level == "landlock":
                Landlock(readable()).enter(os.curdir)
            os.write(theirs, b"ok")
        except OSError as error:
            os.write(theirs, (error.strerror or str(error)).encode())
        finally:
            os._exit(0)
    os.close(theirs)
    with open(ours, "rb") as stream:
        told = stream.read().decode()
    os.waitpid(pid, 0)
    return "" if told == "ok" else told or "the attempt ended without an answer"


def strongest() -> Level:
    """The strongest level that this machine allows."""
    return next(level for level in LEVELS if not obstacle(level))
