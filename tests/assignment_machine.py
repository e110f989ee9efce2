"""Random agents do random things in random order; what must always hold is looked at each time.

A `RuleBasedStateMachine` of hypothesis: it finds a short sequence of steps that breaks a promise.
I7 to I9 are the invariants of the catalogue: one agent a session, nobody above its capacity,
nobody waiting beside somebody who could serve.
"""

import contextlib
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule

from chat_app.domain.actor import SYSTEM, Actor
from chat_app.domain.agent import Agent
from chat_app.domain.errors import (
    AlreadyAssigned,
    AlreadyOpen,
    CapacityReached,
    ChatError,
    Forbidden,
    NotFound,
    SessionClosed,
    SessionOpen,
    StaleAssignment,
    Validation,
)
from chat_app.domain.repositories import SessionFilter
from chat_app.domain.routing import Assignment
from chat_app.domain.session import STATUSES, Belonging, Session
from chat_app.use_cases.access import may_see
from chat_app.use_cases.transferring import Transfer
from tests.builders import (
    agent_actor,
    make_agent,
    make_bot,
    make_department,
    make_draft,
    make_session,
    make_site,
    make_visitor,
    visitor_actor,
)
from tests.office import Office

MOST = 1_000
NUMBERS = st.integers(0, 2)
EXPECTED = (
    AlreadyAssigned, AlreadyOpen, CapacityReached, Forbidden, NotFound, SessionClosed,
    SessionOpen, StaleAssignment, Validation,
)  # fmt: skip


class AssignmentMachine(RuleBasedStateMachine):
    """`make_office` is set by whoever runs it."""

    make_office: Callable[[], Office]
    sessions = Bundle("sessions")

    @initialize(capacities=st.lists(st.integers(0, 2), min_size=3, max_size=3))
    def open(self, capacities: list[int]) -> None:
        self.office = type(self).make_office()
        self.site = make_site(bot=make_bot(("delivery",)))
        self.departments = [
            make_department(strategy=one) for one in ("least_busy", "round_robin", "manual")
        ]
        self.boss = make_agent(role="supervisor", capacity=1)
        self.admin = agent_actor(make_agent(role="admin"))
        self.agents = [
            make_agent(
                capacity=capacity,
                department_ids=[one.id for one in self.departments[number:]],
            )
            for number, capacity in enumerate(capacities)
        ]
        with self.office.uow() as uow:
            for department in self.departments:
                uow.departments.add(department)
            uow.sites.add(self.site)
            for agent in (*self.agents, self.boss):
                uow.agents.add(agent)
            uow.commit()
        self.crowded: Counter[str] = Counter()
        self.epochs: dict[str, tuple[int, str | None]] = {}
        self.belongings: dict[str, Belonging] = {}
        self.settled = False

    # --- What visitors do ------------------------------------------------------------------------

    @rule(
        target=sessions,
        place=st.integers(0, 3),
        priority=st.sampled_from(["normal", "urgent"]),
        status=st.sampled_from(["queued", "queued", "bot"]),
    )
    def come(self, place: int, priority: str, status: str) -> str:
        """A visitor begins a conversation, with people or with a bot."""
        visitor = make_visitor(self.site)
        department = self.departments[place].id if place < 3 else None
        now = self.office.clock.now()
        session = make_session(
            visitor, department_id=department, priority=priority, status=status, created_at=now
        )
        with self.office.uow() as uow:
            uow.visitors.add(visitor)
            uow.sessions.add(session)
            uow.commit()
        self.settled = False
        return session.id

    @rule(session=sessions, text=st.sampled_from(["hello", "delivery", "delivery", "转人工"]))
    def write(self, session: str, text: str) -> None:
        """Its visitor writes, which wakes a snoozed conversation, or asks the bot."""
        visitor = self._visitor(session)
        self._try(lambda: self.office.messages.send(visitor, session, make_draft(text)))

    @rule(session=sessions)
    def ask_for_person(self, session: str) -> None:
        self._try(lambda: self.office.handing_off.hand_off(self._visitor(session), session))

    # --- What agents do --------------------------------------------------------------------------

    @rule(who=NUMBERS, session=sessions, old=st.booleans(), force=st.booleans())
    def accept(self, who: int, session: str, old: bool, force: bool) -> None:
        actor, epoch = self._boss() if force else self._actor(who), self._epoch(session, old=old)
        self._try(lambda: self.office.sessions.accept(actor, session, epoch, force=force), old=old)

    @rule(who=NUMBERS, session=sessions, to=NUMBERS, old=st.booleans(), force=st.booleans())
    def transfer(self, who: int, session: str, to: int, old: bool, force: bool) -> None:
        actor, epoch = self._boss() if force else self._actor(who), self._epoch(session, old=old)
        target = Transfer(self.agents[to].id, force=force, note="note" if force else None)
        self._try(lambda: self.office.transferring.transfer(actor, session, epoch, target), old=old)

    @rule(who=NUMBERS, session=sessions, place=NUMBERS, old=st.booleans())
    def send_away(self, who: int, session: str, place: int, old: bool) -> None:
        actor, epoch = self._actor(who), self._epoch(session, old=old)
        target = Transfer(department_id=self.departments[place].id)
        self._try(lambda: self.office.transferring.transfer(actor, session, epoch, target), old=old)

    @rule(who=NUMBERS, session=sessions, seconds=st.integers(1, 500), old=st.booleans())
    def snooze(self, who: int, session: str, seconds: int, old: bool) -> None:
        actor, epoch = self._actor(who), self._epoch(session, old=old)
        until = self.office.clock.now() + timedelta(seconds=seconds)
        self._try(lambda: self.office.snoozing.snooze(actor, session, epoch, until), old=old)

    @rule(who=NUMBERS, session=sessions, old=st.booleans())
    def close(self, who: int, session: str, old: bool) -> None:
        actor, epoch = self._actor(who), self._epoch(session, old=old)
        old = old and self._session(session).status != "closed"  # closing twice is no mistake
        self._try(lambda: self.office.sessions.close(actor, session, None, epoch), old=old)

    @rule(who=NUMBERS, session=sessions, old=st.booleans())
    def hand_off(self, who: int, session: str, old: bool) -> None:
        actor, epoch = self._actor(who), self._epoch(session, old=old)
        self._try(lambda: self.office.handing_off.hand_off(actor, session, epoch), old=old)

    @rule(who=NUMBERS, session=sessions, old=st.booleans())
    def reopen(self, who: int, session: str, old: bool) -> None:
        actor, epoch = self._actor(who), self._epoch(session, old=old)
        self._try(lambda: self.office.reopening.reopen(actor, session, epoch), old=old)

    @rule(who=NUMBERS, session=sessions, place=st.integers(0, 3))
    def move(self, who: int, session: str, place: int) -> None:
        department = self.departments[place].id if place < 3 else None
        changes = {"department_id": department}
        self._try(lambda: self.office.labelling.change(self._actor(who), session, changes))

    @rule(who=NUMBERS, session=sessions)
    def answer(self, who: int, session: str) -> None:
        self._try(lambda: self.office.messages.send(self._actor(who), session, make_draft()))

    # --- What happens to agents ------------------------------------------------------------------

    @rule(who=NUMBERS, status=st.sampled_from(["online", "online", "away", "offline"]))
    def choose_status(self, who: int, status: Any) -> None:
        self._try(lambda: self.office.agents.set_status(self._actor(who), status))

    @rule(who=NUMBERS)
    def connect(self, who: int) -> None:
        self.office.presence.came(self._actor(who), f"socket {who}")
        self.settled = False

    @rule(who=NUMBERS, cleanly=st.booleans())
    def disconnect(self, who: int, cleanly: bool) -> None:
        self.office.presence.left(self._actor(who), f"socket {who}", cleanly=cleanly)

    @rule(who=NUMBERS, capacity=st.integers(0, 3))
    def resize(self, who: int, capacity: int) -> None:
        agent_id = self.agents[who].id
        self._try(lambda: self.office.staff.change(self.admin, agent_id, {"capacity": capacity}))
        self.crowded[agent_id] = max(0, self._taken()[agent_id] - capacity)

    @rule(who=NUMBERS, disabled=st.booleans())
    def disable(self, who: int, disabled: bool) -> None:
        agent_id = self.agents[who].id
        self._try(lambda: self.office.staff.change(self.admin, agent_id, {"disabled": disabled}))

    # --- Time, and the worker ---------------------------------------------------------------------

    @rule(seconds=st.sampled_from([1, 31, 76, 200]))
    def wait(self, seconds: int) -> None:
        self.office.pass_time(seconds)
        self.settled = False

    @rule()
    def work(self) -> None:
        """A worker does all there is to do."""
        self.office.sweep()
        self.settled = True

    # --- What must always hold --------------------------------------------------------------------

    @invariant()
    def one_agent_a_session(self) -> None:
        """I7, and every status says the truth about it."""
        held = Counter(one.open_session for one in self._assignments())
        assert all(count == 1 for count in held.values()), held
        by_session = {one.open_session: one for one in self._assignments()}
        for session in self._sessions():
            assert session.status in STATUSES
            assignment = by_session.pop(session.id, None)
            if session.status in ("active", "snoozed"):
                assert assignment is not None, session
                assert assignment.agent_id == session.agent_id
                assert session.status == "active" or assignment.open_slot is None
            else:
                assert assignment is None, session
            assert (session.status == "queued") == (session.queued_at is not None)
            assert (session.status == "queued") == (session.waiting_since is not None)
            assert (session.status == "snoozed") == (session.snoozed_until is not None)
            assert session.status != "queued" or session.agent_id is None
        assert by_session == {}, "an assignment of nothing"

    @invariant()
    def nobody_above_its_capacity(self) -> None:
        """I8; a capacity that was lowered takes nothing away and gives nothing more."""
        capacities = {one.id: one.capacity for one in self._agents()}
        for agent_id, taken in self._taken().items():
            most = capacities[agent_id] + self.crowded[agent_id]
            assert taken <= most, (agent_id, taken, capacities[agent_id])
            self.crowded[agent_id] = max(0, taken - capacities[agent_id])

    @invariant()
    def every_change_of_hands_is_numbered(self) -> None:
        for session in self._sessions():
            epoch, agent_id = self.epochs.get(session.id, (0, None))
            assert session.assign_epoch >= epoch
            assert session.assign_epoch > epoch or session.agent_id == agent_id
            self.epochs[session.id] = session.assign_epoch, session.agent_id

    @invariant()
    def nobody_follows_what_went_out_of_sight(self) -> None:
        """Whoever saw a session before the step, and does not any more, was kept from it."""
        sifted, self.office.followers.sifted = self.office.followers.sifted, []
        for session in self._sessions():
            before = self.belongings.get(session.id, session.belonging)
            self.belongings[session.id] = session.belonging
            for actor in map(agent_actor, self.agents):
                if may_see(actor, before) and not may_see(actor, session):
                    told = [whose for one, whose in sifted if one == session.id]
                    assert any(not may_see(actor, whose) for whose in told), session

    @invariant()
    def nobody_waits_beside_somebody_who_could_serve(self) -> None:
        """I9, once the worker has worked."""
        assert self.office.failures == []
        if not self.settled:
            return
        manual = self.departments[2].id
        for session in self._sessions():
            if session.status == "queued" and session.department_id != manual:
                with self.office.uow.reading() as uow:
                    candidates = uow.agents.candidates(session.department_id)
                assert not any(one.has_room for one in candidates), session

    @invariant()
    def bots_leave_nothing_unanswered(self) -> None:
        """Once the worker has worked; and nothing has two answers."""
        with self.office.uow.reading() as uow:
            for session in self._sessions():
                said = uow.messages.after(session.id, "agent", 0, MOST)
                asked = [one for one in said if one.sender_kind == "visitor"]
                answers = [one.client_msg_id for one in said if one.sender_kind == "bot"]
                assert answers == [f"bot:{one.id}" for one in asked[: len(answers)]]
                if self.settled and session.status == "bot":
                    assert len(answers) == len(asked), session

    @invariant()
    def nobody_waits_for_an_empty_chair(self) -> None:
        """Whoever is gone keeps nothing that it has not answered, and that not for long."""
        if self.settled:
            for agent in self.agents:
                with self.office.uow.reading() as uow:
                    assert list(uow.assignments.to_take_back(agent.id, 120)) == []

    # --- Looking ----------------------------------------------------------------------------------

    def _try(self, step: Callable[[], Any], *, old: bool = False) -> None:
        """Take a step that may be refused; on an old copy it must be, and changes nothing."""
        self.settled = False
        before = [vars(one) for one in self._sessions()] if old else None
        try:
            step()
        except EXPECTED as error:
            refused: ChatError | None = error
        else:
            refused = None
        if old:
            assert refused is not None, "an old copy was acted on"
            assert [_plain(one) for one in before or ()] == [
                _plain(vars(one)) for one in self._sessions()
            ]

    def _epoch(self, session_id: str, *, old: bool) -> int:
        return self._session(session_id).assign_epoch - (1 if old else 0)

    def _actor(self, who: int) -> Actor:
        return agent_actor(self.agents[who])

    def _visitor(self, session_id: str) -> Actor:
        visitor_id = self._session(session_id).visitor_id
        return visitor_actor(make_visitor(self.site, id=visitor_id))

    def _boss(self) -> Actor:
        return agent_actor(self.boss)

    def _session(self, session_id: str) -> Session:
        with self.office.uow.reading() as uow:
            found = uow.sessions.get(session_id)
        assert found is not None
        return found

    def _sessions(self) -> list[Session]:
        with self.office.uow.reading() as uow:
            found = uow.sessions.page_for(SYSTEM, SessionFilter(), None, MOST)
        return sorted(found, key=lambda one: one.id)

    def _agents(self) -> list[Agent]:
        with self.office.uow.reading() as uow:
            return list(uow.agents.page(None, MOST))

    def _assignments(self) -> list[Assignment]:
        with self.office.uow.reading() as uow:
            found = (uow.assignments.open_of_session(one.id) for one in self._sessions())
            return [one for one in found if one is not None]

    def _taken(self) -> Counter[str]:
        return Counter(one.agent_id for one in self._assignments() if one.open_slot)

    def teardown(self) -> None:
        with contextlib.suppress(AttributeError):
            self.office.realtime.clear()


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if not key.startswith("_sa_")}
