"""Every database hands out work once, and again when its worker went away."""

from datetime import timedelta
from typing import Any

from chat_app.domain.outbox import OutboxEntry
from tests.builders import after, make_entry
from tests.infrastructure.bench import Bench


def claim(bench: Bench, token: str, limit: int = 10, seconds: int = 60) -> list[str]:
    with bench.uow() as uow:
        claimed = [one.id for one in uow.outbox.claim(limit, token, seconds)]
        uow.commit()
        return claimed


def state(bench: Bench, entry: OutboxEntry, token: str) -> OutboxEntry | None:
    with bench.uow() as uow:
        return uow.outbox.mine(entry.id, token)


def finish(bench: Bench, entry: OutboxEntry, token: str, **changes: Any) -> None:
    with bench.uow() as uow:
        mine = uow.outbox.mine(entry.id, token)
        assert mine is not None
        for name, value in changes.items():
            setattr(mine, name, value)
        uow.commit()


def test_what_is_claimed_is_nobody_elses(bench: Bench) -> None:
    entry = make_entry(payload={"session_id": "x", "深": [1, None]}, dedupe_key="key")
    bench.keep(entry)
    assert claim(bench, "mine") == [entry.id]
    assert claim(bench, "another's") == []

    mine = state(bench, entry, "mine")
    assert mine is not None
    assert (mine.state, mine.attempts, mine.dedupe_key) == ("claimed", 1, None)
    assert mine.payload == {"session_id": "x", "深": [1, None]}
    assert state(bench, entry, "another's") is None


def test_what_is_done_or_dead_is_not_handed_out_again(bench: Bench) -> None:
    done, dead = make_entry(), make_entry()
    bench.keep(done, dead)
    claim(bench, "t", seconds=-1)
    finish(bench, done, "t", state="done", lock_token=None)
    finish(bench, dead, "t", state="dead", lock_token=None)
    assert claim(bench, "again") == []
    assert state(bench, done, "t") is None


def test_a_lock_that_ran_out_frees_the_work(bench: Bench) -> None:
    entry = make_entry()
    bench.keep(entry)
    assert claim(bench, "gone", seconds=0) == [entry.id]
    assert claim(bench, "mine") == [entry.id]
    assert state(bench, entry, "gone") is None
    mine = state(bench, entry, "mine")
    assert mine is not None
    assert mine.attempts == 2


def test_due_is_said_by_the_databases_clock(bench: Bench) -> None:
    tomorrow = after(hours=24 * 365 * 50)
    entry = make_entry(created_at=tomorrow, available_at=tomorrow)
    later = make_entry(created_at=tomorrow, available_at=tomorrow + timedelta(minutes=1))
    bench.keep(entry, later)
    assert claim(bench, "t1") == [entry.id], "due at once, whatever time its maker believes in"
    put_back(bench, entry, "t1", seconds=-1)
    assert claim(bench, "t2") == [entry.id]
    put_back(bench, entry, "t2", seconds=60)
    assert claim(bench, "t3") == []


def put_back(bench: Bench, entry: OutboxEntry, token: str, seconds: int) -> None:
    with bench.uow() as uow:
        mine = uow.outbox.mine(entry.id, token)
        assert mine is not None
        mine.state = "pending"
        uow.outbox.delay(mine, seconds)
        uow.commit()


def test_the_oldest_first_and_no_more_than_asked_for(bench: Bench) -> None:
    entries = [make_entry() for _ in range(3)]
    for entry in entries:
        bench.keep(entry)
    ids = [entry.id for entry in entries]
    assert sorted(claim(bench, "a", limit=2) + claim(bench, "b", limit=2)) == ids
    assert claim(bench, "c", limit=2) == []


def test_ten_wishes_for_the_same_work_are_one(bench: Bench) -> None:
    first = make_entry(dedupe_key="mail:1")
    bench.keep(first)
    bench.keep(*(make_entry(dedupe_key="mail:1") for _ in range(9)))
    other, free = make_entry(dedupe_key="mail:2"), [make_entry(), make_entry()]
    bench.keep(other, *free)
    assert sorted(claim(bench, "t")) == sorted([first.id, other.id, *(one.id for one in free)])


def test_wishes_of_one_moment_are_told_apart_by_their_keys(bench: Bench) -> None:
    first, again = make_entry(dedupe_key="mail:1"), make_entry(dedupe_key="mail:1")
    free = [make_entry(), make_entry()]
    with bench.uow() as uow:
        uow.outbox.add(first, free[0], again, free[1])
        uow.commit()
    assert sorted(claim(bench, "t")) == sorted(one.id for one in (first, *free))


def test_a_wish_after_the_work_has_begun_is_work_of_its_own(bench: Bench) -> None:
    first, second = make_entry(dedupe_key="mail:1"), make_entry(dedupe_key="mail:1")
    bench.keep(first)
    assert claim(bench, "t1") == [first.id]
    bench.keep(second)
    assert claim(bench, "t2") == [second.id]


def test_what_was_done_long_ago_is_cleared_and_nothing_else(bench: Bench) -> None:
    done = [make_entry(state="done") for _ in range(3)]
    others = [make_entry(state=state) for state in ("pending", "claimed", "dead")]
    bench.keep(*done, *others)

    def clear(seconds: int, limit: int = 9) -> int:
        with bench.uow() as uow:
            count = uow.outbox.clear_done(seconds, limit)
            uow.commit()
            return count

    assert clear(60) == 0, "too young, on the database's clock"
    assert clear(-60, limit=2) == 2
    assert clear(-60) == 1
    assert clear(-60) == 0
    with bench.uow.reading() as uow:
        assert [one.id for one in uow.outbox.dead(9)] == [others[2].id]
