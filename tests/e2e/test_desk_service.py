"""What agents do with a conversation between them: pass it on, put it aside, end it, take it back."""

import re

import pytest
from playwright.sync_api import Route, expect

from tests.clients import Desk, Visit, open_session, sign_in
from tests.e2e.conftest import NewPage, Shoot
from tests.e2e.screens import WAIT_MS, Dashboard
from tests.processes import ADMIN_PASSWORD, Stack

MIA = "mia@desk.example"
LANGUAGES = ["en", "zh-CN"]


@pytest.fixture(scope="module")
def desks(stack: Stack) -> tuple[Desk, Desk]:
    """The admin and Mia. Both are away: nothing comes by itself, they take what they like."""
    admin = sign_in(stack.url)
    account = {"name": "Mia Chen", "email": MIA, "password": ADMIN_PASSWORD, "role": "agent"}
    admin.post("/api/agents", {**account, "capacity": 2}).raise_for_status()
    mia = sign_in(stack.url, MIA)
    for desk in (admin, mia):
        desk.status("away")
    return admin, mia


def waiting(stack: Stack, name: str, text: str) -> Visit:
    """A visitor who has asked something."""
    visitor = open_session(stack.url, name=name)
    visitor.send(visitor.session_id, text).raise_for_status()
    return visitor


def pages(
    stack: Stack, new_page: NewPage, language: str, visitor: Visit
) -> tuple[Dashboard, Dashboard]:
    """The admin's screen and Mia's, both on the conversation."""
    screens = []
    for email in ("admin@example.com", MIA):
        screen = Dashboard(new_page(language=language), stack.url, language)
        screen.sign_in(email)
        screen.visit(visitor.session_id)
        screens.append(screen)
    return screens[0], screens[1]


def pass_on(desk: Dashboard, note: str) -> None:
    """Transfer to Mia by keys alone."""
    desk.press("t")
    desk.page.keyboard.type("mia")
    expect(desk.dialog("transfer.title").get_by_role("radio")).to_have_count(1)
    for key in ("Enter", note, "Tab", "Tab", "Enter"):
        (desk.page.keyboard.type if key == note else desk.page.keyboard.press)(key)
    expect(desk.toast).to_contain_text(desk.t["transfer.done"].format(name="Mia Chen"))
    expect(desk.title).to_be_focused()


@pytest.mark.parametrize("language", LANGUAGES)
def test_passed_on_with_a_note_put_aside_and_woken(
    stack: Stack, new_page: NewPage, shoot: Shoot, desks: tuple[Desk, Desk], language: str
) -> None:
    visitor = waiting(stack, "Jonas", "Where is my parcel?")
    boss, mia = pages(stack, new_page, language, visitor)
    boss.press("a")
    expect(boss.toast).to_contain_text(boss.t["accept.done"])
    expect(boss.box).to_be_focused()

    pass_on(boss, "He has waited since Monday.")
    expect(mia.thread.get_by_text("He has waited since Monday.")).to_be_visible()
    expect(mia.page.locator("[data-sub]")).to_contain_text(mia.t["row.agent_you"])
    assert "since Monday" not in str(visitor.messages(visitor.session_id))
    mia.press("z")
    mia.page.keyboard.press("Enter")
    expect(mia.toast).to_contain_text(mia.t["snooze.done"].format(time="").strip())
    shoot(mia.page, f"snoozed-{language}")
    mine = mia.views.get_by_role("link", name=re.compile(f"^{mia.t['view.mine']}"))
    mine.click()
    expect(mia.row("Jonas")).to_have_count(0)
    mia.page.get_by_role("button", name=mia.t["state.snoozed"], exact=True).click()
    expect(mia.row("Jonas")).to_be_visible()
    mine.click()
    visitor.send(visitor.session_id, "I am still here").raise_for_status()
    expect(mia.row("Jonas")).to_be_visible(timeout=WAIT_MS)
    assert visitor.session(visitor.session_id)["agent"]["name"] == "Mia Chen"


@pytest.mark.parametrize("language", LANGUAGES)
def test_closed_taken_back_and_reopened(
    stack: Stack, new_page: NewPage, desks: tuple[Desk, Desk], language: str
) -> None:
    visitor = waiting(stack, "Jonas", "Thank you!")
    desk, _ = pages(stack, new_page, language, visitor)
    desk.press("a")
    expect(desk.box).to_be_focused()
    desk.press("e")
    expect(desk.toast).to_contain_text(desk.t["close.done"])
    desk.page.keyboard.press("u")
    expect(desk.toast).to_contain_text(desk.t["reopen.done"])
    assert visitor.session(visitor.session_id)["status"] == "active"

    desk.press("Shift+E")
    dialog = desk.dialog("ending.title")
    dialog.get_by_label(desk.t["ending.no_reply"]).check()
    dialog.get_by_role("button", name=desk.t["ending.submit"]).click()
    expect(desk.box).to_be_hidden()
    expect(desk.title).to_be_focused()
    assert desks[0].session(visitor.session_id)["close_reason"] == "no_reply"
    desk.page.keyboard.press("o")
    expect(desk.box).to_be_focused()


def test_who_was_slower_is_told_and_loses_nothing(
    stack: Stack, new_page: NewPage, desks: tuple[Desk, Desk]
) -> None:
    visitor = waiting(stack, "Jonas", "Who takes this?")
    _, mia = pages(stack, new_page, "en", visitor)
    mia.box.fill("Half an answer")

    def be_faster(route: Route) -> None:
        epoch = desks[0].session(visitor.session_id)["assign_epoch"]
        path = f"/api/chat/sessions/{visitor.session_id}/accept"
        desks[0].post(path, {"assign_epoch": epoch}).raise_for_status()
        route.continue_()

    mia.page.route("**/accept", be_faster)
    mia.press("a")
    expect(mia.toast).to_have_text("Admin took this conversation meanwhile.")
    expect(mia.page.locator("[data-sub]")).to_contain_text("Admin")
    expect(mia.page.get_by_role("button", name="Accept")).to_be_hidden()
    expect(mia.box).to_have_value("Half an answer")


def test_who_is_full_is_told_what_to_do(
    stack: Stack, new_page: NewPage, desks: tuple[Desk, Desk]
) -> None:
    for name in ("One", "Two", "Three"):
        visitor = waiting(stack, name, "hello")
        _, mia = pages(stack, new_page, "en", visitor)
        mia.press("a")
    expect(mia.toast).to_have_text(mia.t["accept.full"].format(capacity=2))
    boss = Dashboard(new_page(), stack.url, "en")
    boss.sign_in()
    boss.visit(visitor.session_id)
    boss.press("t")
    dialog = boss.dialog("transfer.title")
    dialog.get_by_role("radio", name=re.compile("Mia Chen.*Full")).check(force=True)
    button = dialog.get_by_role("button", name="Transfer", exact=True)
    expect(button).to_be_disabled()
    dialog.get_by_label(boss.t["transfer.force"].format(name="Mia Chen")).check()
    button.click()
    expect(boss.toast).to_contain_text("Transferred to Mia Chen")


def test_colleagues_see_each_other(
    stack: Stack, new_page: NewPage, desks: tuple[Desk, Desk]
) -> None:
    visitor = waiting(stack, "Jonas", "Two of you?")
    boss, mia = pages(stack, new_page, "en", visitor)
    company = boss.page.locator("[data-company]")
    expect(company).to_have_text("Mia Chen is viewing this, too")
    mia.box.press_sequentially("Yes")
    expect(company).to_have_text("Mia Chen is typing a reply")
    mia.box.fill("")
    expect(company).to_have_text("Mia Chen is viewing this, too")
    mia.page.close()
    expect(company).to_be_hidden(timeout=WAIT_MS)


def test_everything_works_without_a_socket(
    stack: Stack, new_page: NewPage, desks: tuple[Desk, Desk]
) -> None:
    visitor = waiting(stack, "Jonas", "Do you hear me?")
    desk = Dashboard(new_page(), stack.url, "en")
    desk.page.route_web_socket(re.compile("socket.io"), lambda socket: socket.close())
    desk.sign_in()
    desk.visit(visitor.session_id)
    desk.press("a")
    expect(desk.toast).to_contain_text(desk.t["accept.done"])
    desk.say("Very well")
    expect(desk.thread.get_by_text("Very well", exact=True)).to_have_count(1)
    desk.thread.get_by_text("Very well", exact=True).hover()
    desk.page.get_by_role("button", name=desk.t["message.recall"]).click()
    expect(desk.thread.get_by_text(desk.t["message.recalled_you"])).to_be_visible()
    desk.press("e")
    expect(desk.toast).to_contain_text(desk.t["close.done"])
    kinds = [one["recalled_at"] is not None for one in visitor.messages(visitor.session_id)]
    assert kinds.count(True) == 1


def test_labels_are_saved_when_the_field_is_left(
    stack: Stack, new_page: NewPage, desks: tuple[Desk, Desk]
) -> None:
    visitor = waiting(stack, "Jonas", "A lamp, please")
    desk = Dashboard(new_page(), stack.url, "en")
    desk.sign_in()
    desk.visit(visitor.session_id)
    desk.page.get_by_label("Subject").fill("Order 10482")
    desk.page.get_by_label("Tags").fill("refund, 退款")
    expect(desk.toast).to_contain_text("Subject changed")
    desk.page.get_by_label("Tags").press("Enter")
    expect(desk.page.get_by_role("button", name="Remove the tag 退款")).to_be_visible()
    desk.page.get_by_label("Priority").select_option("urgent")
    expect(desk.toast).to_contain_text("Priority changed")
    expect(desk.row("Jonas").get_by_text("Urgent")).to_have_count(1)
    desk.press("u")
    expect(desk.toast).to_contain_text("Changed back")
    session = desks[0].session(visitor.session_id)
    kept = [session[key] for key in ("subject", "tags", "priority")]
    assert kept == ["Order 10482", ["refund", "退款"], "normal"]
