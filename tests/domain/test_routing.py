"""Who is chosen for a waiting session."""

from datetime import datetime
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from chat_app.domain.routing import Candidate, least_busy
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
    ),
    max_size=12,
    unique_by=lambda one: one.agent_id,
)


@given(CANDIDATES)
def test_nobody_is_chosen_only_when_nobody_has_room(candidates: list[Candidate]) -> None:
    chosen = least_busy(candidates)
    assert (chosen is None) == (not any(one.has_room for one in candidates))


@given(CANDIDATES)
def test_the_chosen_has_room_and_nobody_with_room_has_less_to_do(
    candidates: list[Candidate],
) -> None:
    chosen = least_busy(candidates)
    if chosen is not None:
        assert chosen.load < chosen.capacity
        assert all(chosen.load <= one.load for one in candidates if one.has_room)


@given(CANDIDATES, st.randoms(use_true_random=False))
def test_the_order_of_asking_does_not_matter(candidates: list[Candidate], random: Random) -> None:
    mixed = random.sample(candidates, len(candidates))
    assert least_busy(candidates) == least_busy(mixed)


@given(CANDIDATES)
def test_among_equals_whoever_waited_longest(candidates: list[Candidate]) -> None:
    chosen = least_busy(candidates)
    if chosen is None:
        return
    equals = [one for one in candidates if one.has_room and one.load == chosen.load]
    never = [one for one in equals if one.last_assigned_at is None]
    moments: list[datetime] = [one.last_assigned_at for one in equals if one.last_assigned_at]
    if never:
        assert chosen in never
    else:
        assert chosen.last_assigned_at == min(moments)


def test_sessions_are_spread_evenly() -> None:
    loads = {"a": 0, "b": 0, "c": 0}
    for _ in range(9):
        now = [make_candidate(agent_id=key, load=load) for key, load in loads.items()]
        chosen = least_busy(now)
        assert chosen is not None
        loads[chosen.agent_id] += 1
    assert loads == {"a": 3, "b": 3, "c": 3}


def test_a_released_assignment_holds_neither_session_nor_slot() -> None:
    assignment = make_assignment(make_session(), make_agent())
    assignment.release(NOON)
    assert (assignment.open_session, assignment.open_slot) == (None, None)
    assert assignment.released_at == NOON
