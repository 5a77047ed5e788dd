"""What decoding a picture never needs, taken from a process by the kernel: sockets, other programs, other processes.

The means is a seccomp filter, which needs no privilege and cannot be taken off again. It is for a process that a
picture has taken over: that may still read what the bot may read, but has nobody to tell, and no way to the bot.

Sources: `man 2 seccomp`; the numbers are those of the kernel's `syscall_64.tbl` and `asm-generic/unistd.h`.
"""

import ctypes
import platform
import struct

_NUMBERS = {  # of the same calls on both machines, after the machine's own number
    "x86_64": (
        0xC000003E,
        {
            "socket": 41,
            "io_uring_setup": 425,  # it can open sockets too
            "execve": 59,
            "execveat": 322,
            "ptrace": 101,
            "process_vm_readv": 310,
            "process_vm_writev": 311,
            "pidfd_getfd": 438,
            "kill": 62,
            "tkill": 200,
            "tgkill": 234,
            "rt_sigqueueinfo": 129,
            "rt_tgsigqueueinfo": 297,
            "pidfd_send_signal": 424,
        },
    ),
    "aarch64": (
        0xC00000B7,
        {
            "socket": 198,
            "io_uring_setup": 425,
            "execve": 221,
            "execveat": 281,
            "ptrace": 117,
            "process_vm_readv": 270,
            "process_vm_writev": 271,
            "pidfd_getfd": 438,
            "kill": 129,
            "tkill": 130,
            "tgkill": 131,
            "rt_sigqueueinfo": 138,
            "rt_tgsigqueueinfo": 240,
            "pidfd_send_signal": 424,
        },
    ),
}
_OTHER_ABI = 0x40000000  # from here on, x86-64 repeats its calls under other numbers
_NUMBER_AT, _MACHINE_AT = 0, 4  # in what the filter looks at
_LOAD, _IF_EQUAL, _IF_AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000 | 1  # 1 is EPERM
_NO_NEW_PRIVILEGES, _SECCOMP, _FILTER = 38, 22, 2  # for prctl


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def seal() -> bool:
    """Give the calls up, for this thread and those that it starts; whether the kernel let us.

    It does not where it was built without seccomp; on other machines than those of the table nothing is tried.
    """
    if platform.machine() not in _NUMBERS:
        return False
    code = _code(*_NUMBERS[platform.machine()])
    program = _Program(len(code), b"".join(code))
    return _prctl(_NO_NEW_PRIVILEGES, 1) and _prctl(_SECCOMP, _FILTER, ctypes.addressof(program))


def _prctl(what: int, *arguments: int) -> bool:
    """Whether the kernel did it. It reads four arguments of full width, and wants those that mean nothing to be 0."""
    padded = (*arguments, 0, 0, 0, 0)[:4]
    return bool(ctypes.CDLL(None).prctl(what, *map(ctypes.c_ulong, padded)) == 0)


def _code(machine: int, calls: dict[str, int]) -> list[bytes]:
    """The filter: a call is refused when it is one of these, or is made under the numbers of another machine."""
    refuse = 5 + len(calls)  # where the last instruction is; jumps count from the one after them
    return [
        _instruction(_LOAD, _MACHINE_AT),
        _instruction(_IF_EQUAL, machine, otherwise=refuse - 2),
        _instruction(_LOAD, _NUMBER_AT),
        _instruction(_IF_AT_LEAST, _OTHER_ABI, then=refuse - 4),
        *(_instruction(_IF_EQUAL, call, then=refuse - 5 - place) for place, call in enumerate(calls.values())),
        _instruction(_RETURN, _ALLOW),
        _instruction(_RETURN, _REFUSE),
    ]


def _instruction(code: int, operand: int, then: int = 0, otherwise: int = 0) -> bytes:
    return struct.pack("=HBBI", code, then, otherwise, operand)
