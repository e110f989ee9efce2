"""Reading long lists in parts."""

from typing import Any

from sqlalchemy import Select, Table, and_, or_

from chat_app.domain.repositories import Cursor


def after(query: Select[Any], table: Table, cursor: Cursor | None, limit: int) -> Select[Any]:
    """The next `limit` rows in the order of their making, without deleted ones."""
    rows = table.c
    if cursor is not None:
        query = query.where(
            or_(
                rows.created_at > cursor.at,
                and_(rows.created_at == cursor.at, rows.id > cursor.id),
            )
        )
    if "deleted_at" in rows:
        query = query.where(rows.deleted_at.is_(None))
    return query.order_by(rows.created_at, rows.id).limit(limit)
