"""What the widget says about who has the conversation: nobody yet, somebody, somebody else."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.clients import Desk, closing, open_session, sign_in
from tests.e2e.conftest import NewPage, Shoot
from tests.e2e.screens import Widget
from tests.processes import Stack

PASSWORD = "correct horse battery staple"
LANGUAGES = ["en", "zh-CN"]
DAYS = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "zh-CN": ("周一", "周二", "周三", "周四", "周五", "周六", "周日"),
}


@pytest.fixture(scope="module")
def hired(stack: Stack) -> tuple[Desk, Desk]:
    """Mia and Tom, who take one conversation each; both are away."""
    admin, desks = sign_in(stack.url), []
    for name in ("Mia", "Tom"):
        email = f"{name.lower()}@example.com"
        account = {"name": name, "email": email, "password": PASSWORD, "capacity": 1}
        admin.post("/api/agents", {**account, "role": "agent"}).raise_for_status()
        desks.append(sign_in(stack.url, email, PASSWORD))
        desks[-1].status("away")
    return desks[0], desks[1]


@contextmanager
def at_work(desk: Desk) -> Iterator[None]:
    """Online, with a socket."""
    with closing(desk.socket()):
        desk.status("online")
        yield
        desk.status("away")


def title(widget: Widget) -> Locator:
    return widget.frame.get_by_role("heading", level=1)


def act(desk: Desk, session_id: str, action: str, **body: object) -> None:
    """Do something with a session as it is now."""
    epoch = desk.session(session_id)["assign_epoch"]
    path = f"/api/chat/sessions/{session_id}/{action}"
    desk.post(path, {"assign_epoch": epoch, **body}).raise_for_status()


def visit(widget: Widget, text: str) -> None:
    widget.visit()
    widget.open()
    widget.say(text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_place_in_the_line_moves_until_an_agent_comes_and_another_takes_over(
    stack: Stack, new_page: NewPage, shoot: Shoot, hired: tuple[Desk, Desk], language: str
) -> None:
    mia, tom = hired
    page = new_page(language=language)
    widget = Widget(page, stack.url, language)
    place, soon = widget.t["waiting.position"].format(position=2), widget.t["waiting.next"]
    with at_work(mia):
        ahead = [open_session(stack.url), open_session(stack.url)]
        visit(widget, "Third, and patient")
        expect(widget.frame.get_by_text(place)).to_be_visible()
        expect(widget.frame.get_by_role("status").filter(has_text=place)).to_have_count(1)
        shoot(page, f"waiting-{language}")
        sign_in(stack.url).end(ahead[0].session_id)
        expect(widget.frame.get_by_text(soon)).to_be_visible()
        sign_in(stack.url).end(ahead[1].session_id)
        expect(title(widget)).to_have_text("Mia")
        expect(widget.frame.get_by_text(soon)).to_be_hidden()
        (session,) = mia.get("/api/chat/sessions", assignee="me", status="active").json()["items"]
        act(mia, session["id"], "transfer", agent_id=tom.agent["id"])
        expect(title(widget)).to_have_text("Tom")
        shoot(page, f"transferred-{language}")


def test_a_conversation_put_aside_looks_like_any_other_and_a_reopened_one_goes_on(
    stack: Stack, new_page: NewPage, hired: tuple[Desk, Desk]
) -> None:
    mia, _ = hired
    widget = Widget(new_page(), stack.url, "en")
    with at_work(mia):
        visit(widget, "When you have time")
        expect(title(widget)).to_have_text("Mia")
        (session,) = mia.get("/api/chat/sessions", assignee="me", status="active").json()["items"]
        until = datetime.now(UTC) + timedelta(days=1)
        act(mia, session["id"], "snooze", until=until.isoformat())
        mia.send(session["id"], "I come back to you tomorrow.").raise_for_status()
        widget.expect_texts(["When you have time", "I come back to you tomorrow."])
        expect(title(widget)).to_have_text("Mia")
        assert "snooze" not in widget.frame.locator("main").inner_text().lower()
        act(mia, session["id"], "close")
        again = widget.frame.get_by_role("button", name=widget.t["ended.new"])
        expect(again).to_be_visible()
        again.focus()
        act(mia, session["id"], "reopen")
        expect(widget.box).to_be_focused()
        widget.say("Good that you are here again")
        texts = [one["body"] for one in mia.messages(session["id"]) if one["kind"] == "text"]
        assert texts[-1] == "Good that you are here again"


def test_a_conversation_reopened_meanwhile_is_open_after_a_look(
    stack: Stack, new_page: NewPage, hired: tuple[Desk, Desk]
) -> None:
    mia, _ = hired
    widget = Widget(new_page(), stack.url, "en")
    with at_work(mia):
        visit(widget, "A short question")
        expect(title(widget)).to_have_text("Mia")
        (session,) = mia.get("/api/chat/sessions", assignee="me", status="active").json()["items"]
        act(mia, session["id"], "close")
        again = widget.frame.get_by_role("button", name=widget.t["ended.new"])
        expect(again).to_be_visible()
        widget.page.reload()
        expect(again).to_be_visible()
        widget.page.keyboard.press("Escape")
        act(mia, session["id"], "reopen")
        widget.open()


@pytest.mark.parametrize(("language", "width"), [("en", 390), ("zh-CN", 1280)])
def test_out_of_hours_a_message_is_left_with_an_address_and_an_agent_answers_it(
    stack: Stack,
    new_page: NewPage,
    shoot: Shoot,
    hired: tuple[Desk, Desk],
    language: str,
    width: int,
) -> None:
    admin, (mia, _) = sign_in(stack.url), hired
    page = new_page(language=language, width=width, timezone_id="Asia/Shanghai")
    widget = Widget(page, stack.url, language)
    day = (datetime.now(UTC) + timedelta(days=3)).weekday()
    with closed_until(admin, day, "09:00"):
        widget.visit()
        widget.open()
        back = widget.t["closed.until"].format(time=f"{DAYS[language][day]} 17:00")
        expect(widget.frame.get_by_text(back)).to_be_visible()
        shoot(page, f"closed-{language}")
        leave(widget, "Please call me", "mei@example.com")
        shoot(page, f"left-{language}")
        (session,) = admin.get("/api/chat/sessions", status="queued").json()["items"]
        assert session["visitor"]["email"] == "mei@example.com"
        with at_work(mia):
            expect(title(widget)).to_have_text("Mia")
            expect(widget.frame.get_by_text(widget.t["left.email"])).to_be_hidden()
            mia.send(session["id"], "I am here early.").raise_for_status()
            widget.expect_texts(["Please call me", "I am here early."])


def leave(widget: Widget, text: str, email: str) -> None:
    """Leave a message, after a slip of the pen in the address."""
    address = widget.frame.get_by_label(widget.t["ask.email"])
    address.fill("mei@")
    widget.box.fill(text)
    widget.box.press("Enter")
    expect(address).to_be_focused()
    expect(widget.frame.get_by_text(widget.t["form.email_wrong"])).to_be_visible()
    address.fill(email)
    widget.box.press("Enter")
    expect(widget.frame.get_by_text(widget.t["left.email"])).to_be_visible()
    expect(address).to_be_hidden()


BOTS: dict[str, dict[str, Any]] = {
    "en": {
        "name": "Momo",
        "greeting": "Ask me about delivery.",
        "fallback": "I do not know that.",
        "entries": [{"keywords": ["delivery"], "answer": "Within three days."}],
    },
    "zh-CN": {
        "name": "小陶",
        "greeting": "配送的问题可以问我。",
        "fallback": "这个我不清楚。",
        "entries": [{"keywords": ["配送"], "answer": "三天之内送达。"}],
    },
}
QUESTIONS = {"en": "How long does delivery take?", "zh-CN": "配送需要多久？"}


@pytest.mark.parametrize(("language", "width"), [("en", 1280), ("zh-CN", 390)])
def test_a_bot_answers_first_and_leads_to_a_person_when_asked(
    stack: Stack,
    new_page: NewPage,
    shoot: Shoot,
    hired: tuple[Desk, Desk],
    language: str,
    width: int,
) -> None:
    (mia, _), bot = hired, BOTS[language]
    page = new_page(language=language, width=width)
    widget = Widget(page, stack.url, language)
    with answered_by(sign_in(stack.url), bot):
        visit(widget, QUESTIONS[language])
        widget.expect_texts([bot["greeting"], QUESTIONS[language], bot["entries"][0]["answer"]])
        expect(widget.log.get_by_text(f"{widget.t['bot']} {bot['name']}").first).to_be_visible()
        shoot(page, f"bot-{language}")
        person = widget.frame.get_by_role("button", name=widget.t["handoff"])
        person.focus()
        person.press("Enter")
        expect(person).to_be_hidden()
        expect(widget.box).to_be_focused()
        shoot(page, f"handed-off-{language}")
    with at_work(mia):
        expect(title(widget)).to_have_text("Mia")


@contextmanager
def answered_by(admin: Desk, bot: dict[str, Any]) -> Iterator[None]:
    """The default site has this bot."""
    (site,) = admin.get("/api/sites").json()["items"]
    path = f"/api/sites/{site['id']}"
    admin.request("PATCH", path, json={"bot": bot}).raise_for_status()
    yield
    admin.request("PATCH", path, json={"bot": None}).raise_for_status()


@contextmanager
def closed_until(admin: Desk, weekday: int, opens: str) -> Iterator[None]:
    """The default site is open on one day a week only."""
    (site,) = admin.get("/api/sites").json()["items"]
    day = {"weekday": weekday, "opens": opens, "closes": "23:00"}
    answer = admin.post(
        "/api/business-hours",
        {"site_id": site["id"], "time_zone": "UTC", "enabled": True, "intervals": [day]},
    )
    answer.raise_for_status()
    yield
    path = f"/api/business-hours/{answer.json()['business_hours']['id']}"
    admin.request("DELETE", path).raise_for_status()
