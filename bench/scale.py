"""What an installation of this program holds, by simulation on measured costs.

python -m bench.scale            simulate and print (a few minutes)
python -m bench.scale --write    and bring docs/scale.md up to date
"""

import argparse
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, Final

from bench import growth, marks
from bench.costs import KEPT
from bench.installation import Plan
from bench.prices import Load, Price, Prices, others, prices
from bench.scenarios import Outcome, closed, knee, offered, storm
from bench.tables import table
from chat_app.infrastructure.redis.recent import LENGTH
from chat_app.use_cases.message_log import MOST_LEADERS

DOCUMENT: Final = Path(__file__).resolve().parent.parent / "docs" / "scale.md"
SMALL: Final = Plan("small box, 2 cores", web=1, cores=2, one_box=True, sockets=2_000)
BOX: Final = Plan("box, 8 cores", web=4, workers=3, cores=8, one_box=True, sockets=20_000)
CLUSTER: Final = Plan("cluster, 8 web processes", web=8, workers=6, cores=8, sockets=60_000)
LARGE: Final = Plan("cluster, 32 web processes", web=32, workers=24, cores=32, sockets=250_000)
PLANS: Final = (SMALL, BOX, CLUSTER, LARGE)
SHARES: Final = (0.25, 0.5, 0.8, 0.95)
STORED: Final = (1e6, 1e7, 1e8, 1e9)
DAILY: Final = (1e5, 1e6, 1e7)
LOOPS: Final = (50, 500)
US: Final = 1e6
Kept = Mapping[str, Any]


def parts(plan: Plan) -> str:
    """What an installation is made of."""
    where = f"{plan.cores} cores for all" if plan.one_box else f"PostgreSQL on {plan.cores} cores"
    return f"web {plan.web}, workers {plan.workers}, {where}; {plan.sockets:,} idle sockets"


def costs(kept: Kept) -> str:
    """What one thing of each kind costs."""
    price, row = prices(kept), stored(kept)
    work = [
        ("a group that is stored together", price.web.group, price.postgres.group, price.valkey.group),
        ("each message in it, with one reader", price.web.message, price.postgres.message, price.valkey.message),
        ("a message heard from another process", price.hearing, 0, 0),
        ("a session: opened, assigned by the worker", price.session.web, price.session.postgres, 0),
        ("a socket that comes and joins", price.socket.coming, price.socket.coming_postgres, 0),
        ("1,000 idle sockets, a second", price.socket.staying * 1000, 0, 0),
    ]  # fmt: skip
    rows = [
        f"| {name} | {_us(web)} | {_us(database)} | {_us(valkey)} |"
        for name, web, database, valkey in work
    ]
    shown = table("CPU µs | web | PostgreSQL | Valkey", rows)
    sizes = [
        ("worker, a session", f"{price.session.worker * 1000:.1f} ms CPU"),
        ("search learns a message", f"{_us(price.learning.worker)} µs of a worker, {_us(price.learning.postgres)} µs of PostgreSQL"),
        ("flush of PostgreSQL's log", f"{price.flush * 1000:.2f} ms, once a group or for several together"),
        (f"a stored message of {growth.BODY:.0f} bytes", f"{row.table:.0f} B in the table, {sum(row.indexes.values()):.0f} B in {len(row.indexes)} indexes, {row.search:.0f} B for search"),
        ("its log (WAL), with that of search", f"{row.wal:,.0f} B"),
        ("its way over the bus", f"{price.bus_message:,.0f} B to each process with a reader"),
        ("an idle socket", f"{price.socket.bytes / 1000:.0f} KB in the web process, {price.socket.valkey_bytes:.0f} B in Valkey"),
        ("a session's newest messages", f"{kept['recent']:,.0f} B in Valkey, for a day after the last one"),
    ]  # fmt: skip
    return shown + "\n\n" + table("thing | cost", [f"| {name} | {cost} |" for name, cost in sizes])


def _us(seconds: float) -> str:
    return f"{seconds * US:,.0f}" if seconds else ""


def stored(kept: Kept) -> growth.Row:
    """A message on the disk."""
    learned = kept["indexing"]
    log = prices(kept).wal_message + learned["wal_bytes"] / learned["texts"]
    return growth.row(kept["message"], learned["sizes"], log)


def middle(kept: Kept, pairs: int) -> tuple[Load, float]:
    """The middle one of the closed loops, and the share that others took of the machine meanwhile."""
    cores = int(kept["machine"]["cores"].split()[0])
    loops = [one for one in kept["loads"] if one["processes"] == 1 and not one["rate"]]
    runs = [one for one in loops if one["pairs"] == pairs]
    run = sorted(runs, key=lambda one: one["messages_per_s"])[len(runs) // 2]
    return run, others(run, cores)


def checked(kept: Kept) -> str:
    """The simulation beside what was measured."""
    rows = []
    for pairs in LOOPS:
        run, disturbed = middle(kept, pairs)
        measured, simulated = run["messages_per_s"], closed(prices(kept), pairs)
        rows.append(
            f"| {pairs} pairs | {measured:,} | {disturbed * 100:.0f} % "
            f"| {simulated:,.0f} | {(simulated / measured - 1) * 100:+.0f} % |"
        )
    head = (
        "closed loop, one web process | measured/s | others took of the machine | simulated/s | off"
    )
    return table(head, rows)


@cache
def _knee(plan: Plan, price: Prices, leaders: int = MOST_LEADERS) -> Outcome:
    return knee(plan, price, leaders)


def _used(one: Outcome) -> str:
    told = sorted(one.used.items(), key=lambda part: -part[1])
    return ", ".join(f"{name} {share * 100:.0f} %" for name, share in told if share >= 0.05)


def installations(kept: Kept) -> str:
    """How much each installation holds, and what is busy then."""
    price = prices(kept)
    rows = []
    for plan in PLANS:
        top = _knee(plan, price)
        rows.append(
            f"| {plan.name}: {parts(plan)} | {_rounded(top.offered)} "
            f"| {top.ack_p50:.0f} / {top.ack_p99:.0f} | {top.first} | {_used(top)} |"
        )
    return table("installation | holds messages/s | ack p50 / p99 ms there | first | busy", rows)


def rising(kept: Kept) -> str:
    """Each installation at a part of what it holds."""
    price = prices(kept)
    rows = []
    for plan in PLANS:
        for share in SHARES:
            one = offered(plan, price, _knee(plan, price).offered * share)
            rows.append(
                f"| {plan.name} | {share * 100:.0f} % | {_rounded(one.offered)} | {one.ack_p50:.1f} "
                f"| {one.ack_p99:.1f} | {one.delivery_p99:.1f} | {_used(one)} |"
            )
    return table("installation | load | messages/s | ack p50 ms | p99 | delivery p99 | busy", rows)


def turned(kept: Kept) -> str:
    """What moves the limit of the cluster, and where it goes."""
    price, plan = prices(kept), CLUSTER
    session, socket = price.session, price.socket
    half = Price(price.web.group / 2, price.web.message / 2)
    changes: Sequence[tuple[str, Plan, Prices, int]] = (
        ("as it is", plan, price, MOST_LEADERS),
        ("half as many workers", replace(plan, workers=plan.workers // 2), price, MOST_LEADERS),
        ("twice the workers", replace(plan, workers=plan.workers * 2), price, MOST_LEADERS),
        ("twice the web processes and workers", replace(plan, web=plan.web * 2, workers=plan.workers * 2), price, MOST_LEADERS),
        ("half the cores for PostgreSQL", replace(plan, cores=plan.cores // 2), price, MOST_LEADERS),
        ("a disk that flushes in 3 ms", plan, replace(price, flush=0.003), MOST_LEADERS),
        ("the same, with one group at a time in each process", plan, replace(price, flush=0.003), 1),
        ("messages at half the work of a web process", plan, replace(price, web=half), MOST_LEADERS),
        ("sessions at half the work everywhere", plan, replace(price, session=replace(session, web=session.web / 2, postgres=session.postgres / 2, worker=session.worker / 2)), MOST_LEADERS),
        ("without idle sockets", plan, replace(price, socket=replace(socket, staying=0.0)), MOST_LEADERS),
    )  # fmt: skip
    rows = []
    for name, one, at, leaders in changes:
        top = _knee(one, at, leaders)
        rows.append(
            f"| {name} | {_rounded(top.offered)} | {top.ack_p99:.0f} | {top.first} | {_used(top)} |"
        )
    return table(f"{plan.name} | holds messages/s | ack p99 ms | first | busy", rows)


def storms(kept: Kept) -> str:
    """Sockets that come back at once, while a tenth of what is held is written."""
    price = prices(kept)
    rows = []
    for plan in PLANS:
        rate = _knee(plan, price).offered / 10
        for what, share in (("all", 1.0), ("one in eight", 0.125)):
            one = storm(plan, price, rate, round(plan.sockets * share))
            rows.append(
                f"| {plan.name} | {what}: {one.sockets:,} | {one.half:.1f} | {one.last:.1f} | {one.ack_p99:,.0f} |"
            )
    return table("installation | sockets that come back | half are in after s | all after s | ack p99 ms meanwhile", rows)  # fmt: skip


def sizes(kept: Kept) -> str:
    """What so many stored messages need."""
    one = stored(kept)
    deepest = max(one.indexes.values())
    rows = []
    for messages in STORED:
        size = messages * one.stored
        rows.append(
            f"| {messages:,.0f} | {_gigabytes(size)} | {growth.levels(messages, deepest)} "
            f"| {growth.copying_seconds(size) / 60:,.0f} |"
        )
    return table("messages | GB on disk | pages a look-up reads in the largest index | minutes to copy them at 100 MB/s", rows)  # fmt: skip


def years(kept: Kept) -> str:
    """What so many messages a day come to."""
    # The lists were full when they were measured; those of an ordinary session are not.
    recent = kept["recent"] / LENGTH
    rows = []
    for daily in DAILY:
        one = growth.Year(daily, stored(kept))
        rows.append(
            f"| {daily:,.0f} | {one.peak:,.0f} | {_gigabytes(one.daily_bytes)} | {_gigabytes(one.daily_wal)} "
            f"| {_gigabytes(one.daily_bytes * growth.YEAR)} | {one.days_to(1e9) / growth.YEAR:,.1f} "
            f"| {_gigabytes(daily * recent)} |"
        )
    head = "messages a day | a second at the peak | GB a day | GB of log a day | GB a year | years to 10⁹ | GB in Valkey"
    return table(head, rows)


def _gigabytes(size: float) -> str:
    return f"{size / 1e9:,.0f}" if size >= 1e10 else f"{size / 1e9:.2g}"


def _rounded(rate: float) -> str:
    """Two digits: a simulation has no more to say."""
    digits = 1 - len(str(int(rate))) + 1
    return f"{round(rate, digits):,.0f}"


TABLES: Final[Mapping[str, Callable[[Kept], str]]] = {
    one.__name__: one
    for one in (costs, checked, installations, rising, turned, storms, sizes, years)
}


def main() -> None:
    """Simulate; print, or write."""
    parser = argparse.ArgumentParser(description="Simulate installations on measured costs.")
    parser.add_argument("--write", action="store_true", help="bring docs/scale.md up to date")
    write = parser.parse_args().write
    kept = json.loads(KEPT.read_text(encoding="utf-8"))
    made = {name: one(kept) for name, one in TABLES.items()}
    print("\n\n".join(made.values()))
    if write:
        document = DOCUMENT.read_text(encoding="utf-8")
        DOCUMENT.write_text(marks.filled(document, "scale", made), encoding="utf-8")


if __name__ == "__main__":
    main()
