"""Who is chosen for a waiting session."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat_app.domain.department import STRATEGIES, Strategy
from chat_app.domain.routing import CHOOSERS, Candidate, choose
from tests.builders import NOON, after, make_agent, make_assignment, make_candidate, make_session

MOMENTS = st.one_of(st.none(), st.integers(0, 1_000).map(after))
CANDIDATES = st.lists(
    st.builds(
        Candidate,
        agent_id=st.uuids().map(str),
        name=st.just("Agent"),
        load=st.integers(0, 6),
        capacity=st.integers(0, 6),
        last_assigned_at=MOMENTS,
        languages=st.sampled_from([(), ("en",), ("zh", "en")]),
    ),
    max_size=12,
    unique_by=lambda one: one.agent_id,
)


AUTOMATIC = st.sampled_from(["least_busy", "round_robin"])
LOCALES = st.sampled_from([None, "zh-CN", "zh_Hans", "en", "de-AT"])


@given(CANDIDATES, AUTOMATIC, LOCALES)
def test_nobody_is_chosen_only_when_nobody_has_room(
    candidates: list[Candidate], strategy: Strategy, locale: str | None
) -> None:
    choice = choose(strategy, candidates, locale=locale)
    assert (choice is None) == (not any(one.has_room for one in candidates))
    if choice is not None:
        (chosen,) = (one for one in candidates if one.agent_id == choice.agent_id)
        assert chosen.load < chosen.capacity
        assert choice.because == {"strategy": strategy, "candidates": len(candidates)}


@given(CANDIDATES, AUTOMATIC, LOCALES)
def test_who_speaks_the_language_comes_first(
    candidates: list[Candidate], strategy: Strategy, locale: str | None
) -> None:
    choice = choose(strategy, candidates, locale=locale)
    if choice is None:
        return
    (chosen,) = (one for one in candidates if one.agent_id == choice.agent_id)
    speakers = [one for one in candidates if one.has_room and one.speaks(locale)]
    assert chosen in speakers or not speakers


@given(CANDIDATES)
def test_nobody_with_room_has_less_to_do_than_the_chosen(candidates: list[Candidate]) -> None:
    choice = choose("least_busy", candidates)
    if choice is not None:
        (chosen,) = (one for one in candidates if one.agent_id == choice.agent_id)
        equals = [one for one in candidates if one.has_room and one.load == chosen.load]
        assert all(chosen.load <= one.load for one in candidates if one.has_room)
        assert all(chosen.waited <= one.waited for one in equals), "who waited longest"


@given(CANDIDATES)
def test_in_turn_goes_to_whoever_with_room_waited_longest(candidates: list[Candidate]) -> None:
    choice = choose("round_robin", candidates)
    if choice is not None:
        (chosen,) = (one for one in candidates if one.agent_id == choice.agent_id)
        assert all(chosen.waited <= one.waited for one in candidates if one.has_room)


@given(CANDIDATES, AUTOMATIC)
def test_the_agent_who_knows_the_visitor_comes_before_all_others(
    candidates: list[Candidate], strategy: Strategy
) -> None:
    for known in candidates:
        choice = choose(strategy, candidates, preferred_id=known.agent_id, locale="zh-CN")
        if known.has_room:
            assert choice is not None
            assert (choice.agent_id, choice.strategy) == (known.agent_id, "last_agent")
        elif choice is not None:
            assert choice.agent_id != known.agent_id


@given(CANDIDATES)
def test_where_people_choose_nobody_is_chosen(candidates: list[Candidate]) -> None:
    for known in [None, *(one.agent_id for one in candidates)]:
        assert choose("manual", candidates, preferred_id=known) is None


@given(CANDIDATES, AUTOMATIC, st.randoms(use_true_random=False))
def test_the_order_of_asking_does_not_matter(
    candidates: list[Candidate], strategy: Strategy, random: Random
) -> None:
    mixed = random.sample(candidates, len(candidates))
    assert choose(strategy, candidates) == choose(strategy, mixed)


def test_every_strategy_has_a_chooser() -> None:
    assert set(CHOOSERS) == set(STRATEGIES)


@pytest.mark.parametrize(
    ("languages", "locale", "speaks"),
    [
        ((), "zh-CN", True),
        (("zh",), None, True),
        (("zh-CN",), "zh_Hans", True),
        (("EN",), "en-GB", True),
        (("en", "zh"), "zh-TW", True),
        (("en",), "zh-CN", False),
        (("z",), "zh", False),
    ],
)
def test_a_language_is_its_first_part(
    languages: tuple[str, ...], locale: str | None, speaks: bool
) -> None:
    assert make_candidate(languages=languages).speaks(locale) is speaks


def test_sessions_are_spread_evenly() -> None:
    loads = {"a": 0, "b": 0, "c": 0}
    for _ in range(9):
        now = [make_candidate(agent_id=key, load=load) for key, load in loads.items()]
        chosen = choose("least_busy", now)
        assert chosen is not None
        loads[chosen.agent_id] += 1
    assert loads == {"a": 3, "b": 3, "c": 3}


def test_a_released_assignment_holds_neither_session_nor_slot() -> None:
    assignment = make_assignment(make_session(), make_agent())
    assignment.release(NOON)
    assert (assignment.open_session, assignment.open_slot) == (None, None)
    assert assignment.released_at == NOON
