"""How many connections each of several processes on one listening socket has.

A page of memory that the parent makes and its children share: a number for each place. A child
writes only its own, so nothing is locked; what is read may be a moment old, which is enough to
decide who takes the next connection.
"""

import mmap
import struct
import tempfile
from typing import Final

_NUMBER: Final = struct.Struct("=I")
# Nobody serves at this place: it has not begun, or has ended.
_NOBODY: Final = 0xFFFF_FFFF


class Crowds:
    """The parent's side: makes the memory, and notes whose place is empty."""

    def __init__(self, size: int) -> None:
        """For `size` places, all of them empty."""
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - its descriptor lives as long as we
        self._file.write(_NUMBER.pack(_NOBODY) * size)
        self._file.flush()

    def fileno(self) -> int:
        """The descriptor that children are given."""
        return self._file.fileno()

    def left(self, place: int) -> None:
        """The process at this place has ended."""
        with mmap.mmap(self._file.fileno(), 0) as shared:
            _NUMBER.pack_into(shared, place * _NUMBER.size, _NOBODY)

    def close(self) -> None:
        """Give the memory back once the last child has."""
        self._file.close()


class Crowd:
    """A child's side: tells its own number, and compares."""

    def __init__(self, fileno: int, place: int) -> None:
        """`fileno` is that of the parent's `Crowds`; `place` counts from 0."""
        self._shared = mmap.mmap(fileno, 0)
        self._offset = place * _NUMBER.size

    def is_larger(self, own: int) -> bool:
        """Tell that `own` connections are here, and whether some other process has fewer."""
        _NUMBER.pack_into(self._shared, self._offset, own)
        return any(number < own for (number,) in _NUMBER.iter_unpack(self._shared[:]))
