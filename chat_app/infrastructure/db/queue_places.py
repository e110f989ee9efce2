"""The place of sessions in the queues of their departments, from 1."""

from typing import Any, Final

from sqlalchemy import BindParameter, Select, and_, bindparam, func, or_, select
from sqlalchemy.orm import aliased

from chat_app.infrastructure.db import tables

_S = tables.chat_session.c
_IDS: BindParameter[str] = bindparam("ids", expanding=True)


def _place_of_one() -> Select[Any]:
    """By counting who is ahead: cheap for one session."""
    mine, ahead = tables.chat_session, aliased(tables.chat_session)
    here = or_(
        ahead.c.department_id == mine.c.department_id,
        and_(ahead.c.department_id.is_(None), mine.c.department_id.is_(None)),
    )
    earlier = or_(
        ahead.c.queued_at < mine.c.queued_at,
        and_(ahead.c.queued_at == mine.c.queued_at, ahead.c.id < mine.c.id),
    )
    before = or_(
        ahead.c.priority_rank > mine.c.priority_rank,
        and_(ahead.c.priority_rank == mine.c.priority_rank, earlier),
    )
    counted = select(func.count() + 1).where(ahead.c.status == "queued", here, before)
    return select(mine.c.id, counted.correlate(mine).scalar_subquery()).where(mine.c.id.in_(_IDS))


def _places() -> Select[Any]:
    """By numbering all who wait: for a hundred among 10,000 a twelfth of the cost of counting."""
    turn = (_S.priority_rank.desc(), _S.queued_at, _S.id)
    number = func.row_number().over(partition_by=_S.department_id, order_by=turn)
    numbered = select(_S.id, number.label("place")).where(_S.status == "queued").subquery()
    return select(numbered.c.id, numbered.c.place).where(numbered.c.id.in_(_IDS))


# Built once: with every session that is shown, putting them together would cost more than the rest.
PLACE_OF_ONE: Final = _place_of_one()
PLACES: Final = _places()
