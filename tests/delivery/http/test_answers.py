"""What views write out themselves holds the keys of the documented schema and no others."""

from typing import Final

import pytest
from marshmallow import Schema

from chat_app.delivery.schemas.message import MessageEnvelope, MessagePageSchema, UnreadSchema
from chat_app.delivery.schemas.session import (
    OpenedSchema,
    SessionEnvelope,
    SessionListSchema,
    VisitorSessionSchema,
)
from tests.delivery.http.routes import ROUTES
from tests.delivery.installation import bearer
from tests.delivery.scene import ACTORS, Scene

SCHEMAS: Final[dict[str, Schema]] = {
    key: schema()
    for key, schema in {
        "message": MessageEnvelope, "messages": MessagePageSchema, "items": SessionListSchema,
        "unread": UnreadSchema, "visitor_token": OpenedSchema, "session": SessionEnvelope,
    }.items()
}  # fmt: skip
OWN: Final = VisitorSessionSchema()
VISITORS: Final = {"nobody", "owner", "other_visitor"}


@pytest.mark.parametrize(
    "endpoint", sorted(one for one in ROUTES if one.startswith(("chat.", "handling.")))
)
def test_dumping_once_more_changes_nothing(scene: Scene, endpoint: str) -> None:
    route, looked_at = ROUTES[endpoint], 0
    for actor, status in zip(ACTORS, route.access, strict=True):
        if status not in {200, 201}:
            continue
        scene.again()
        answer = scene.installation.client.open(
            route.url(scene),
            method=route.method,
            json=route.example(scene),
            headers=bearer(scene.token(actor)),
        ).get_json()
        schema = next(one for key, one in SCHEMAS.items() if key in answer)
        assert schema.dump(answer) == answer
        if actor in VISITORS:
            for session in [answer["session"]] if "session" in answer else answer.get("items", ()):
                assert OWN.dump(session) == session
        looked_at += 1
    assert looked_at
