"""Ties a child process to its parent, so that not even `kill -9` of the parent leaves orphans."""

import ctypes
import signal
import sys
from collections.abc import Callable
from typing import Final

_PR_SET_PDEATHSIG: Final = 1
_LIBC: Final = ctypes.CDLL(None) if sys.platform == "linux" else None


def die_with_parent(number: signal.Signals = signal.SIGTERM) -> Callable[[], None] | None:
    """Return a `preexec_fn` for `Popen`: the kernel sends `number` when the parent has died.

    None where the system has no such call (macOS): there the parent's own stopping must do.
    """
    libc = _LIBC
    if libc is None:
        return None

    def ask_the_kernel() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, int(number))

    return ask_the_kernel
