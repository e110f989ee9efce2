"""Whoever may not see a session any longer hears no more of it."""

from collections.abc import Callable
from typing import Any

import pytest

from chat_app.delivery.realtime.sifting import nobody_follows
from tests.delivery.installation import OPEN, Installation, bearer
from tests.delivery.realtime.wire import Socket

Move = Callable[["Office"], None]
Step = tuple[Any, str]
"""An object and which of its methods."""


class Office:
    """A session of the sales department in Bo's hands, and everybody who follows it.

    Bo, "holder", is of no department; "sales" and "both" are members, "boss" oversees.
    """

    def __init__(self, installation: Installation) -> None:
        self.installation = installation
        self.sales, self.support = installation.make_department(), installation.make_department()
        session, self.visitor_token = installation.open_session(department_id=self.sales)
        self.id: str = session["id"]
        self.tokens = {
            "sales": installation.make_agent(name="Sal", department_ids=[self.sales]),
            "both": installation.make_agent(
                name="Cy", department_ids=[self.sales, self.support], capacity=1
            ),
            "boss": installation.make_agent("admin", name="Di"),
            "holder": installation.make_agent(name="Bo"),
        }
        self.transfer(agent_id=self.agent_id("holder"))
        self.sockets = {name: self.join(name) for name in self.tokens}
        for socket in self.sockets.values():
            socket.forget()

    def agent_id(self, who: str) -> str:
        return self.installation.actor(self.tokens[who]).id

    def join(self, who: str) -> Socket:
        socket = self.installation.socket("/agent", self.tokens[who])
        assert socket.call("join_session", {"session_id": self.id})["ok"]
        return socket

    def transfer(self, **to: Any) -> None:
        boss = self.tokens["boss"]
        epoch = self.installation.read(boss, self.id)["assign_epoch"]
        self.call("POST", f"{OPEN}/{self.id}/transfer", {"assign_epoch": epoch, **to})

    def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> None:
        headers = bearer(self.tokens["boss"])
        answer = self.installation.client.open(path, method=method, json=body, headers=headers)
        assert answer.status_code < 300, answer.text

    def close(self) -> None:
        epoch = self.installation.read(self.tokens["boss"], self.id)["assign_epoch"]
        self.call("POST", f"{OPEN}/{self.id}/close", {"assign_epoch": epoch})

    def reopen(self) -> None:
        """Bo had it; who takes it up is somebody else."""
        self.close()
        epoch = self.installation.read(self.tokens["both"], self.id)["assign_epoch"]
        self.installation.services.reopening.reopen(
            self.installation.actor(self.tokens["both"]), self.id, epoch
        )

    def disable(self, who: str) -> None:
        """It signs out, but its sessions move first: the sockets are still there."""
        self.call("PATCH", f"/api/agents/{self.agent_id(who)}", {"disabled": True})

    def hears(self, who: str, body: str) -> bool:
        """Whether a message of the visitor reaches that agent's socket."""
        self.installation.send(self.visitor_token, self.id, body)
        heard = self.sockets[who].received("message_created")
        return body in [one.data["message"]["body"] for one in heard]


@pytest.fixture
def office(installation: Installation) -> Office:
    return Office(installation)


def to_department(office: Office) -> None:
    office.transfer(department_id=office.support)


def to_agent(office: Office) -> None:
    office.transfer(agent_id=office.agent_id("both"))


def label(office: Office) -> None:
    office.call("PATCH", f"{OPEN}/{office.id}", {"department_id": office.support})


def take(office: Office) -> None:
    office.installation.services.sessions.accept(
        office.installation.actor(office.tokens["boss"]),
        office.id,
        office.installation.read(office.tokens["boss"], office.id)["assign_epoch"],
        force=True,
    )


def delete_department(office: Office) -> None:
    fallback = {"fallback_department_id": office.support}
    office.call("PATCH", f"/api/departments/{office.sales}", fallback)
    office.call("DELETE", f"/api/departments/{office.sales}")


# How it moves, and who may not see it afterwards.
MOVES: list[tuple[Move, set[str]]] = [
    (to_department, {"sales", "holder"}),
    (to_agent, {"holder"}),
    (label, {"sales"}),
    (take, {"holder"}),
    (delete_department, {"sales"}),
    (lambda office: office.disable("holder"), {"holder"}),
    (Office.reopen, {"holder"}),
    (Office.close, set()),
]
NAMES = ["department", "agent", "label", "take", "delete", "disable", "reopen", "close"]


@pytest.mark.parametrize(("move", "blind"), MOVES, ids=NAMES)
def test_who_may_not_see_it_any_longer_is_told_and_hears_no_more(
    office: Office, move: Move, blind: set[str]
) -> None:
    move(office)
    if move is not Office.close:
        assert office.hears("boss", "afterwards")
    for who, socket in office.sockets.items():
        told = [push.data for push in socket.received("session_left")]
        assert told == ([{"session_id": office.id}] if who in blind else []), who
        assert socket.followed == (set() if who in blind else {office.id}), who
        if who in blind:
            names = [push.name for push in socket.received()]
            assert names[-1] == "session_left", "nothing after it"


def test_it_is_looked_at_no_longer_by_who_may_not_see_it(office: Office) -> None:
    to_department(office)
    left = {"Cy", "Di"}
    told = office.sockets["boss"].wait_for(
        "viewers_changed", lambda data: {one["name"] for one in data["viewers"]} == left
    )
    assert told["session_id"] == office.id


def test_it_is_followed_again_by_who_may_see_it_again(office: Office) -> None:
    label(office)
    office.call("PATCH", f"{OPEN}/{office.id}", {"department_id": office.sales})
    assert not office.hears("sales", "not yet")
    assert office.sockets["sales"].call("join_session", {"session_id": office.id})["ok"]
    assert office.hears("sales", "now")


class TestJoiningMeanwhile:
    """The session moves while somebody is about to follow it."""

    @pytest.fixture
    def socket(self, office: Office) -> Socket:
        """One more of the sales department's, about to join."""
        return office.installation.socket("/agent", office.tokens["sales"])

    @staticmethod
    def meanwhile(monkeypatch: pytest.MonkeyPatch, step: Step, happen: Callable[[], None]) -> None:
        """Let it happen the next time that the step is done."""
        place, name = step
        original, pending = getattr(place, name), [happen]

        def called(*args: Any, **named: Any) -> Any:
            answer = original(*args, **named)
            if pending:
                pending.pop()()
            return answer

        monkeypatch.setattr(place, name, called)

    @pytest.fixture(params=["asked", "read", "shown"])
    def step(self, request: pytest.FixtureRequest, office: Office) -> Step:
        """After which step: it was asked whether one may, read how it stands, told who is there."""
        services = office.installation.services
        return {
            "asked": (services.joining, "check"),
            "read": (services.joining, "join"),
            "shown": (services.viewing, "begin"),
        }[request.param]

    def test_out_of_sight_it_is_not_there(
        self, office: Office, socket: Socket, step: Step, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.meanwhile(monkeypatch, step, lambda: label(office))
        ack = socket.call("join_session", {"session_id": office.id})
        assert ack["error"]["code"] == "not_found"
        assert socket.followed == set()
        joined = office.sockets["boss"].call("join_session", {"session_id": office.id})
        assert "Sal" not in [one["name"] for one in joined["viewers"]]
        assert office.hears("boss", "afterwards")
        assert socket.received("message_created") == []

    def test_out_of_sight_and_back_it_is(
        self, office: Office, socket: Socket, step: Step, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def there_and_back() -> None:
            label(office)
            office.call("PATCH", f"{OPEN}/{office.id}", {"department_id": office.sales})

        self.meanwhile(monkeypatch, step, there_and_back)
        assert socket.call("join_session", {"session_id": office.id})["ok"]
        assert socket.followed == {office.id}

    def test_rights_that_end_count(
        self, office: Office, socket: Socket, step: Step, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def leave_department() -> None:
            path = f"/api/agents/{office.agent_id('sales')}"
            office.call("PATCH", path, {"department_ids": []})
            office.installation.sockets._recheck()

        self.meanwhile(monkeypatch, step, leave_department)
        ack = socket.call("join_session", {"session_id": office.id})
        assert ack["error"]["code"] == "not_found"
        assert socket.followed == set()

    def test_a_sign_in_that_ends_counts(
        self, office: Office, socket: Socket, step: Step, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        agents = office.installation.sockets.agents
        sid = socket.sid
        self.meanwhile(monkeypatch, step, lambda: agents.dismiss(sid, cleanly=False))
        ack = socket.call("join_session", {"session_id": office.id})
        assert ack["error"]["code"] == "unauthorized"
        assert socket.followed == set()


class TestALostWord:
    """What Redis does not tell is found by looking every few seconds."""

    @pytest.fixture(autouse=True)
    def deaf(self, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
        followers = office.installation.followers
        monkeypatch.setattr(followers, "here", nobody_follows)

    def test_is_made_up_for(self, office: Office) -> None:
        to_department(office)
        assert office.hears("sales", "nobody has said that it left")
        office.installation.sockets._recheck()
        for who, visible in (("sales", False), ("holder", False), ("both", True), ("boss", True)):
            assert office.hears(who, f"for {who}") is visible
            assert (office.sockets[who].received("session_left") == []) is visible

    def test_joining_again_in_vain_ends_it_too(self, office: Office) -> None:
        to_department(office)
        office.sockets["boss"].forget()
        ack = office.sockets["sales"].call("join_session", {"session_id": office.id})
        assert ack["error"]["code"] == "not_found"
        assert not office.hears("sales", "afterwards")
        told = office.sockets["boss"].received("viewers_changed")[-1].data["viewers"]
        assert "Sal" not in [one["name"] for one in told]

    def test_nothing_is_asked_for_those_who_see_all(
        self, office: Office, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for who in ("sales", "both", "holder"):
            office.sockets[who].leave()
        asked: list[Any] = []
        monkeypatch.setattr(office.installation.services.sessions, "belongings", asked.append)
        office.installation.sockets._recheck()
        assert asked == []
