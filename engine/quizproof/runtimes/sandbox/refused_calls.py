"""Refused calls: the system calls that no program of a question needs, and that reach beyond its run.

This is a list of what is refused, and not of what is allowed. PyTorch, TensorFlow and the C library use some 150 calls,
others with every release and every processor; a list of those would refuse an honest program sooner or later, and the
report would blame its author. What is closed instead is the future: a call that is newer than `NEWEST` does not exist
for a run, so that nothing is open that nobody has looked at.

What needs a capability (mounting, the clock, kernel modules) is missing here on purpose: a run has none, and cannot get
one, because new user namespaces are refused.

Each refusal answers with the error that programs expect where a kernel lacks the call, so that they fall back:
`clone3` -> ENOSYS makes the C library use `clone`; extended attributes -> EOPNOTSUPP is what a file system without them
says, and `shutil.copy2` goes on.
"""

from __future__ import annotations

import errno
from collections.abc import Iterable, Mapping
from typing import NamedTuple, TypeAlias

NEWEST = 462
"""`mseal` of Linux 6.10, the newest call that a run may use. From 424 on, all architectures have the same numbers."""

OWN_PID = 0x7FFF_FFFF
"""Stands for the process id of the run, which is known only when it begins. No process can have this one."""


class Number(NamedTuple):
    """The number of a call: asm/unistd_64.h, and asm-generic/unistd.h, which AArch64 and RISC-V use."""

    x86_64: int | None
    generic: int | None


class Test(NamedTuple):
    """Whether an argument of a call, its low 32 bits, has a value: `(argument & mask) == value`, or not so."""

    argument: int
    """Counted from 0."""
    value: int
    mask: int = 0xFFFF_FFFF
    is_negated: bool = False


class Clause(NamedTuple):
    """What is answered when all tests hold: an error number, or 0 when the call is allowed."""

    tests: tuple[Test, ...]
    error: int


Calls: TypeAlias = Mapping[str, Number]
Clauses: TypeAlias = tuple[Clause, ...]

# Other processes. Landlock and namespaces keep a run from most of them, but not from those that share a user, and not
# from being traced by its parent, which is our own process.
_TRACING = {
    "ptrace": Number(101, 117),
    "process_vm_readv": Number(310, 270),
    "process_vm_writev": Number(311, 271),
    "kcmp": Number(312, 272),
    "migrate_pages": Number(256, 238),
    "move_pages": Number(279, 239),
    "pidfd_getfd": Number(438, 438),
    "process_madvise": Number(440, 440),
    "process_mrelease": Number(448, 448),
}
# Keyrings are the user's own and no namespace holds them all: tokens of file systems and of log-ins are in there.
_KEYS = {"add_key": Number(248, 217), "request_key": Number(249, 218), "keyctl": Number(250, 219)}
# Tools for attacks on the kernel, which have no other use in a short program.
_KERNEL = {
    "bpf": Number(321, 280),
    "perf_event_open": Number(298, 241),
    "syslog": Number(103, 116),
    "modify_ldt": Number(154, None),
    "fanotify_init": Number(300, 262),
    "fanotify_mark": Number(301, 263),
}
# Processes with other parents, and calls that go past this filter.
_PAST_THE_FILTER = {
    # Its flags are in memory, where a filter cannot read them.
    "clone3": Number(435, 435),
    "io_uring_setup": Number(425, 425),
    "io_uring_enter": Number(426, 426),
    "io_uring_register": Number(427, 427),
    "userfaultfd": Number(323, 282),
}
# Memory that no limit of a process counts. Of System V and POSIX message queues some also outlives the run where it has
# no namespace of its own, and segments of the user's other programs can be attached there.
_UNCOUNTED = {
    "remap_file_pages": Number(216, 234),
    # Pages in a pipe may hold large pages that their process has given back.
    "vmsplice": Number(278, 75),
    "io_setup": Number(206, 0),
    # A set may have 65,536 rules, and a process 1,024 sets. Ours is in force by now.
    "landlock_create_ruleset": Number(444, 444),
    "memfd_secret": Number(447, 447),
    "inotify_init": Number(253, None),
    "inotify_init1": Number(294, 26),
    "inotify_add_watch": Number(254, 27),
    "inotify_rm_watch": Number(255, 28),
    "shmget": Number(29, 194),
    "shmat": Number(30, 196),
    "shmctl": Number(31, 195),
    "shmdt": Number(67, 197),
    "semget": Number(64, 190),
    "semop": Number(65, 193),
    "semctl": Number(66, 191),
    "semtimedop": Number(220, 192),
    "msgget": Number(68, 186),
    "msgsnd": Number(69, 189),
    "msgrcv": Number(70, 188),
    "msgctl": Number(71, 187),
    "mq_open": Number(240, 180),
    "mq_unlink": Number(241, 181),
    "mq_timedsend": Number(242, 182),
    "mq_timedreceive": Number(243, 183),
    "mq_notify": Number(244, 184),
    "mq_getsetattr": Number(245, 185),
}
# Landlock does not look at them: a run could read and change those of every file of the user.
_EXTENDED_ATTRIBUTES = {
    "setxattr": Number(188, 5),
    "lsetxattr": Number(189, 6),
    "fsetxattr": Number(190, 7),
    "getxattr": Number(191, 8),
    "lgetxattr": Number(192, 9),
    "fgetxattr": Number(193, 10),
    "listxattr": Number(194, 11),
    "llistxattr": Number(195, 12),
    "flistxattr": Number(196, 13),
    "removexattr": Number(197, 14),
    "lremovexattr": Number(198, 15),
    "fremovexattr": Number(199, 16),
}
ALWAYS: dict[int, Calls] = {
    errno.EPERM: _TRACING | _KEYS | _KERNEL,
    errno.ENOSYS: _PAST_THE_FILTER | _UNCOUNTED,
    errno.EOPNOTSUPP: _EXTENDED_ATTRIBUTES,
}
"""What is refused whatever its arguments are, by the error that answers it."""

TRUNCATE: Calls = {"truncate": Number(76, 45)}
"""Landlock looks at it from version 3."""

CLONE, UNSHARE = Number(56, 220), Number(272, 97)
PRCTL, PRLIMIT = Number(157, 167), Number(302, 261)
SOCKET, SOCKETPAIR = Number(41, 198), Number(53, 199)
CHANGING_MODES = (
    # With the argument that has the mode.
    (Number(90, None), 1),  # chmod
    (Number(91, 52), 1),  # fchmod
    (Number(268, 53), 2),  # fchmodat
    (Number(452, 452), 2),  # fchmodat2
)
SETPRIORITY, IOPRIO_SET = Number(141, 140), Number(251, 30)
SCHEDULING = {
    "sched_setparam": Number(142, 118),
    "sched_setscheduler": Number(144, 119),
    "sched_setaffinity": Number(203, 122),
    "sched_setattr": Number(314, 274),
}

# sched.h
_NEW_NAMESPACES = 0x7E02_0080  # CLONE_NEWTIME, NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID and NEWNET
_CLONE_NAMESPACES = 0x7E02_0000  # for clone, 0x80 is a part of the number of a signal
_CLONE_PARENT = 0x8000
# prctl.h
_PR_SET_DUMPABLE, _PR_SET_CHILD_SUBREAPER = 4, 36
# sys/stat.h
_SET_ID = 0o6000
# sys/resource.h and linux/ioprio.h
_PRIO_USER, _IOPRIO_WHO_USER = 2, 3
# sys/socket.h and netinet/in.h
_UNIX, _INET, _INET6 = 1, 2, 10
_STREAM, _DATAGRAM, _RAW, _SEQUENCE = 1, 2, 3, 5
_TYPE = 0xF  # SOCK_NONBLOCK and SOCK_CLOEXEC are above
_TCP, _UDP = 6, 17


def _is(argument: int, value: int, mask: int = 0xFFFF_FFFF) -> Test:
    return Test(argument, value, mask)


def _is_not(argument: int, value: int) -> Test:
    return Test(argument, value, is_negated=True)


def _has(argument: int, bits: int) -> Test:
    """Whether any of the bits is set."""
    return Test(argument, 0, bits, is_negated=True)


_LOCAL: Clauses = (
    Clause((_is(0, _UNIX), _is(1, _STREAM, _TYPE)), 0),
    Clause((_is(0, _UNIX), _is(1, _SEQUENCE, _TYPE)), 0),
    # How much memory waiting datagrams take cannot be known when their sender has closed its end.
    Clause((_is(0, _UNIX),), errno.EPROTONOSUPPORT),
)


def clauses(*, shares_machine: bool) -> Iterable[tuple[Number, Clauses]]:
    """What is refused by its arguments: the calls, and what is answered by the first of their clauses that holds.

    shares_machine  whether the run sees the machine's processes, network and files: at level `landlock`, but not in
                      namespaces of its own
    """

    def on_others(argument: int) -> Clause:
        # In a PID namespace, only number 1 is not the run's own. Elsewhere a filter cannot know the run's children.
        foreign = (_is_not(argument, 0), _is_not(argument, OWN_PID)) if shares_machine else (_is(argument, 1),)
        return Clause(foreign, errno.EPERM)

    yield CLONE, (Clause((_has(0, _CLONE_NAMESPACES | _CLONE_PARENT),), errno.EPERM),)
    yield UNSHARE, (Clause((_has(0, _NEW_NAMESPACES),), errno.EPERM),)
    yield (
        PRCTL,
        (
            # A process that cannot be dumped hides its memory from whoever counts it.
            Clause((_is(0, _PR_SET_DUMPABLE),), errno.EPERM),
            # The run inherits its own orphans, so that they still count as its processes.
            Clause((_is(0, _PR_SET_CHILD_SUBREAPER), _is(1, 0)), errno.EPERM),
        ),
    )
    yield PRLIMIT, (on_others(0),)
    for number in SCHEDULING.values():
        yield number, (on_others(0),)
    yield SETPRIORITY, (Clause((_is(0, _PRIO_USER),), errno.EPERM), on_others(1))
    yield IOPRIO_SET, (Clause((_is(0, _IOPRIO_WHO_USER),), errno.EPERM), on_others(1))
    if shares_machine:
        # The run can change the permissions of all files of its user; at least it makes nobody else that user.
        for number, mode in CHANGING_MODES:
            yield number, (Clause((_has(mode, _SET_ID),), errno.EPERM),)
    yield SOCKETPAIR, (Clause((_is_not(0, _UNIX),), errno.EAFNOSUPPORT), *_LOCAL)
    yield SOCKET, _sockets(has_own_network=not shares_machine)


def _sockets(*, has_own_network: bool) -> Clauses:
    """Local sockets; TCP and UDP where they lead nowhere; none of the many other kinds, such as vsock and netlink."""
    # What a program without a network says, so that the report names it: "it needs a network, which runs do not have".
    unreachable = () if has_own_network else (Clause((_is_not(0, _UNIX),), errno.ENETUNREACH),)
    return (
        Clause((_is_not(0, _UNIX), _is_not(0, _INET), _is_not(0, _INET6)), errno.EAFNOSUPPORT),
        *unreachable,
        *_LOCAL,
        Clause((_is(1, _RAW, _TYPE),), errno.EPERM),
        *(
            Clause((_is(1, kind, _TYPE), _is(2, protocol)), 0)
            for kind, own in ((_STREAM, _TCP), (_DATAGRAM, _UDP))
            for protocol in (0, own)
        ),
        # Multipath TCP, for example, which Landlock does not take for TCP.
        Clause((), errno.EPROTONOSUPPORT),
    )
