"""What stored messages need: disk, log, the depth of an index, memory, time to copy. No measuring here."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

PAGE: Final = 8192
# How full PostgreSQL leaves the pages inside an index that grows anywhere.
FILLED: Final = 0.7
DAY: Final = 86_400
YEAR: Final = 365
# The busiest minute of a day by its mean: people write in the daytime.
PEAK: Final = 5
# What a customer's message has on average, in UTF-8: some 25 Chinese characters, or a line of English.
BODY: Final = 80.0
# Copying and restoring, at what an ordinary disk or network gives.
COPIED: Final = 100e6


@dataclass(frozen=True)
class Row:
    """A stored message: bytes in the table, in each index, in what search keeps of it, and in the log."""

    table: float
    indexes: Mapping[str, float]
    search: float
    wal: float

    @property
    def stored(self) -> float:
        """Bytes on the disk."""
        return self.table + sum(self.indexes.values()) + self.search


def row(sizes: Mapping[str, Any], search: Mapping[str, Any], wal: float, body: float = BODY) -> Row:
    """A row as measured, with a body of another length; what search keeps grows with the words in it."""
    more = body - sizes["body"]
    learned = search["table"] + sum(search["indexes"].values())
    return Row(sizes["table"] + more, sizes["indexes"], learned * body / sizes["body"], wal + more)


def levels(rows: float, entry: float) -> int:
    """How many pages a look-up in an index reads; `entry`: its bytes a row."""
    pages = math.ceil(rows * entry / PAGE)
    inside = max(2.0, PAGE * FILLED / entry)
    depth = 1
    while pages > 1:
        pages, depth = math.ceil(pages / inside), depth + 1
    return depth


@dataclass(frozen=True)
class Year:
    """An installation that stores so many messages a day."""

    daily: float
    row: Row

    @property
    def peak(self) -> float:
        """Messages/s in the busiest minute."""
        return self.daily / DAY * PEAK

    @property
    def daily_bytes(self) -> float:
        """What the tables and indexes of messages grow by in a day; what was written today is hot."""
        return self.daily * self.row.stored

    @property
    def daily_wal(self) -> float:
        """What goes through the log in a day: to replicas, and into an archive."""
        return self.daily * self.row.wal

    def days_to(self, messages: float) -> float:
        """Until so many are stored."""
        return messages / self.daily


def copying_seconds(size: float) -> float:
    """To copy a database once."""
    return size / COPIED
