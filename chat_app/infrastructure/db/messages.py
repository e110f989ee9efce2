"""Repository of messages."""

from collections.abc import Mapping, Sequence

from sqlalchemy import ColumnElement, and_, bindparam, func, select, tuple_
from sqlalchemy.orm import Session as OrmSession

from chat_app.domain.message import Message
from chat_app.domain.session import Side
from chat_app.infrastructure.db import tables
from chat_app.infrastructure.db.rows import Rows
from chat_app.infrastructure.db.shapes import Change, Shape, recordset, send, takes_documents

_M = tables.message.c
MESSAGES: Shape[Message] = Shape(Message, tables.message, Message)
Key = tuple[str, str, str, str]
_KEY_NAMES = ("session_id", "sender_kind", "sender_id", "client_msg_id")
_KEYS = [_M[name] for name in _KEY_NAMES]
_BY_KEYS = MESSAGES.query().where(tuple_(*_KEYS).in_(bindparam("keys", expanding=True)))
_GIVEN = recordset("rows", ((one.name, one) for one in _KEYS))
_SAME = " AND ".join(f"m.{name} = rows.{name}" for name in _KEY_NAMES)
# Row by row through the unique index: a join of sets may be planned as a scan of all messages.
_BY_DOCUMENT = (
    f"SELECT to_jsonb(found) FROM {_GIVEN} CROSS JOIN LATERAL"  # noqa: S608 - names of ours
    f" (SELECT m.* FROM message m WHERE {_SAME} LIMIT 1) AS found"
)


class SqlMessages:
    """What was said."""

    def __init__(self, session: OrmSession) -> None:
        self._session = session
        self._rows = Rows(session, MESSAGES)

    def add(self, message: Message) -> None:
        """Store it with the next flush; its session must be stored by then."""
        self._rows.add(message)

    def take_changes(self) -> Sequence[Change]:
        """What is new or changed; the caller sends it to the database."""
        return self._rows.take_changes()

    def get(self, session_id: str, message_id: str) -> Message | None:
        """By id, if it belongs to the session."""
        query = MESSAGES.query().where(_M.session_id == session_id, _M.id == message_id)
        return next(iter(self._rows.read(query)), None)

    def by_client_ids(self, keys: Sequence[Key]) -> Mapping[Key, Message]:
        """What earlier sends stored, by (session id, sender kind, sender id, client id)."""
        if takes_documents(self._session):
            named = [dict(zip(_KEY_NAMES, key, strict=True)) for key in keys]
            self._rows.write()
            documents = send(self._session, _BY_DOCUMENT, named)
            found = self._rows.keep(MESSAGES.from_document(one) for (one,) in documents)
        else:
            found = self._rows.read(_BY_KEYS, {"keys": keys})
        return {
            (one.session_id, one.sender_kind, one.sender_id, one.client_msg_id): one
            for one in found
        }

    def after(self, session_id: str, side: Side, seq: int, limit: int) -> Sequence[Message]:
        """The next `limit` messages after `seq`, in rising order."""
        number = _seq(side)
        query = MESSAGES.query().where(_M.session_id == session_id, number > seq)
        return self._rows.read(query.order_by(number).limit(limit))

    def before(self, session_id: str, side: Side, seq: int | None, limit: int) -> Sequence[Message]:
        """The `limit` messages before `seq` (None: the newest), in rising order."""
        number = _seq(side)
        query = MESSAGES.query().where(_M.session_id == session_id, number.is_not(None))
        if seq is not None:
            query = query.where(number < seq)
        newest_first = self._rows.read(query.order_by(number.desc()).limit(limit))
        return newest_first[::-1]

    def after_revision(
        self, session_id: str, side: Side, revision: int, limit: int
    ) -> Sequence[Message]:
        """The next `limit` messages that are new or changed, in rising revision."""
        number = _M.visitor_revision if side == "visitor" else _M.revision
        query = MESSAGES.query().where(_M.session_id == session_id, number > revision)
        return self._rows.read(query.order_by(number).limit(limit))

    def numbers_at(self, session_id: str, side: Side, seq: int) -> tuple[int, int]:
        """`seq` of `side` in both numberings: (seq, visitor_seq) of all up to there."""
        if side == "visitor":
            query = select(_M.seq).where(_M.session_id == session_id, _M.visitor_seq == seq)
            return self._session.scalar(query) or 0, seq
        query = select(func.max(_M.visitor_seq)).where(_M.session_id == session_id, _M.seq <= seq)
        return seq, self._session.scalar(query) or 0

    def said_to(self, side: Side, session_id: str, after_seq: int, up_to_seq: int) -> int:
        """How many messages of the other side, which `side` may read, lie between two others."""
        between = (_M.session_id == session_id, _M.seq > after_seq, _M.seq <= up_to_seq)
        others = (
            and_(_M.sender_kind.in_(("agent", "bot")), _M.visitor_seq.is_not(None))
            if side == "visitor"
            else _M.sender_kind == "visitor"
        )
        return self._session.scalar(select(func.count()).where(*between, others)) or 0

    def of_visitor_after(self, session_id: str, seq: int) -> Sequence[Message]:
        """What the visitor has said after `seq`."""
        query = MESSAGES.query().where(
            _M.session_id == session_id, _M.seq > seq, _M.sender_kind == "visitor"
        )
        return self._rows.read(query.order_by(_M.seq))


def _seq(side: Side) -> ColumnElement[int]:
    return _M.visitor_seq if side == "visitor" else _M.seq
