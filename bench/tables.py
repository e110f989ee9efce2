"""The tables of docs/performance.md, from the runs."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from bench.aims import standing
from bench.figures import (
    STORED,
    Results,
    Run,
    books,
    by,
    label,
    median,
    ratio,
    scenes,
    servers,
    shown,
)
from bench.stage import OURS, REFERENCE, TWO

PARTS: Final = ("web", "PostgreSQL", "Valkey", "generator", "idle")
LATENCIES: Final = ("ack_p50_ms", "ack_p99_ms", "delivery_p50_ms", "delivery_p99_ms")


def table(head: str, rows: Sequence[str]) -> str:
    """Markdown; nothing when there are no rows."""
    if not rows:
        return ""
    return "\n".join([f"| {head} |", "|" + "---|" * (head.count("|") + 1), *rows])


def _each(results: Results, name: str) -> Iterator[tuple[str, str, Sequence[Run], Sequence[Run]]]:
    """Scene, server, its runs, and those of all: a line each."""
    for scene, of in scenes(results, name):
        for server in servers(of):
            yield scene, server, by(of, server), of


def _beside(of: Sequence[Run], server: str, name: str) -> str:
    """How a server stands to the reference; empty for the reference itself."""
    return "" if server == REFERENCE else shown(ratio(of, name, server), 2)


def _latencies(mine: Sequence[Run], names: Sequence[str] = LATENCIES) -> str:
    return " | ".join(shown(median(mine, name), 1) for name in names)


def messages(results: Results) -> str:
    """Messages over sockets."""
    head = "scene | server | messages/s | by Node's | CPU µs/message | ack p50 ms | p99 | delivery p50 ms | p99 | lost/doubled/disordered/changed/foreign"
    return table(head, [
        f"| {scene} | {label(server)} | {shown(median(mine, 'messages_per_s'))} "
        f"| {_beside(of, server, 'messages_per_s')} | {shown(median(mine, 'cpu_us'))} "
        f"| {_latencies(mine)} | {books(mine)} |"
        for scene, server, mine, of in _each(results, "messages")
    ])  # fmt: skip


def rest(results: Results) -> str:
    """Calls over REST."""
    head = "scene | server | calls/s | by Node's | CPU µs/call | answer p50 ms | p99"
    return table(head, [
        f"| {scene} | {label(server)} | {shown(median(mine, 'calls_per_s'))} "
        f"| {_beside(of, server, 'calls_per_s')} | {shown(median(mine, 'cpu_us'))} "
        f"| {_latencies(mine, LATENCIES[:2])} |"
        for scene, server, mine, of in _each(results, "rest")
    ])  # fmt: skip


def _share(mine: Sequence[Run], part: str) -> str:
    return shown(median([one["shares"] for one in mine if "shares" in one], part))


def cores(results: Results) -> str:
    """Who used the cores."""
    head = "scene | server | " + " | ".join(f"{part} %" for part in PARTS)
    return table(head, [
        f"| {scene} | {label(server)} | " + " | ".join(_share(mine, part) for part in PARTS) + " |"
        for name in ("messages", "rest")
        for scene, server, mine, _ in _each(results, name)
    ])  # fmt: skip


def web(results: Results) -> str:
    """Two web processes beside one."""
    parts = " | ".join(f"{part} %" for part in PARTS)
    head = f"web processes | messages/s | by one's | CPU µs/message | {parts}"
    return table(head, [
        f"| {2 if server == TWO else 1} | {shown(median(mine, 'messages_per_s'))} "
        f"| {shown(ratio(of, 'messages_per_s', server, OURS), 2)} | {shown(median(mine, 'cpu_us'))} | "
        + " | ".join(_share(mine, part) for part in PARTS) + " |"
        for _, server, mine, of in _each(results, "web")
    ])  # fmt: skip


def offered(results: Results) -> str:
    """Latency by offered rate."""
    head = "offered/s | server | acknowledged/s | CPU µs/message | ack p50 ms | p99 | delivery p50 ms | p99"
    return table(head, [
        f"| {shown(median(mine, 'rate'))} | {label(server)} | {shown(median(mine, 'messages_per_s'))} "
        f"| {shown(median(mine, 'cpu_us'))} | {_latencies(mine)} |"
        for _, server, mine, _ in _each(results, "offered")
    ])  # fmt: skip


def knee(results: Results) -> str:
    """The highest rates that hold."""
    head = "server | knee, messages/s | acknowledged/s in the last good step | ack p99 ms there"
    rows = []
    for _, server, mine, _ in _each(results, "knee"):
        last = [one for one in mine if one["rate"] == one["knee"]]
        rows.append(
            f"| {label(server)} | {shown(mine[0]['knee'])} | {shown(median(last, 'messages_per_s'))} "
            f"| {shown(median(last, 'ack_p99_ms'), 1)} |"
        )
    return table(head, rows)


def held(results: Results) -> str:
    """A minute below the knee, with the history checker on."""
    faults = "lost/doubled/disordered/changed/foreign"
    head = f"offered/s | messages | ack p50 ms | p99 | delivery p50 ms | p99 | pushes: {faults} | histories read back | stored: {faults}/holes"
    return table(head, [
        f"| {shown(one['rate'])} | {shown(one['acked'])} | {_latencies([one])} | {books([one])} "
        f"| {shown(one['read_back'])} | {books([one['stored']], STORED)} |"
        for _, of in scenes(results, "held")
        for one in of
    ])  # fmt: skip


def idle(results: Results) -> str:
    """Sockets that only listen."""
    head = "scene | server | sessions opened/s | by Node's | connects/s | by Node's | joins/s | by Node's | messages/s without | among | kept | KB a socket | gone"
    return table(head, [
        f"| {scene} | {label(server)} | "
        + " | ".join(
            f"{shown(median(mine, door))} | {_beside(of, server, door)}"
            for door in ("opens_per_s", "connects_per_s", "joins_per_s")
        )
        + f" | {shown(median(mine, 'messages_per_s_without'))} | {shown(median(mine, 'messages_per_s'))} "
        f"| {shown(median(mine, 'kept'), 2)} | {shown(median(mine, 'socket_kb'), 1)} "
        f"| {sum(one['idle'] - one['idle_alive'] for one in mine)} |"
        for scene, server, mine, of in _each(results, "idle")
    ])  # fmt: skip


def machine(results: Results) -> str:
    """On what it ran."""
    return table(
        "machine | ", [f"| {name} | {value} |" for name, value in results["machine"].items()]
    )


def aims(results: Results) -> str:
    """Where it stands."""
    return table("figure | bar | measured | ", list(standing(results)))


TABLES: Final[Mapping[str, Callable[[Results], str]]] = {
    one.__name__: one
    for one in (machine, aims, messages, rest, cores, web, offered, knee, held, idle)
}
