"""Where scenes are played: one PostgreSQL, one Valkey, and servers that start when asked for."""

import json
import os
import secrets
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from bench.machine import (
    OTHERS,
    SERVERS,
    USABLE,
    Meter,
    Reading,
    facts,
    pinned,
    postgres_pid,
    shares,
    valkey_pid,
)
from bench.servers import PASSWORD, Server, node_reference, program
from chat_app.infrastructure.embedded.postgres import EmbeddedPostgres
from chat_app.infrastructure.embedded.valkey import EmbeddedValkey

ROOT: Final = Path(__file__).resolve().parent.parent
OURS: Final = "cland"
TWO: Final = "cland, two web processes"
REFERENCE: Final = "node"
Result = dict[str, Any]


@dataclass
class Stage:
    """What is there while scenes are played; `keep` lets servers and others keep to their cores."""

    stack: ExitStack
    folder: Path
    postgres: EmbeddedPostgres
    valkey: EmbeddedValkey
    keep: bool
    running: dict[str, Server] = field(default_factory=dict)

    def server(self, name: str) -> Server:
        """A running server: ours, with two web processes, the reference, or another checkout."""
        if name not in self.running:
            self.running[name] = self._make(name)
            self.stack.callback(self.running[name].stop)
            self.running[name].start()
        return self.running[name]

    def _make(self, name: str) -> Server:
        database = self.postgres.create_database(f"bench_{secrets.token_hex(4)}")
        if name == REFERENCE:
            server = node_reference(name, database, self.valkey.url, self.folder)
        else:
            checkout = ROOT if name in {OURS, TWO} else Path(name)
            folder = self.folder / secrets.token_hex(4)
            web = 2 if name == TWO else 1
            valkey = f"{self.valkey.url}?db={len(self.running)}"  # an installation each
            server = program(name, checkout, database, valkey, folder, web)
        server.prefix = pinned([], SERVERS) if self.keep else []
        return server

    def play(
        self,
        name: str,
        words: Sequence[str],
        seconds: int,
        *,
        fresh: bool = False,
        at: Callable[[str, Reading], None] = lambda _mark, _reading: None,
    ) -> Result:
        """Load one server once; `fresh`: what earlier sockets have left would hide the memory.

        `at` is told each mark of the generator as it comes, with what was used until then.
        """
        server = self.server(name)
        if fresh:
            server.restart()
        argv = ["node", str(ROOT / "bench" / "load.mjs"), "--url", server.url]
        argv += ["--password", PASSWORD, "--seconds", str(seconds), *words]
        argv = pinned(argv, OTHERS) if self.keep else argv
        marks: dict[str, Reading] = {}
        with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as generator:
            meter = self.meter(server, generator.pid)
            for line in generator.stdout or ():
                if line.startswith("{"):
                    seen: Result = json.loads(line)
                else:
                    mark = line.strip()
                    marks[mark] = meter.read()
                    at(mark, marks[mark])
        if generator.returncode:
            raise SystemExit(f"the generator failed on {server.name}")
        return {"server": name, **seen, **_costs(seen, marks)}

    def meter(self, server: Server, generator: int | None = None) -> Meter:
        """Whom to look at while a server is loaded."""
        parts = {
            "web": server.pid,
            "PostgreSQL": postgres_pid(self.postgres.url()),
            "Valkey": valkey_pid(self.valkey.url),
        }
        return Meter(parts if generator is None else parts | {"generator": generator})

    def facts(self) -> dict[str, str]:
        """On what it all runs."""
        return facts(self.postgres.url(), self.valkey.url)


def _costs(seen: Result, marks: dict[str, Reading]) -> Result:
    """What a run has used of the machine, as far as the machine tells."""
    begin, end = marks["begin"], marks["end"]
    if not begin.used:
        return {}
    web = (end.used["web"] - begin.used["web"]) / max(1, seen["acked"])
    costs: Result = {"cpu_us": round(web * 1e6), "shares": shares(begin, end)}
    if "idle" in seen:
        grown = marks["full"].memory["web"] - marks["empty"].memory["web"]
        costs["socket_kb"] = round(grown / seen["idle"] / 1000, 1)
    return costs


@contextmanager
def stage(*, keep: bool = True) -> Iterator[Stage]:
    """A stage; when it is left, nothing of it runs and nothing remains."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="cland-bench-")))
        if keep and hasattr(os, "sched_setaffinity"):
            # What is started from here on inherits it.
            os.sched_setaffinity(0, OTHERS)
            stack.callback(os.sched_setaffinity, 0, USABLE)
        postgres = EmbeddedPostgres()
        stack.callback(postgres.stop)
        postgres.start()
        valkey = EmbeddedValkey(folder)
        stack.callback(valkey.stop)
        valkey.start()
        yield Stage(stack, folder, postgres, valkey, keep)
