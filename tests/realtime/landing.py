"""Which process of several behind one port a socket has landed on (Linux tells it)."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from tests.clients import Desk, Visit, Wire
from tests.processes import Stack, children_of


def server_of(wire: Wire, port: int, pids: list[int]) -> int:
    """Which of `pids` holds the other end of a connection to `port` (Linux)."""
    ends = f"0100007F:{port:04X} 0100007F:{wire.local_port:04X}"
    lines = Path("/proc/net/tcp").read_text().splitlines()
    inode = next(line.split()[9] for line in lines if ends in line)
    for pid in pids:
        for one in Path(f"/proc/{pid}/fd").iterdir():
            if one.is_symlink() and str(one.readlink()) == f"socket:[{inode}]":
                return pid
    raise AssertionError("nobody holds the connection")


@contextlib.contextmanager
def on_both(stack: Stack, first: Visit | Desk, second: Visit | Desk) -> Iterator[tuple[Wire, Wire]]:
    """A socket of each, on different processes of the stack."""
    port, pids = stack.processes["web"].port, children_of(stack.processes["web"].pid)
    opened: list[Wire] = []
    try:
        opened.append(first.socket())
        home = server_of(opened[0], port, pids)
        for _ in range(60):
            opened.append(second.socket())
            if server_of(opened[-1], port, pids) != home:
                yield opened[0], opened[-1]
                return
        raise AssertionError("the kernel gave every connection to the same process")
    finally:
        for wire in opened:
            wire.close()
