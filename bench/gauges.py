"""What the parts of an installation tell of themselves at one moment: bytes, commits, memory."""

import re
import statistics
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Final
from urllib.request import urlopen

import redis

from bench.machine import Reading, ask_postgres, ask_valkey
from bench.servers import Server

_SERIES: Final = re.compile(r"^(cland_\w+) (\S+)$", re.MULTILINE)
_WAL: Final = "select pg_current_wal_insert_lsn() - '0/0'"
_SYNCS: Final = "select coalesce(sum({0}), 0) from pg_stat_io where object = 'wal' and backend_type <> 'startup'"


@dataclass(frozen=True)
class Moment:
    """The CPU seconds and memory of each part, and what they have counted so far."""

    reading: Reading
    counted: Mapping[str, float]

    def since(self, before: "Moment") -> dict[str, float]:
        """What has grown: counters, `cpu <part>` in seconds, and the `seconds` that passed."""
        grown = {name: value - before.counted[name] for name, value in self.counted.items()}
        for part, used in self.reading.used.items():
            grown[f"cpu {part}"] = used - before.reading.used[part]
        return {name: round(value, 6) for name, value in grown.items()} | {
            "seconds": round(self.reading.at - before.reading.at, 3)
        }


def moment(server: Server, valkey: str, reading: Reading) -> Moment:
    """Ask all parts of the installation that a server belongs to."""
    with urlopen(f"{server.url}/metrics", timeout=5) as answer:
        told = {name: float(value) for name, value in _SERIES.findall(answer.read().decode())}
    memory, clients, stats = (ask_valkey(valkey, one) for one in ("memory", "clients", "stats"))
    return Moment(reading, {
        "messages": told.get("cland_commit_messages_sum", 0.0),
        "groups": told.get("cland_commit_messages_count", 0.0),
        "commit_seconds": told.get("cland_commit_seconds_sum", 0.0),
        "heard_bytes": told.get("cland_bus_heard_bytes_total", 0.0),
        "wal_bytes": float(ask_postgres(server.database, _WAL)),
        "syncs": float(ask_postgres(server.database, _SYNCS.format("fsyncs"))),
        "sync_ms": float(ask_postgres(server.database, _SYNCS.format("fsync_time"))),
        "valkey_memory": float(memory["used_memory"]),
        "valkey_clients": float(clients["connected_clients"]),
        "valkey_in": float(stats["total_net_input_bytes"]),
        "valkey_out": float(stats["total_net_output_bytes"]),
        "valkey_commands": float(stats["total_commands_processed"]),
    })  # fmt: skip


def kept_of_a_session(valkey: str) -> int:
    """Bytes of the newest messages of a session in Valkey, of the median session."""
    client: redis.Redis = redis.Redis.from_url(valkey)
    with closing(client):
        keys = list(client.scan_iter("cland:recent:*", count=1000))
        return round(statistics.median(client.memory_usage(one) or 0 for one in keys))
