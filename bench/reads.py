"""How long reading takes as the history grows (PostgreSQL), through our repositories.

python -m bench.reads                            10⁴ to 10⁶ messages, a few minutes
python -m bench.reads --messages 10000 10000000  as many as named
python -m bench.reads --json FILE --write        keep the figures, bring docs/performance.md up to date
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from typing import Any, Final
from unittest.mock import patch

from sqlalchemy import Engine, create_engine, select
from sqlalchemy.orm import Session as OrmSession

import chat_app.infrastructure.db.mapping  # noqa: F401 - maps the entities, once
from bench import marks
from bench.filling import FORMER, PER_SESSION, RARE, fill
from chat_app.domain.actor import SYSTEM, Actor
from chat_app.domain.repositories import Cursor, SessionFilter
from chat_app.infrastructure.blocking import DirectBlocking
from chat_app.infrastructure.db import finding, tables
from chat_app.infrastructure.db.engine import options_for, prepare
from chat_app.infrastructure.db.messages import SqlMessages
from chat_app.infrastructure.db.sessions import SqlSessions
from chat_app.infrastructure.embedded.postgres import EmbeddedPostgres

ROOT: Final = Path(__file__).resolve().parent.parent
DOCUMENT: Final = ROOT / "docs" / "performance.md"
SIZES: Final = (10_000, 100_000, 1_000_000)
PAGE: Final = 25 + 1
TIMES: Final = 101
SLOW_TIMES: Final = 3
MOST_READ: Final = 1_000_000
"""Above it reading every text takes longer than the database gives a query."""
_DEPARTMENT: Final = "00000000-0000-0000-0000-000000000007"

Read = Callable[[OrmSession, random.Random], Sequence[object]]


class Reads:
    """What is read, each time something else of the same kind."""

    def __init__(self, engine: Engine) -> None:
        rows, moved = tables.chat_session.c, tables.chat_session.c.updated_at
        with engine.connect() as connection:
            some = select(rows.id, moved).order_by(rows.id).limit(200_000)
            self._sessions = [tuple(row) for row in connection.execute(some)]
        self._agent = Actor(
            kind="agent", id=_DEPARTMENT, name="", role="agent",
            department_ids=frozenset({_DEPARTMENT}),
        )  # fmt: skip

    def all(self) -> dict[str, Read]:
        """Name → what is read."""
        return {
            "list, all sessions": self.page(SYSTEM),
            "list, somewhere in its middle": self.page(SYSTEM, inside=True),
            "list, queued": self.page(SYSTEM, status="queued"),
            "list, closed": self.page(SYSTEM, status="closed"),
            "list, one department of 20": self.page(SYSTEM, department_id=_DEPARTMENT),
            "list, an agent's of one department": self.page(self._agent),
            "history, newest page": self._history,
            "history, what came since": self._since,
            "`sync` of 50 sessions": self._sync,
            f"search `{RARE}`, in 20 messages": self.page(SYSTEM, q=RARE),
            "search an order's number": self._order,
            "search `ka`, the beginning of every tenth word": self.page(SYSTEM, q="ka"),
            "search `的`, in nearly every Chinese message": self.page(SYSTEM, q="的"),
            "search `我他`, a pair": self.page(SYSTEM, q="我他"),
            "search `退款`, in none": self.page(SYSTEM, q="退款"),
            "search `是了 的不`, both in one text": self.page(SYSTEM, q="是了 的不"),
            f"search `{FORMER}`, in the oldest twentieth only": self.page(SYSTEM, q=FORMER),
            "search `的`, an agent's of one department": self.page(self._agent, q="的"),
        }

    def page(self, actor: Actor, *, inside: bool = False, **wanted: Any) -> Read:
        """A page of the list."""

        def read(session: OrmSession, chance: random.Random) -> Sequence[object]:
            here = chance.choice(self._sessions) if inside else None
            cursor = Cursor(here[1], here[0]) if here else None
            return SqlSessions(session).page_for(actor, SessionFilter(**wanted), cursor, PAGE)

        return read

    def _history(self, session: OrmSession, chance: random.Random) -> Sequence[object]:
        return SqlMessages(session).before(self._one(chance), "agent", None, 50)

    def _since(self, session: OrmSession, chance: random.Random) -> Sequence[object]:
        return SqlMessages(session).after(self._one(chance), "visitor", PER_SESSION - 2, 50)

    def _sync(self, session: OrmSession, chance: random.Random) -> Sequence[object]:
        return SqlSessions(session).visible_among(SYSTEM, [self._one(chance) for _ in range(50)])

    def _order(self, session: OrmSession, chance: random.Random) -> Sequence[object]:
        wanted = SessionFilter(q=f"A{chance.randrange(PER_SESSION * len(self._sessions))}")
        return SqlSessions(session).page_for(SYSTEM, wanted, None, PAGE)

    def _one(self, chance: random.Random) -> str:
        return str(chance.choice(self._sessions)[0])


def measured(engine: Engine, read: Read, times: int) -> float:
    """The median of so many readings, in milliseconds; the first one warms up."""
    chance, took = random.Random(1), []
    reading = engine.execution_options(isolation_level="AUTOCOMMIT")
    for _ in range(times + 1):
        with OrmSession(reading, autoflush=False) as session:
            begun = time.perf_counter()
            read(session, chance)
            took.append((time.perf_counter() - begun) * 1000)
    return median(took[1:])


def measure(engine: Engine, messages: int) -> dict[str, float | None]:
    """All reads of one size; None where it would take too long."""
    reads = Reads(engine)
    found: dict[str, float | None] = {
        name: measured(engine, read, TIMES) for name, read in reads.all().items()
    }
    found["tables read from end to end"] = scans(engine)
    before = f"search `{RARE}` as before: every text by `LIKE`"
    found[before] = None
    if messages <= MOST_READ:
        with patch.object(finding, "MOST_UNREAD", -1):  # as if nothing were indexed
            found[before] = measured(engine, reads.page(SYSTEM, q=RARE), SLOW_TIMES)
    return found


def scans(engine: Engine) -> int:
    """Sequential scans of the tables that grow, since they were filled."""
    time.sleep(1.5)  # a server process tells its counts once a second
    with engine.connect() as connection:
        counted = connection.exec_driver_sql(
            "SELECT sum(seq_scan) FROM pg_stat_user_tables"
            " WHERE relname IN ('chat_session', 'message', 'visitor', 'search_document')"
        )
        return int(counted.scalar_one())


@contextmanager
def filled(postgres: EmbeddedPostgres, messages: int, folder: Path) -> Iterator[Engine]:
    """A database with so many messages."""
    url = postgres.create_database(f"reads_{messages}")
    environment = {**os.environ, "DB_DSN": url, "DATA_DIR": str(folder), "REDIS_ADDR": ""}
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "db", "upgrade"]
    subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)
    url = url.replace("postgresql://", "postgresql+psycopg2://", 1)
    engine = create_engine(url, **options_for(url))
    prepare(engine, DirectBlocking())
    begun = time.perf_counter()
    fill(engine, messages)
    print(f"{messages} messages in {time.perf_counter() - begun:.0f} s", file=sys.stderr)
    yield engine
    engine.dispose()
    postgres.drop_database(f"reads_{messages}")


def table(figures: dict[str, dict[str, float | None]]) -> str:
    """Markdown: a line a read, a column a size."""
    names = list(next(iter(figures.values())))
    head = " | ".join(["ms, median", *(f"{int(size):,} messages" for size in figures)])
    lines = [f"| {head} |", "|---" * (len(figures) + 1) + "|"]
    for name in names:
        cells = [figures[size].get(name) for size in figures]
        shown = ["" if one is None else f"{one:.1f}" if one % 1 else f"{one:.0f}" for one in cells]
        lines.append(f"| {name} | {' | '.join(shown)} |")
    return "\n".join(lines)


def main() -> None:
    """Fill, measure, print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--messages", type=int, nargs="+", default=list(SIZES))
    options.add_argument("--json", type=Path)
    options.add_argument("--write", action="store_true")
    asked = options.parse_args()
    figures: dict[str, dict[str, float | None]] = {}
    postgres = EmbeddedPostgres(fsync=False)
    with ExitStack() as stack, tempfile.TemporaryDirectory() as folder:
        stack.callback(postgres.stop)
        postgres.start()
        for messages in asked.messages:
            with filled(postgres, messages, Path(folder)) as engine:
                figures[str(messages)] = measure(engine, messages)
            print(table(figures), flush=True)
            if asked.json:
                asked.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    if asked.write:
        document = marks.filled(
            DOCUMENT.read_text(encoding="utf-8"), "reads", {"all": table(figures)}
        )
        DOCUMENT.write_text(document, encoding="utf-8")


if __name__ == "__main__":
    main()
