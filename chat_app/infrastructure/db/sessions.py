"""Repository of sessions."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, or_, select, update
from sqlalchemy.orm import Session as OrmSession

from chat_app.domain.actor import Actor
from chat_app.domain.identity import is_id
from chat_app.domain.repositories import MOST_CLOSED, Counts, Cursor, SessionFilter
from chat_app.domain.session import Belonging, Session
from chat_app.infrastructure.db import tables
from chat_app.infrastructure.db.finding import Finder
from chat_app.infrastructure.db.listing import behind, first_of, visible, wanted_of
from chat_app.infrastructure.db.plain_session import AMONG, PLAIN, locked_rows
from chat_app.infrastructure.db.queue_places import PLACE_OF_ONE, PLACES
from chat_app.infrastructure.db.rows import Rows
from chat_app.infrastructure.db.shapes import Change

_S = tables.chat_session.c
_TAKEN = select(_S.client_session_key).where(
    _S.client_session_key.in_(bindparam("keys", expanding=True))
)
_TURN = (_S.priority_rank.desc(), _S.queued_at, _S.id)


class SqlSessions:
    """Conversations."""

    def __init__(self, session: OrmSession) -> None:
        self._session = session
        self._plain = Rows(session, PLAIN)
        self._finder = Finder(session)

    def take_changes(self) -> Sequence[Change]:
        """What is new, and what changed of the sessions of `locked_among`, for the database."""
        return self._plain.take_changes()

    def add(self, session: Session) -> None:
        """Store it with the next flush; its visitor must be stored by then."""
        self._plain.add(session)

    def get(self, session_id: str) -> Session | None:
        """By id."""
        return self._session.get(Session, session_id)

    def locked(self, session_id: str) -> Session | None:
        """By id, as it is now, with its row locked until the transaction ends."""
        query = select(Session).where(_S.id == session_id).with_for_update(key_share=True)
        return self._session.scalar(query, execution_options={"populate_existing": True})

    def among(self, ids: Iterable[str]) -> Mapping[str, Session]:
        """Several at once, by id; to be read only. What is no id names none."""
        wanted = [one for one in ids if is_id(one)]
        found = self._plain.read(AMONG, {"ids": wanted}) if wanted else []
        return {one.id: one for one in found}

    def locked_among(self, ids: Iterable[str]) -> Mapping[str, Session]:
        """Several sessions with their rows locked.

        The rows are locked in the order of their ids, whatever other transactions do: two that
        want the same sessions wait for each other and never in a circle.
        """
        found = locked_rows(self._session, sorted(ids))
        return {one.id: one for one in self._plain.hold(found)}

    def open_of(self, site_id: str, visitor_id: str) -> Session | None:
        """The one open session a visitor may have at a site."""
        return self._session.scalar(select(Session).where(_S.open_key == f"{site_id}:{visitor_id}"))

    def open_among(self, visitor_ids: Iterable[str]) -> Sequence[Session]:
        """The open sessions of several visitors."""
        wanted = sorted(visitor_ids)
        query = select(Session).where(_S.visitor_id.in_(wanted), _S.open_key.is_not(None))
        return list(self._session.scalars(query))

    def taken_client_keys(self, keys: Iterable[str]) -> set[str]:
        """Those of `keys` by which a client has asked for a session."""
        wanted = list(keys)
        if not wanted:
            return set()
        return {key for key in self._session.scalars(_TAKEN, {"keys": wanted}) if key is not None}

    def by_client_key(self, key: str) -> Session | None:
        """The session a client has asked for with this key."""
        return self._session.scalar(select(Session).where(_S.client_session_key == key))

    def next_waiting(self, passed: Iterable[str | None]) -> Session | None:
        """The oldest waiting one of highest priority that nobody else works on, locked."""
        query = select(Session).where(_S.status == "queued")
        skipped = set(passed)
        named = [one for one in skipped if one is not None]
        if None in skipped:
            query = query.where(_S.department_id.is_not(None))
        if named:
            query = query.where(or_(_S.department_id.is_(None), _S.department_id.not_in(named)))
        query = query.order_by(*_TURN)
        return self._session.scalar(query.limit(1).with_for_update(skip_locked=True))

    def line(self, department_id: str | None, limit: int) -> Sequence[str]:
        """Ids of the first who wait in a department, in their turn, whoever works on them."""
        return list(self._session.scalars(_in_line(_S.id, department_id).limit(limit)))

    def page_for(
        self, actor: Actor, wanted: SessionFilter, cursor: Cursor | None, limit: int
    ) -> Sequence[Session]:
        """What `actor` may see: visitors' newest first, agents' newest activity first."""
        if wanted.q:
            return self._finder.page(actor, wanted, cursor, limit)
        shown = [visible(actor), *wanted_of(wanted), *behind(actor, cursor)]
        return first_of(self._session, actor, shown, limit)

    def renew_epochs(self, epoch: str) -> int:
        """Give every session another epoch."""
        changed = update(tables.chat_session).values(epoch=epoch)
        result: Any = self._session.execute(changed)
        return int(result.rowcount)

    def visible_among(self, actor: Actor, ids: Sequence[str]) -> Sequence[Session]:
        """Those of `ids` that the actor may see; to be read only."""
        if not ids:
            return []
        return self._plain.read(AMONG.where(visible(actor)), {"ids": list(ids)})

    def belongings(self, ids: Iterable[str]) -> Mapping[str, Belonging]:
        """Whose several sessions are, by id."""
        columns = select(_S.id, _S.visitor_id, _S.department_id, _S.agent_id)
        rows = self._session.execute(columns.where(_S.id.in_(list(ids))))
        return {session_id: Belonging(*whose) for session_id, *whose in rows}

    def counts_for(self, actor: Actor) -> Counts:
        """The inbox in numbers."""
        rows = self._session.execute(
            select(_S.status, func.count())
            .where(visible(actor), _S.status.in_(("queued", "active")))
            .group_by(_S.status)
        ).all()
        by_status = dict(tuple(row) for row in rows)
        last_closed = (
            select(visible(actor).label("shown")).where(_S.status == "closed")
            .order_by(_S.listed_at.desc()).limit(MOST_CLOSED).subquery()
        )  # fmt: skip
        closed = self._session.scalar(select(func.count()).where(last_closed.c.shown))
        mine = self._session.scalar(
            select(func.count()).where(_S.agent_id == actor.id, _S.status == "active")
        )
        return Counts(
            queued=by_status.get("queued", 0),
            mine=mine or 0,
            active=by_status.get("active", 0),
            closed=closed or 0,
        )

    def held_by(self, agent_id: str, limit: int) -> Sequence[Session]:
        """Open ones in the agent's hands, by id, with their rows locked."""
        return self._open_locked(_S.agent_id == agent_id, limit)

    def open_in(self, department_id: str, limit: int) -> Sequence[Session]:
        """Open ones of a department, by id, with their rows locked."""
        return self._open_locked(_S.department_id == department_id, limit)

    def _open_locked(self, condition: ColumnElement[bool], limit: int) -> Sequence[Session]:
        query = select(Session).where(condition, _S.open_key.is_not(None)).order_by(_S.id)
        query = query.limit(limit).with_for_update(key_share=True)
        return list(self._session.scalars(query, execution_options={"populate_existing": True}))

    def queue_positions(self, sessions: Sequence[Session]) -> Mapping[str, int]:
        """Place in its department's queue, from 1, of each that waits."""
        waiting = [one.id for one in sessions if one.status == "queued"]
        if not waiting:
            return {}
        query = PLACE_OF_ONE if len(waiting) == 1 else PLACES
        return dict(tuple(row) for row in self._session.execute(query, {"ids": waiting}))

    def waiting_in(self, department_id: str | None, limit: int) -> Sequence[Session]:
        """Those that wait in a department's queue, in their turn."""
        return list(self._session.scalars(_in_line(Session, department_id).limit(limit)))

    def overdue(
        self, department_id: str, since: datetime, limit: int, *, left_too: bool
    ) -> Sequence[str]:
        """Ids of those that wait in the department since then or longer, the oldest first."""
        query = select(_S.id).where(
            _S.status == "queued", _S.department_id == department_id, _S.waiting_since <= since
        )
        if not left_too:
            query = query.where(_S.left_message.is_(False))
        return list(self._session.scalars(query.order_by(_S.waiting_since, _S.id).limit(limit)))

    def last_agent_of(self, visitor_id: str) -> str | None:
        """The agent of the visitor's newest session that had one."""
        query = select(_S.agent_id).where(_S.visitor_id == visitor_id, _S.agent_id.is_not(None))
        return self._session.scalar(query.order_by(_S.created_at.desc(), _S.id.desc()).limit(1))

    def to_wake(self, moment: datetime, limit: int) -> Sequence[str]:
        """Ids of snoozed sessions whose time has come."""
        due = (_S.status == "snoozed", _S.snoozed_until <= moment)
        query = select(_S.id).where(*due).order_by(_S.snoozed_until).limit(limit)
        return list(self._session.scalars(query))

    def idle_since(self, moment: datetime, limit: int) -> Sequence[str]:
        """Ids of open sessions without any change since `moment`, but no message left waiting."""
        left = and_(_S.status == "queued", _S.left_message.is_(True))
        idle = and_(_S.listed_at < moment, _S.updated_at < moment, ~left)
        query = select(_S.id).where(_S.status.in_(("bot", "queued", "active")), idle)
        return list(self._session.scalars(query.order_by(_S.listed_at).limit(limit)))


def _in_line(what: Any, department_id: str | None) -> Select[Any]:
    """Of those that wait in a department, in their turn."""
    # `is_` for None only: `= NULL` would find nothing.
    here = (
        _S.department_id.is_(None) if department_id is None else _S.department_id == department_id
    )
    return select(what).where(_S.status == "queued", here).order_by(*_TURN)
