"""Bots over REST: part of a site, and the way from one to a person."""

import json
from typing import Any

import pytest

from chat_app.domain.bot import MOST_BYTES
from tests.builders import make_bot
from tests.delivery.http.test_sites import call, made
from tests.delivery.installation import OPEN, Installation, bearer
from tests.delivery.shapes import check_message, check_problem, check_session

BOT: dict[str, Any] = {**make_bot(("refund", "退货"), ("delivery",))}
# What else a website may say: a hundred origins of a usual length, and texts.
NEARLY_ALL: dict[str, Any] = {
    "name": "店" * 120,
    "allowed_origins": [
        f"https://shop{number:03}.a-usual-name.example.com" for number in range(100)
    ],
}


@pytest.fixture
def key(installation: Installation, admin_token: str) -> str:
    """Of a site with a bot."""
    site_key: str = made(installation, admin_token, bot=BOT)["key"]
    return site_key


def let_work(installation: Installation) -> None:
    installation.services.outbox.drain()


def hand_off(installation: Installation, token: str | None, session_id: str, **body: Any) -> Any:
    return installation.client.post(
        f"{OPEN}/{session_id}/handoff", json=body, headers=bearer(token)
    )


def said(installation: Installation, token: str, session_id: str) -> list[dict[str, Any]]:
    response = installation.client.get(f"{OPEN}/{session_id}/messages", headers=bearer(token))
    messages: list[dict[str, Any]] = response.get_json()["messages"]
    return messages


def test_the_life_of_a_sites_bot(installation: Installation, admin_token: str) -> None:
    site = made(installation, admin_token)
    path, public = f"/{site['id']}", f"/api/chat/sites/{site['key']}"
    assert site["bot"] is None
    assert installation.client.get(public).get_json()["site"]["bot"] is False
    changed = call(installation, admin_token, "PATCH", path, {"bot": BOT})
    assert (changed.status_code, changed.get_json()) == (200, {"site": site | {"bot": BOT}})
    assert installation.client.get(public).get_json()["site"]["bot"] is True
    kept = call(installation, admin_token, "PATCH", path, {"name": "Other"}).get_json()
    assert kept["site"]["bot"] == BOT, "what is left out stays"
    gone = call(installation, admin_token, "PATCH", path, {"bot": None})
    assert gone.get_json()["site"]["bot"] is None
    assert installation.client.get(public).get_json()["site"]["bot"] is False


def of_bytes(size: int) -> dict[str, Any]:
    """A bot of so many bytes as JSON in UTF-8, most of them in Chinese answers."""
    bot = {**BOT, "entries": [{"keywords": ["x"], "answer": "答" * 3_900} for _ in range(4)]}
    bot["entries"].append({"keywords": ["x"], "answer": ""})
    missing = size - len(json.dumps(bot, ensure_ascii=False).encode())
    bot["entries"][-1]["answer"] = "x" * missing
    return bot


def test_all_of_a_bot_fits_into_a_body_or_is_refused_by_name(
    installation: Installation, admin_token: str
) -> None:
    site = made(installation, admin_token)
    path, headers = f"/api/sites/{site['id']}", bearer(admin_token)
    answers = []
    for size in (MOST_BYTES, MOST_BYTES + 1):
        body = json.dumps({**NEARLY_ALL, "bot": of_bytes(size)}, ensure_ascii=False)
        answers.append(
            installation.client.patch(
                path, data=body.encode(), content_type="application/json", headers=headers
            )
        )
    fits, too_large = answers
    assert fits.status_code == 200, fits.get_json()
    errors = check_problem(too_large, 422, "validation")["errors"]
    assert errors == {"bot": ["At most 48 kB in all."]}


def test_a_conversation_with_a_bot(installation: Installation, key: str) -> None:
    session, token = installation.open_session(site_key=key, message={"body": "怎么退货"})
    check_session(session, for_visitor=True)
    assert (session["status"], session["agent"], session["queue"]) == ("bot", None, None)
    assert (session["last_seq"], session["unread"]) == (2, 1)
    let_work(installation)
    messages = said(installation, token, session["id"])
    assert [(one["seq"], one["sender"]["kind"], one["body"]) for one in messages] == [
        (1, "bot", BOT["greeting"]),
        (2, "visitor", "怎么退货"),
        (3, "bot", "about refund"),
    ]
    for one in messages:
        check_message(one)
    assert messages[0]["sender"]["name"] == "Momo"
    assert {one["client_msg_id"] for one in messages if one["sender"]["kind"] == "bot"} == {None}


def test_the_way_to_a_person(installation: Installation, key: str) -> None:
    session, token = installation.open_session(site_key=key)
    answer = hand_off(installation, token, session["id"])
    assert answer.status_code == 200, answer.text
    waiting = answer.get_json()["session"]
    check_session(waiting, for_visitor=True)
    assert (waiting["status"], waiting["queue"]) == (
        "queued",
        {"position": 1, "wait_seconds": None},
    )
    again = hand_off(installation, token, session["id"])
    assert (again.status_code, again.get_json()["session"]) == (200, waiting)
    agent = installation.make_agent()
    assert installation.accept(agent, session["id"])["status"] == "active"
    assert [one["sender"]["kind"] for one in said(installation, agent, session["id"])] == [
        "bot", "system", "system",
    ]  # fmt: skip


def test_agents_name_the_copy_they_act_on(installation: Installation, key: str) -> None:
    session, _ = installation.open_session(site_key=key)
    agent, before = installation.make_agent(), installation.dump()
    missing = hand_off(installation, agent, session["id"])
    assert set(check_problem(missing, 422, "validation")["errors"]) == {"assign_epoch"}
    stale = hand_off(installation, agent, session["id"], assign_epoch=7)
    check_problem(stale, 409, "stale_assignment")
    assert installation.dump() == before
    done = hand_off(installation, agent, session["id"], assign_epoch=0)
    assert done.get_json()["session"]["status"] == "queued"
    check_session(done.get_json()["session"], for_visitor=False)


def test_a_closed_session_is_not_handed_off(installation: Installation, key: str) -> None:
    session, token = installation.open_session(site_key=key)
    installation.client.post(f"{OPEN}/{session['id']}/close", headers=bearer(token))
    check_problem(hand_off(installation, token, session["id"]), 409, "session_closed")


def test_agents_find_the_sessions_of_bots(installation: Installation, key: str) -> None:
    session, _ = installation.open_session(site_key=key)
    installation.open_session()
    agent = installation.make_agent()
    listed = installation.client.get(f"{OPEN}?status=bot", headers=bearer(agent)).get_json()
    assert [one["id"] for one in listed["items"]] == [session["id"]]
    assert listed["items"][0]["unread"] == 0


ENTRY = BOT["entries"][0]


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""}, {"name": "x" * 121}, {"name": None}, {"name": 1},
        {"greeting": ""}, {"greeting": " \u200b"}, {"greeting": "x" * 4_001},
        {"greeting": {"en": "x"}}, {"greeting": "\x00"},
        {"fallback": ""}, {"fallback": "x" * 4_001}, {"fallback": None},
        {"entries": None}, {"entries": {}}, {"entries": "x"}, {"entries": [1]}, {"entries": [{}]},
        {"entries": [{"keywords": ["a"], "answer": "b"}] * 201},
        {"entries": [ENTRY | {"keywords": []}]},
        {"entries": [ENTRY | {"keywords": "refund"}]},
        {"entries": [ENTRY | {"keywords": ["x"] * 21}]},
        {"entries": [ENTRY | {"keywords": ["x" * 61]}]},
        {"entries": [ENTRY | {"keywords": [""]}]},
        {"entries": [ENTRY | {"keywords": ["?!"]}]},
        {"entries": [ENTRY | {"keywords": ["a\nb"]}]},
        {"entries": [ENTRY | {"keywords": [1]}]},
        {"entries": [ENTRY | {"answer": ""}]},
        {"entries": [ENTRY | {"answer": "x" * 4_001}]},
        {"entries": [ENTRY | {"regex": ".*"}]},
        {"unknown": 1},
    ],
)  # fmt: skip
def test_what_is_no_bot(installation: Installation, admin_token: str, wrong: Any) -> None:
    for method, path in (("POST", ""), ("PATCH", f"/{made(installation, admin_token)['id']}")):
        before = installation.dump()
        answer = call(installation, admin_token, method, path, {"name": "x", "bot": BOT | wrong})
        errors = check_problem(answer, 422, "validation")["errors"]
        (field,) = wrong
        assert all(one.startswith(f"bot.{field}") for one in errors), errors
        assert installation.dump() == before
    for missing in BOT:
        less = {key: value for key, value in BOT.items() if key != missing}
        answer = call(installation, admin_token, "POST", "", {"name": "x", "bot": less})
        check_problem(answer, 422, "validation")


@pytest.mark.parametrize("wrong", [[], "x", 1, True, {}])
def test_a_bot_is_an_object_or_nothing(
    installation: Installation, admin_token: str, wrong: Any
) -> None:
    answer = call(installation, admin_token, "POST", "", {"name": "x", "bot": wrong})
    check_problem(answer, 422, "validation")


def test_as_large_as_a_bot_may_be(installation: Installation, admin_token: str) -> None:
    keywords = [f"{number:02}" * 30 for number in range(20)]
    bot = BOT | {"entries": [{"keywords": keywords, "answer": "答" * 4_000}]}
    assert made(installation, admin_token, bot=bot)["bot"] == bot
    many = BOT | {"entries": [{"keywords": ["x"], "answer": "y"}] * 200}
    assert made(installation, admin_token, bot=many)["bot"] == many
