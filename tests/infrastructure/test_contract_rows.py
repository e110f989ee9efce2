"""Every database keeps what it is given, and only what was committed."""

from dataclasses import fields
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from chat_app.domain.actor import SYSTEM
from chat_app.domain.events import SessionQueued
from chat_app.domain.repositories import Duplicate, SessionFilter
from tests.builders import (
    NOON,
    after,
    make_agent,
    make_department,
    make_message,
    make_session,
    make_site,
    make_view,
    make_visitor,
    new_id,
)
from tests.infrastructure.bench import Bench

ODD = '客服 😀 O\'Neil "x" \\ %_ \u200f é\n'


def values(thing: Any) -> dict[str, Any]:
    """What an entity holds, without what the mapper keeps beside it."""
    return {one.name: getattr(thing, one.name) for one in fields(thing)}


# --- Everything comes back as it was -------------------------------------------------------------


def test_a_site_comes_back(bench: Bench) -> None:
    site = make_site(
        name=ODD,
        allowed_origins=["https://a.example", "https://b.example"],
        theme={"color": "#fff", "title": ODD, "nested": {"list": [1, 2.5, None, True]}},
        prechat_fields=["email"],
        retention_days=30,
        locale="zh-CN",
    )
    expected = values(site)
    bench.keep(site)
    with bench.uow.reading() as uow:
        found = uow.sites.by_key(site.key)
        assert found is not None
        assert values(found) == expected
        assert found is not site


def test_an_agent_comes_back_with_its_departments(bench: Bench) -> None:
    departments = sorted([make_department(), make_department()], key=lambda one: one.id)
    agent = make_agent(
        name=ODD,
        role="supervisor",
        status="away",
        languages=["zh", "en"],
        skills=[ODD],
        avatar_url="https://a.example/a.png",
        last_assigned_at=after(1),
        department_ids=[one.id for one in departments],
    )
    expected = values(agent)
    bench.keep(*departments, agent)
    with bench.uow.reading() as uow:
        for found in (uow.agents.get(agent.id), uow.agents.by_email(agent.email)):
            assert found is not None
            assert values(found) == expected
        assert uow.agents.among([agent.id])[agent.id].department_ids == expected["department_ids"]


def test_a_visitor_comes_back(bench: Bench) -> None:
    visitor = make_visitor(
        bench.site, name=ODD, email="a@example.com", attributes={ODD.strip(): [ODD, {"a": None}]}
    )
    expected = values(visitor)
    bench.keep(visitor)
    with bench.uow.reading() as uow:
        found = uow.visitors.get(visitor.id)
        assert found is not None
        assert values(found) == expected


def test_a_session_comes_back(bench: Bench) -> None:
    session = make_session(
        bench.visitor(),
        subject=ODD,
        tags=["vip", "大客户"],
        priority="high",
        page={"url": "https://shop.example/?q=鞋"},
        client_session_key="key",
        assigned_because={"strategy": "least_busy", "candidates": 2},
        last_seq=2**40,
        last_visitor_seq=2**39,
        last_message={"seq": 1, "excerpt": ODD},
        close_reason=None,
    )
    expected = values(session)
    bench.keep(session)
    with bench.uow.reading() as uow:
        for found in (
            uow.sessions.get(session.id),
            uow.sessions.by_client_key("key"),
            uow.sessions.open_of(session.site_id, session.visitor_id),
        ):
            assert found is not None
            assert values(found) == expected


@pytest.mark.parametrize("body", [ODD, "字" * 4_000, "😀" * 4_000, "\t", "null", "'; --"])
def test_a_message_comes_back(bench: Bench, body: str) -> None:
    session = bench.session()
    message = make_message(session, body=body, sender_name=ODD, reply_to=new_id(), attachments=[{}])
    expected = values(message)
    bench.keep(message)
    with bench.uow.reading() as uow:
        found = uow.messages.get(session.id, message.id)
        assert found is not None
        assert values(found) == expected
        assert uow.messages.get(new_id(), message.id) is None


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 3, 1, 12, 0, 0, 123_000, tzinfo=UTC),
        datetime(2026, 3, 1, 12, 0, 0, 0, tzinfo=UTC),
        datetime(2026, 10, 25, 2, 30, 0, 999_000, tzinfo=timezone(timedelta(hours=8))),
        datetime(2099, 12, 31, 23, 59, 59, 1_000, tzinfo=timezone(timedelta(hours=-11))),
    ],
)
def test_times_come_back_in_utc_to_the_millisecond(real_bench: Bench, moment: datetime) -> None:
    session = real_bench.session(created_at=moment)
    with real_bench.uow.reading() as uow:
        found = uow.sessions.get(session.id)
        assert found is not None
        assert found.created_at == moment
        assert found.created_at.utcoffset() == timedelta(0)


def test_changes_of_lists_and_documents_are_kept_when_they_are_replaced(bench: Bench) -> None:
    session = bench.session(tags=["a"])
    with bench.uow() as uow:
        found = uow.sessions.locked(session.id)
        assert found is not None
        found.tags = [*found.tags, "b"]
        uow.commit()
    with bench.uow.reading() as uow:
        again = uow.sessions.get(session.id)
        assert again is not None
        assert again.tags == ["a", "b"]


def test_what_is_not_there_is_none(bench: Bench) -> None:
    nowhere = new_id()
    with bench.uow.reading() as uow:
        found = [
            uow.sites.get(nowhere),
            uow.sites.by_key("nowhere"),
            uow.departments.get(nowhere),
            uow.agents.get(nowhere),
            uow.agents.locked(nowhere),
            uow.agents.by_email("nobody@example.com"),
            uow.visitors.get(nowhere),
            uow.visitors.by_external_id(bench.site.id, "nobody"),
            uow.sessions.get(nowhere),
            uow.sessions.open_of(bench.site.id, nowhere),
            uow.sessions.by_client_key("nothing"),
            uow.messages.get(nowhere, nowhere),
            uow.assignments.open_of_session(nowhere),
        ]
        assert found == [None] * len(found)
        for empty in (
            uow.messages.by_client_ids([(nowhere, "visitor", nowhere, "a")]),
            uow.sessions.locked_among([nowhere]),
            uow.agents.among([]),
            uow.visitors.among([]),
            uow.bearers.of(["nothing"], NOON),
            uow.departments.among([]),
            uow.sessions.visible_among(SYSTEM, []),
            uow.sessions.belongings([]),
            uow.sessions.page_for(SYSTEM, SessionFilter(), None, 5),
            uow.messages.said_to("agent", nowhere, 0, 9),
        ):
            assert not empty


def test_what_was_added_is_known_before_it_is_stored(bench: Bench) -> None:
    stored, added = bench.visitor(), make_visitor(bench.site)
    with bench.uow() as uow:
        uow.visitors.add(added)
        uow.visitors.add(make_visitor(bench.site))
        assert uow.visitors.get(added.id) is added
        found = uow.visitors.among([stored.id, added.id, new_id()])
        assert found.keys() == {stored.id, added.id}
        assert found[added.id] is added


def test_what_was_added_is_stored_as_it_is_in_the_end(bench: Bench) -> None:
    visitor, session = make_visitor(bench.site, name="Ann"), make_session()
    session.visitor_id, session.site_id = visitor.id, bench.site.id
    with bench.uow() as uow:
        uow.visitors.add(visitor)
        uow.sessions.add(session)
        visitor.name, session.subject = "Ben", "Shoes"
        uow.flush()
        visitor.email, session.last_seq = "ben@example.com", 7
        uow.commit()
    with bench.uow.reading() as uow:
        then, now = uow.visitors.get(visitor.id), uow.sessions.get(session.id)
        assert then is not None
        assert now is not None
        assert (then.name, then.email) == ("Ben", "ben@example.com")
        assert (now.subject, now.last_seq) == ("Shoes", 7)


def test_what_is_given_up_is_free_for_what_is_added(bench: Bench) -> None:
    old, new = bench.session(client_session_key="a key"), make_session(bench.visitor())
    new.client_session_key = "a key"
    with bench.uow() as uow:
        found = uow.sessions.locked(old.id)
        assert found is not None
        found.client_session_key = None
        uow.sessions.add(new)
        uow.commit()
    with bench.uow.reading() as uow:
        holder = uow.sessions.by_client_key("a key")
        assert holder is not None
        assert holder.id == new.id


# --- Transactions --------------------------------------------------------------------------------


def test_without_a_commit_nothing_is_kept(bench: Bench) -> None:
    visitor = make_visitor(bench.site)
    with bench.uow() as uow:
        uow.visitors.add(visitor)
        uow.flush()
        assert uow.visitors.get(visitor.id) is not None
    with bench.uow.reading() as uow:
        assert uow.visitors.get(visitor.id) is None


def test_an_error_undoes_everything_and_goes_on(bench: Bench) -> None:
    session = bench.session()

    class OurOwn(Exception):
        pass

    def fail() -> None:
        with bench.uow() as uow:
            found = uow.sessions.locked(session.id)
            assert found is not None
            found.last_seq = 7
            uow.flush()
            raise OurOwn

    with pytest.raises(OurOwn):
        fail()
    with bench.uow.reading() as uow:
        found = uow.sessions.get(session.id)
        assert found is not None
        assert found.last_seq == 0


def test_a_reading_transaction_commits_nothing(bench: Bench) -> None:
    with bench.uow.reading() as uow, pytest.raises(RuntimeError):
        uow.commit()


def test_what_was_read_stays_readable_afterwards(bench: Bench) -> None:
    session = bench.session(subject="Shoes")
    with bench.uow() as uow:
        found = uow.sessions.locked(session.id)
        assert found is not None
        found.subject = "Boots"
        uow.commit()
    assert (found.subject, found.tags) == ("Boots", [])


def test_events_follow_the_commit_with_their_work(bench: Bench) -> None:
    session = bench.session()
    event = SessionQueued(make_view(session))
    with bench.uow() as uow:
        uow.commit(event)
    assert (bench.realtime.events, bench.wakeup.nudges) == ([event], 1)
    with bench.uow() as uow:
        assert [one.topic for one in uow.outbox.claim(5, "t", 60)] == ["assign_sessions"]


def test_events_of_a_refused_commit_are_not_told(bench: Bench) -> None:
    session = bench.session()

    def commit_one_number_twice() -> None:
        with bench.uow() as uow:
            uow.messages.add(make_message(session, seq=1))
            uow.messages.add(make_message(session, seq=1))
            uow.commit(SessionQueued(make_view(session)))

    with pytest.raises(Duplicate):
        commit_one_number_twice()
    assert (bench.realtime.events, bench.wakeup.nudges) == ([], 0)
