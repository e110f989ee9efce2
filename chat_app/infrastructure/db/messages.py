"""Repository of messages."""

from collections.abc import Mapping, Sequence

from sqlalchemy import ColumnElement, and_, func, select, tuple_
from sqlalchemy.orm import Session as OrmSession

from chat_app.domain.message import Message
from chat_app.domain.session import Session, Side
from chat_app.infrastructure.db import tables

_S = tables.chat_session.c
_M = tables.message.c
Key = tuple[str, str, str, str]


class SqlMessages:
    """What was said."""

    def __init__(self, session: OrmSession) -> None:
        self._session = session

    def add(self, message: Message) -> None:
        """Store it with the next flush."""
        self._session.add(message)

    def get(self, session_id: str, message_id: str) -> Message | None:
        """By id, if it belongs to the session."""
        query = select(Message).where(_M.session_id == session_id, _M.id == message_id)
        return self._session.scalar(query)

    def by_client_ids(self, keys: Sequence[Key]) -> Mapping[Key, Message]:
        """What earlier sends stored, by (session id, sender kind, sender id, client id)."""
        key = tuple_(_M.session_id, _M.sender_kind, _M.sender_id, _M.client_msg_id)
        found = self._session.scalars(select(Message).where(key.in_(keys)))
        return {
            (one.session_id, one.sender_kind, one.sender_id, one.client_msg_id): one
            for one in found
        }

    def after(self, session_id: str, side: Side, seq: int, limit: int) -> Sequence[Message]:
        """The next `limit` messages after `seq`, in rising order."""
        number = _seq(side)
        query = select(Message).where(_M.session_id == session_id, number > seq)
        return list(self._session.scalars(query.order_by(number).limit(limit)))

    def before(self, session_id: str, side: Side, seq: int | None, limit: int) -> Sequence[Message]:
        """The `limit` messages before `seq` (None: the newest), in rising order."""
        number = _seq(side)
        query = select(Message).where(_M.session_id == session_id, number.is_not(None))
        if seq is not None:
            query = query.where(number < seq)
        newest_first = self._session.scalars(query.order_by(number.desc()).limit(limit))
        return list(newest_first)[::-1]

    def after_revision(
        self, session_id: str, side: Side, revision: int, limit: int
    ) -> Sequence[Message]:
        """The next `limit` messages that are new or changed, in rising revision."""
        number = _M.visitor_revision if side == "visitor" else _M.revision
        query = select(Message).where(_M.session_id == session_id, number > revision)
        return list(self._session.scalars(query.order_by(number).limit(limit)))

    def numbers_at(self, session_id: str, side: Side, seq: int) -> tuple[int, int]:
        """`seq` of `side` in both numberings: (seq, visitor_seq) of all up to there."""
        if side == "visitor":
            query = select(_M.seq).where(_M.session_id == session_id, _M.visitor_seq == seq)
            return self._session.scalar(query) or 0, seq
        query = select(func.max(_M.visitor_seq)).where(_M.session_id == session_id, _M.seq <= seq)
        return seq, self._session.scalar(query) or 0

    def unread(self, sessions: Sequence[Session], side: Side) -> Mapping[str, int]:
        """How many messages of the other side lie above the read mark of `side`."""
        if side == "visitor":
            above = and_(
                _M.visitor_seq > _S.visitor_read_visitor_seq, _M.sender_kind.in_(("agent", "bot"))
            )
        else:
            above = and_(_M.seq > _S.agent_read_seq, _M.sender_kind == "visitor")
        rows = self._session.execute(
            select(_M.session_id, func.count())
            .join(tables.chat_session, _S.id == _M.session_id)
            .where(_M.session_id.in_([one.id for one in sessions]), above)
            .group_by(_M.session_id)
        ).all()
        return dict(tuple(row) for row in rows)

    def of_visitor_after(self, session_id: str, seq: int) -> Sequence[Message]:
        """What the visitor has said after `seq`."""
        query = select(Message).where(
            _M.session_id == session_id, _M.seq > seq, _M.sender_kind == "visitor"
        )
        return list(self._session.scalars(query.order_by(_M.seq)))


def _seq(side: Side) -> ColumnElement[int]:
    return _M.visitor_seq if side == "visitor" else _M.seq
