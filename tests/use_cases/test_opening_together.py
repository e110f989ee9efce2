"""Strangers who come at the same moment share a transaction, and nothing else."""

from functools import partial
from typing import Any

import pytest

from chat_app.domain.errors import NotFound, Unavailable, Validation
from chat_app.domain.events import MessageSent, SessionQueued
from chat_app.domain.repositories import Collision
from chat_app.use_cases.arriving import OpenRequest
from chat_app.use_cases.beginning import Opened
from tests.builders import make_draft, new_id
from tests.fake_database import FakeUnitOfWork
from tests.use_cases.gathering import at_once
from tests.use_cases.world import World


def open_at_once(world: World, *requests: dict[str, Any]) -> list[Any]:
    """What became of each."""
    opening, here = world.opening, {"site_key": world.site.key}
    asked = [OpenRequest(**(here | one)) for one in requests]
    return at_once(opening._strangers, *(partial(opening.open, None, one, "::1") for one in asked))


def test_they_are_begun_in_one_transaction_with_all_that_belongs_to_each(world: World) -> None:
    department = world.add_department()
    before = world.db.commits
    requests: list[dict[str, Any]] = [
        {"name": "Ann", "message": make_draft("你好")},
        {"name": "Ben", "department_id": department.id},
        {"name": "Cho", "client_session_id": new_id(), "locale": "zh-CN"},
    ]
    opened: list[Opened] = open_at_once(world, *requests)

    assert world.db.commits == before + 1
    assert [one.visitor.name for one in opened] == ["Ann", "Ben", "Cho"]
    assert [one.view.queue_position for one in opened if one.visitor.name != "Ben"] == [1, 2]
    assert [one.view.session.department_id for one in opened] == [None, department.id, None]
    (said,) = world.said_in(opened[0].view.session.id)
    assert (said.body, opened[0].view.session.unread("agent")) == ("你好", 1)
    for one in opened:
        stored = world.session(one.view.session.id)
        assert (stored.visitor_id, one.created) == (one.visitor.id, True)
        assert world.authentication.visitor_by_token(one.token or "").id == one.visitor.id
    assert len(world.work("assign_sessions")) == len(world.realtime.of(SessionQueued)) == 3
    assert len(world.realtime.of(MessageSent)) == 1


def test_what_one_does_wrong_is_its_own(world: World) -> None:
    before = world.db.commits
    good, nowhere, no_department, silent = open_at_once(
        world,
        {},
        {"site_key": "nowhere"},
        {"department_id": new_id()},
        {"message": make_draft("  ")},
    )
    assert isinstance(good, Opened)
    assert isinstance(nowhere, NotFound)
    assert isinstance(no_department, Validation)
    assert isinstance(silent, Validation)
    assert world.db.commits == before + 1
    assert [one.id for one in world.db.copy().visitors] == [good.visitor.id]


def test_where_all_are_wrong_nothing_is_committed(world: World) -> None:
    before = world.db.commits
    refused = open_at_once(world, {"department_id": new_id()}, {"site_key": "nowhere"})
    assert {type(one) for one in refused} == {Validation, NotFound}
    assert (world.db.commits, world.db.copy().sessions) == (before, [])


def test_one_client_that_asks_twice_at_once_gets_one_session(world: World) -> None:
    key, before = new_id(), world.db.commits
    first, other, again = open_at_once(
        world, {"client_session_id": key}, {"name": "Ann"}, {"client_session_id": key}
    )
    assert first.view.session.id == again.view.session.id != other.view.session.id
    assert (first.visitor.id, {first.created, again.created}) == (again.visitor.id, {True, False})
    assert len({first.token, other.token, again.token}) == 3
    assert len(world.realtime.of(SessionQueued)) == 2
    assert world.db.commits == before + 2, "it was in nobody's way"


def test_a_client_that_has_asked_before_finds_its_session_among_strangers(world: World) -> None:
    key = new_id()
    opened = world.open(client_session_id=key)
    before = world.db.commits
    first, back, second = open_at_once(world, {}, {"client_session_id": key}, {})
    assert (back.view.session.id, back.created) == (opened.view.session.id, False)
    assert (first.created, second.created) == (True, True)
    assert world.db.commits == before + 2, "it was in nobody's way"


def test_whoever_is_in_the_way_of_one_is_in_nobody_elses(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit, tries = FakeUnitOfWork.commit, []

    def collide_at_first(uow: FakeUnitOfWork, *events: Any) -> None:
        tries.append(len(events))
        if len(tries) == 1:
            raise Collision
        commit(uow, *events)

    monkeypatch.setattr(FakeUnitOfWork, "commit", collide_at_first)
    opened = open_at_once(world, {}, {"department_id": new_id()}, {})
    assert [type(one) for one in opened] == [Opened, Validation, Opened]
    assert tries == [2, 1, 1]
    assert len(world.db.copy().sessions) == len(world.realtime.of(SessionQueued)) == 2


def test_what_was_wrong_before_a_collision_may_be_right_after_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit, department_id = FakeUnitOfWork.commit, new_id()

    def collide_with_its_founder(uow: FakeUnitOfWork, *events: Any) -> None:
        monkeypatch.setattr(FakeUnitOfWork, "commit", commit)
        world.add_department(id=department_id)
        raise Collision

    monkeypatch.setattr(FakeUnitOfWork, "commit", collide_with_its_founder)
    opened = open_at_once(world, {}, {"department_id": department_id})
    assert [type(one) for one in opened] == [Opened, Opened]


def test_a_database_that_is_away_is_told_to_all(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(uow: FakeUnitOfWork) -> FakeUnitOfWork:
        raise Unavailable("The database does not answer", retry_after=2)

    monkeypatch.setattr(FakeUnitOfWork, "__enter__", away)
    refused = open_at_once(world, {}, {})
    assert [type(one) for one in refused] == [Unavailable, Unavailable]


def test_closed_hours_are_told_to_all_of_a_site(world: World) -> None:
    world.add_schedule(site_id=world.site.id, intervals=[])
    elsewhere = world.add_site()
    here, there = open_at_once(world, {}, {"site_key": elsewhere.key})
    assert (here.view.session.left_message, there.view.session.left_message) == (True, False)
    assert [one.kind for one in world.said_in(here.view.session.id)] == ["system"]
    assert world.said_in(there.view.session.id) == []
