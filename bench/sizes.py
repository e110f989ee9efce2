"""How much room the rows of a database take, index by index."""

import json
from typing import Any, Final

from bench.machine import ask_postgres

TABLES: Final = (
    "message",
    "search_document",
    "chat_session",
    "visitor",
    "visitor_token",
    "assignment",
    "outbox",
)
_QUESTION: Final = """
select json_build_object(
    'rows', (select count(*) from {0}),
    'table', pg_table_size('{0}'),
    'indexes', (
        select coalesce(json_object_agg(indexrelid::regclass::text, pg_relation_size(indexrelid)), '{{}}')
        from pg_index where indrelid = '{0}'::regclass
    )
)::text
"""


def sizes(url: str) -> dict[str, Any]:
    """Table → rows, and bytes a row in the table and in each index; tables without rows left out."""
    found: dict[str, Any] = {}
    for table in TABLES:
        told = json.loads(ask_postgres(url, _QUESTION.format(table)))
        if rows := told["rows"]:
            each = {name: round(size / rows, 1) for name, size in told["indexes"].items()}
            found[table] = {"rows": rows, "table": round(told["table"] / rows, 1), "indexes": each}
    if "message" in found:
        asked = "select round(avg(octet_length(body)), 1) from message"
        found["message"]["body"] = float(ask_postgres(url, asked))
    return found
