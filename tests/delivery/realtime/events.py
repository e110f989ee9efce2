"""Every socket event: an example that works, and who may send it.

`access` is the code each of ACTORS gets for the same valid payload about the session of `owner`
("ok" when it is done, "-" where the actor cannot be on that namespace at all): owner, other
visitor, agent of the department, agent of another, supervisor, admin. An event that is missing
here fails the tests.
"""

from dataclasses import dataclass
from typing import Any

from tests.delivery.scene import Body, Scene, soon

SENDERS = ("owner", "other_visitor", "agent", "outsider", "supervisor", "admin")
NAMESPACES = {"owner": "/visitor", "other_visitor": "/visitor"}


@dataclass(frozen=True)
class Event:
    """`keys` is what the acknowledgement carries besides `ok`, for agents also `agent_keys`."""

    access: tuple[str, ...]
    keys: frozenset[str]
    body: Body
    agent_keys: frozenset[str] = frozenset()

    def keys_for(self, actor: str) -> frozenset[str]:
        """What the actor's acknowledgement carries besides `ok`."""
        return self.keys | (self.agent_keys if namespace_of(actor) == "/agent" else frozenset())

    def example(self, scene: Scene) -> dict[str, Any]:
        """A payload that works."""
        return self.body(scene)


def namespace_of(actor: str) -> str:
    """Where the actor connects."""
    return NAMESPACES.get(actor, "/agent")


_SEEN = ("ok", "not_found", "ok", "not_found", "ok", "ok")
_OWN = ("ok", "not_found", "forbidden", "not_found", "forbidden", "forbidden")
_AGENTS = ("-", "-", "ok", "not_found", "ok", "ok")
_ANY_VISITOR = ("ok", "ok", "-", "-", "-", "-")
_ANY_AGENT = ("-", "-", "ok", "ok", "ok", "ok")


def _message(scene: Scene) -> dict[str, Any]:
    return {"session_id": scene.session_id, "message_id": scene.ids["message"]}


_JOINED = frozenset({"session", "messages", "last_seq", "revision", "epoch", "has_more"})

EVENTS: dict[str, Event] = {
    "join_session": Event(
        _SEEN,
        _JOINED,
        lambda scene: {"session_id": scene.session_id},
        agent_keys=frozenset({"viewers"}),
    ),
    # It tells nothing and changes nothing: whoever never joined may also leave.
    "leave_session": Event(
        ("ok",) * 6, frozenset(), lambda scene: {"session_id": scene.session_id}
    ),
    "send_message": Event(
        _SEEN,
        frozenset({"message", "duplicate"}),
        lambda scene: {"session_id": scene.session_id, "client_msg_id": "c-1", "body": "x"},
    ),
    "edit_message": Event(
        _OWN,
        frozenset({"message"}),
        lambda scene: {**_message(scene), "body": "other words"},
    ),
    "recall_message": Event(_OWN, frozenset({"message"}), _message),
    "mark_read": Event(
        _SEEN, frozenset({"unread"}), lambda scene: {"session_id": scene.session_id, "seq": 1}
    ),
    "set_typing": Event(
        _SEEN, frozenset(), lambda scene: {"session_id": scene.session_id, "typing": True}
    ),
    # Foreign sessions are left out of the answer; test_following.py looks at that.
    "sync": Event(
        ("ok",) * 6,
        frozenset({"sessions"}),
        lambda scene: {"sessions": {scene.session_id: 0}},
    ),
    "close_session": Event(
        _SEEN,
        frozenset({"session"}),
        lambda scene: {"session_id": scene.session_id, "assign_epoch": 0},
    ),
    "hand_off": Event(
        _SEEN,
        frozenset({"session"}),
        lambda scene: {"session_id": scene.session_id, "assign_epoch": 0},
    ),
    "view_page": Event(
        _ANY_VISITOR, frozenset(), lambda _: {"url": "https://shop.test/", "title": "Shop"}
    ),
    "watch_inbox": Event(_ANY_AGENT, frozenset({"counts"}), lambda _: {}),
    "accept_session": Event(
        _AGENTS,
        frozenset({"session"}),
        lambda scene: {"session_id": scene.session_id, "assign_epoch": 0},
    ),
    "transfer_session": Event(
        _AGENTS,
        frozenset({"session"}),
        lambda scene: {
            "session_id": scene.session_id,
            "assign_epoch": 0,
            "department_id": scene.ids["department"],
        },
    ),
    "snooze_session": Event(
        _AGENTS,
        frozenset({"session"}),
        lambda scene: {"session_id": scene.session_id, "assign_epoch": 0, "until": soon()},
    ),
    "set_status": Event(_ANY_AGENT, frozenset({"agent"}), lambda _: {"status": "away"}),
}
