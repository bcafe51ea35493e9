"""Namespaces: a run with its own users, mounts, network, IPC and processes, where nothing else can be seen.

Three processes hold a run. The *lender* stays outside the namespaces: it waits for the zygote, and
mounts folders of the machine for it. The *zygote* is PID 1 of its own PID namespace. An *init* per run is PID 1 of one
more, so that the kernel ends everything in there when it dies. The lender and the zygote talk over a socket:

    zygote -> lender    the path of a folder, UTF-8
    lender -> zygote    b"ok" with the descriptor of a read-only view, or the reason of a refusal as text

See namespaces(7), pivot_root(2) and capabilities(7).
"""

from __future__ import annotations

import contextlib
import ctypes
import mmap
import os
import signal
import socket
import struct
from collections.abc import Sequence
from pathlib import Path

from quizproof.runtimes.sandbox.folders import DEVICES, SCRATCH, SETTINGS, open_folder, readable
from quizproof.runtimes.sandbox.system_calls import LIBC, call, die_with_parent, keep_capabilities

_SLEEP = ctypes.cast(LIBC.pause, ctypes.c_void_p)
_ALL_SIGNALS = b"\xff" * 128
"""A `sigset_t`. Not by the `signal` module, which takes longer over it than the system call for a process."""

# sched.h
_VM, _FS, _FILES, _PIDFD = 0x100, 0x200, 0x400, 0x1000
_NEWNS, _NEWUTS, _NEWIPC, _NEWUSER, _NEWPID, _NEWNET = 0x20000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000
# sys/mount.h
_RDONLY, _NOSUID, _NODEV, _NOEXEC, _REMOUNT, _BIND, _REC, _PRIVATE = 1, 2, 4, 8, 0x20, 0x1000, 0x4000, 0x40000
_DETACH = 2
_TREE_CLONE, _TREE_CLOEXEC, _MOVE_EMPTY_PATH = 1, os.O_CLOEXEC, 4
# fcntl.h
_AT_FDCWD, _AT_EMPTY_PATH, _AT_RECURSIVE = -100, 0x1000, 0x8000
# asm/unistd_64.h and asm-generic/unistd.h
_OPEN_TREE, _MOVE_MOUNT, _MOUNT_SETATTR = 428, 429, 442
# The one number that differs; on other architectures the call fails, and the level is refused.
_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}.get(os.uname().machine, -1)

_KEYS = ("/proc/keys", "/proc/key-users")
"""Names of the user's keys, which no namespace hides."""
_PARTS = (("memory", "/dev/shm"), ("scratch", SCRATCH))
"""The folders of a run's file system, and where they are mounted."""
_MAX_MESSAGE = 1 << 16
_MAX_DESCRIPTORS = 64
"""More than a zygote that has just been started can have open."""
_MOUNT_POINTS = ("/mnt", "/media", "/srv", "/opt", "/tmp", "/var/tmp", "/home")
"""Folders that most machines have, and one of which holds nothing that runs must see."""


def _mount(source: str, target: str, kind: str, flags: int, data: str = "") -> None:
    call("mount", source.encode(), target.encode(), kind.encode() or None, flags, data.encode() or None)


def enter_namespaces() -> socket.socket:
    """Move this process, the future zygote, into namespaces of its own, where it is PID 1.

    The caller goes on as a child; the original process waits for it and ends with its status. Meanwhile it still sees
    the files of the machine, and the socket that is returned lets `borrow` ask it for a folder of them.

    Its capabilities last when it becomes another program. Raises OSError where the kernel refuses. The caller must have
    no other threads, so call it before a framework is imported.
    """
    uid, gid = os.getuid(), os.getgid()  # asked now: in the new user namespace nobody is known yet
    call("unshare", _NEWUSER | _NEWNS | _NEWUTS | _NEWIPC | _NEWPID | _NEWNET)
    # Without this the kernel lets nobody but root write the map of groups.
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{uid} {uid} 1")
    Path("/proc/self/gid_map").write_text(f"{gid} {gid} 1")
    # SEQPACKET keeps the bounds of messages, so neither side has to count bytes.
    asking, lending = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    pid = os.fork()
    if pid:
        os._exit(_lend(pid, lending))
    # The pool knows the original process alone: when that is killed, this one must end too.
    die_with_parent()
    lending.close()
    call("unshare", _NEWNS)  # mounts of its own, so that the lender keeps the machine's files
    _build_root(readable())
    # No more user namespaces inside this one: in those a run would have capabilities again.
    Path("/proc/sys/user/max_user_namespaces").write_text("0")
    keep_capabilities()
    return asking


def _lend(zygote: int, lending: socket.socket) -> int:
    """Lend folders until the zygote ends; its exit status, as a shell gives it."""
    # The pool learns of the zygote's end when the last copy of its socket closes; ours must not be that copy.
    for descriptor in range(3, _MAX_DESCRIPTORS):
        if descriptor != lending.fileno():
            with contextlib.suppress(OSError):
                os.close(descriptor)
    with contextlib.suppress(OSError):
        while folder := lending.recv(_MAX_MESSAGE):  # until the other end closes, which it does when the zygote ends
            try:
                tree = _clone_tree(folder.decode())
            except OSError as error:
                lending.send((error.strerror or str(error)).encode())
            else:
                socket.send_fds(lending, [b"ok"], [tree])
                os.close(tree)
    code = os.waitstatus_to_exitcode(os.waitpid(zygote, 0)[1])
    return code if code >= 0 else 128 - code


def _clone_tree(folder: str) -> int:
    """A descriptor of a read-only view of a folder, to be mounted in another namespace."""
    descriptor = open_folder(folder)
    try:
        flags = _TREE_CLONE | _TREE_CLOEXEC | _AT_EMPTY_PATH | _AT_RECURSIVE
        tree = call("syscall", _OPEN_TREE, descriptor, b"", flags)
    finally:
        os.close(descriptor)
    # A `mount_attr`: bits to set, bits to clear, propagation, user namespace. These bits are those of mount(2).
    attributes = struct.pack("=QQQQ", _RDONLY | _NOSUID | _NODEV, 0, 0, 0)
    call("syscall", _MOUNT_SETATTR, tree, b"", _AT_EMPTY_PATH | _AT_RECURSIVE, attributes, ctypes.c_size_t(32))
    return tree


def borrow(lender: socket.socket, folder: str) -> int:
    """A read-only view of a folder of the machine, from the process that `enter_namespaces` left outside.

    lender  the socket that `enter_namespaces` returned
    folder  an absolute path

    Returns a descriptor, to be mounted with `attach` and closed by the caller. Raises OSError when it is not a folder,
    or cannot be read.
    """
    lender.send(folder.encode())
    answer, descriptors, _, _ = socket.recv_fds(lender, _MAX_MESSAGE, 1)
    if not descriptors:
        raise OSError(0, answer.decode() or "the process that lends folders has ended")
    return descriptors[0]


def attach(tree: int, folder: str) -> None:
    """Mount a borrowed view on an empty folder. Raises OSError.

    tree    what `borrow` returned
    folder  a path in the namespace of this process
    """
    call("syscall", _MOVE_MOUNT, tree, b"", _AT_FDCWD, folder.encode(), _MOVE_EMPTY_PATH)


def _build_root(folders: Sequence[str]) -> None:
    """Create a new root in memory with read-only views of `folders`, and leave the old one."""
    # First, so that the mounts below do not reach the lender's namespace.
    _mount("none", "/", "", _REC | _PRIVATE)
    # Covered in this namespace only; it must not hide what is to be shown.
    root = next(place for place in _MOUNT_POINTS if os.path.isdir(place) and not _holds(place, folders))
    # One MiB is plenty: it holds nothing but mount points.
    _mount("tmpfs", root, "tmpfs", _NOSUID | _NODEV, "size=1m,mode=755")
    for folder in folders:
        # `/bin` is a link to `usr/bin` on most machines, and links to what is mounted work as they are.
        if os.path.islink(folder):
            Path(root + folder).parent.mkdir(parents=True, exist_ok=True)
            Path(root + folder).symlink_to(os.readlink(folder))
        else:
            _bind(folder, root + folder)
    for file in SETTINGS:
        if os.path.exists(file):
            _bind(os.path.realpath(file), root + file)
    for device in DEVICES:
        # Read-only, because their permissions are the machine's. They can be written all the same.
        _bind(device, root + device)
    for folder in ("/proc", SCRATCH, "/dev/shm", "/.old"):
        os.makedirs(root + folder, exist_ok=True)
    if not os.path.lexists(root + "/tmp"):  # where many programs write without asking
        os.symlink(SCRATCH, root + "/tmp")
    _mount("proc", root + "/proc", "proc", _NOSUID | _NODEV | _NOEXEC)
    # All views are bound by now, so nothing needs the old root any more.
    call("syscall", _PIVOT_ROOT, root.encode(), (root + "/.old").encode())
    os.chdir("/")
    # Detached: it is busy, with other mounts below it and files that are open.
    call("umount2", b"/.old", _DETACH)
    os.rmdir("/.old")
    for folder in (SCRATCH, "/dev/shm"):  # imports may want them; runs get their own
        _mount("tmpfs", folder, "tmpfs", _NOSUID | _NODEV, "size=16m,mode=700")
    # Last, because mount points can only be created while the root can be written.
    _mount("none", "/", "", _REMOUNT | _RDONLY | _NOSUID | _NODEV)


def _holds(place: str, folders: Sequence[str]) -> bool:
    """Whether some of the folders are below `place`, or are it."""
    return any(folder == place or folder.startswith(place + "/") for folder in folders)


def _bind(source: str, target: str) -> None:
    """Mount a file or folder of the machine read-only at `target`, where an empty one is created for it."""
    if os.path.isdir(source):
        os.makedirs(target, exist_ok=True)
    else:
        os.makedirs(os.path.dirname(target), exist_ok=True)
        Path(target).touch()
    _mount(source, target, "", _BIND | _REC)
    kept = os.statvfs(target).f_flag & (_NOSUID | _NODEV | _NOEXEC)  # a user namespace may not take these away
    # In a second call: the kernel ignores the flag while it binds.
    _mount("none", target, "", _REMOUNT | _BIND | _RDONLY | _NOSUID | kept)


def open_pid_namespace() -> int:
    """A descriptor of this process's PID namespace, to come back to after each fork."""
    return os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)


class Init:
    """Process number 1 of a new PID namespace: when it dies, the kernel kills all others in there.

    A run could be number 1 itself, but would be a strange process then: the kernel shields number 1 from its own
    signals, so that it cannot stop or abort itself. This one does nothing but sleep. It costs no fork, because it has
    the memory of the zygote for its own, all of its capabilities too, which is why a run can neither trace nor kill it.
    """

    # Enough for a function that only calls `pause`.
    _STACK = 1 << 14

    def __init__(self) -> None:
        self._stack = mmap.mmap(-1, self._STACK)
        # A stack grows downwards, so the process starts at its upper end.
        top = ctypes.addressof(ctypes.c_char.from_buffer(self._stack)) + self._STACK
        self._namespace = ctypes.c_int(-1)
        flags = _VM | _FS | _FILES | _PIDFD | _NEWPID | signal.SIGCHLD
        # With all signals blocked it never wakes: the zygote's handlers must not run in there.
        before = ctypes.create_string_buffer(len(_ALL_SIGNALS))
        LIBC.pthread_sigmask(signal.SIG_SETMASK, _ALL_SIGNALS, before)
        try:
            self.pid = call("clone", _SLEEP, ctypes.c_void_p(top), flags, None, ctypes.byref(self._namespace))
        finally:
            LIBC.pthread_sigmask(signal.SIG_SETMASK, before, None)

    def fork(self, own_namespace: int) -> int:
        """Fork a child into the namespace, as `os.fork` does.

        own_namespace  a descriptor of the caller's own PID namespace, to which it returns immediately

        Raises OSError. Call it once: it closes the descriptor of the namespace.
        """
        pid = -1
        try:
            call("setns", self._namespace.value, _NEWPID)
            pid = os.fork()
        finally:
            if pid:  # also when the fork failed: from a dead namespace there would be none ever after
                call("setns", own_namespace, _NEWPID)
            os.close(self._namespace.value)
        return pid

    def end(self) -> None:
        """Kill it, and with it all that is left in its namespace.

        This does not wait: its end is reported with that of the caller's other children, and only after that of all
        others in the namespace. Some of those may be the caller's children, too, so waiting for it alone could go on
        for ever.
        """
        os.kill(self.pid, signal.SIGKILL)

    def is_alone(self) -> bool:
        """Whether it has inherited no other process, as far as is known."""
        try:
            descriptor = os.open(f"/proc/{self.pid}/task/{self.pid}/children", os.O_RDONLY)
        except OSError:  # not every kernel has this file
            return False
        try:
            return not os.read(descriptor, 1)
        finally:
            os.close(descriptor)


def enter_run_namespaces(scratch_mib: int, max_files: int) -> None:
    """In the forked child: own network, IPC and mounts, and empty scratch folders.

    scratch_mib  the size of both together, in MiB
    max_files    how many files and folders both can have together

    Raises OSError. It needs the capabilities of the zygote, so call it before `drop_privileges`.
    """
    call("unshare", _NEWNS | _NEWIPC | _NEWNET)
    # Again, though the zygote has one: this one shows the processes of the run's own namespace. Read-only, because the
    # settings of the machine in there belong to root, and those of the init are also the zygote's.
    _mount("proc", "/proc", "proc", _RDONLY | _NOSUID | _NODEV | _NOEXEC)
    for file in _KEYS:
        with contextlib.suppress(OSError):  # the kernel has no keyrings, so it has no such file
            _mount("/dev/null", file, "", _BIND)
    # One file system for both, so that what a run keeps in one is missing in the other.
    options = f"size={scratch_mib}m,nr_inodes={max_files + len(_PARTS) + 1},mode=700"
    _mount("tmpfs", SCRATCH, "tmpfs", _NOSUID | _NODEV, options)
    for part, folder in _PARTS:  # the scratch folder comes last, because it covers the others
        os.mkdir(f"{SCRATCH}/{part}", 0o700)
        _mount(f"{SCRATCH}/{part}", folder, "", _BIND)
