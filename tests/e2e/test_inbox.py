"""The list of conversations follows what colleagues do, also while it is being read."""

import re
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from playwright.sync_api import Page, Route, WebSocketRoute, expect

from tests.clients import Desk, Visit, open_session, sign_in
from tests.e2e.conftest import NewPage, Shoot
from tests.e2e.screens import Dashboard
from tests.processes import ADMIN_PASSWORD, Stack

NOA = "noa@desk.example"
# Shorter than the 25 s after which the list is read again in any case.
SOON_MS = 8_000
DATA = re.compile(r"/dashboard/data/sessions\?")
SIZES = [1280, 390]


@pytest.fixture(scope="module")
def admin(stack: Stack) -> Desk:
    """The admin, who takes nothing by itself."""
    desk = sign_in(stack.url)
    desk.status("away")
    return desk


@pytest.fixture(scope="module")
def departments(admin: Desk) -> dict[str, str]:
    """Noa serves Sales, not Support; by name their ids."""
    made = {}
    for name in ("Sales", "Support"):
        answer = admin.post("/api/departments", {"name": f"{name} of Noa"})
        made[name] = answer.json()["department"]["id"]
    account = {"name": "Noa Levi", "email": NOA, "password": ADMIN_PASSWORD, "role": "agent"}
    admin.post("/api/agents", {**account, "department_ids": [made["Sales"]]}).raise_for_status()
    sign_in(admin.url, NOA).status("away")
    return made


def waiting(stack: Stack, name: str, **more: Any) -> Visit:
    """A visitor in the queue."""
    visitor = open_session(stack.url, name=name, **more)
    visitor.send(visitor.session_id, f"{name} asks").raise_for_status()
    return visitor


def accept(desk: Desk, visitor: Visit) -> None:
    """Take the conversation, far from the page that is tested."""
    path = f"/api/chat/sessions/{visitor.session_id}/accept"
    epoch = desk.session(visitor.session_id)["assign_epoch"]
    desk.post(path, {"assign_epoch": epoch}).raise_for_status()


def desk_of(page: Page, stack: Stack, language: str = "en", **account: str) -> Dashboard:
    """Somebody who has signed in and has no page open yet."""
    desk = Dashboard(page, stack.url, language)
    desk.sign_in(**account)
    page.goto("about:blank")
    return desk


def expect_waiting(desk: Dashboard, here: str, gone: str) -> None:
    expect(desk.row(here)).to_have_count(1)
    expect(desk.row(gone)).to_have_count(0, timeout=SOON_MS)


def move(admin: Desk, visitor: Visit, department_id: str) -> None:
    """Give the conversation to a department."""
    path = f"/api/chat/sessions/{visitor.session_id}"
    admin.request("PATCH", path, json={"department_id": department_id}).raise_for_status()


def on_the_wire(page: Page, *lost: str, **before: Callable[[], None]) -> None:
    """Lose pushes, those of rows that come later in any case too, and act before the page asks."""

    def through(socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()

        def ask(text: str | bytes) -> None:
            for name, act in before.items():
                if f'["{name}"' in str(text):
                    act()
            server.send(text)

        def answer(text: str | bytes) -> None:
            if not any(name in str(text) for name in ("session_updated", *lost)):
                socket.send(text)

        socket.on_message(ask)
        server.on_message(answer)

    page.route_web_socket(re.compile("socket.io"), through)


def test_who_is_served_before_the_page_hears_of_it_leaves_the_list(
    stack: Stack, new_page: NewPage, admin: Desk
) -> None:
    served, waits = waiting(stack, "Served"), waiting(stack, "Patient")
    desk = desk_of(new_page(), stack)

    def serve() -> None:
        desk.page.wait_for_timeout(1_000)  # for a page that reads without having subscribed
        accept(admin, served)
        desk.page.wait_for_timeout(300)  # its pushes have left

    on_the_wire(desk.page, watch_inbox=serve)
    desk.page.goto(f"{stack.url}/dashboard?view=waiting")
    expect_waiting(desk, "Patient", gone="Served")
    assert waits.session(waits.session_id)["status"] == "queued"


@pytest.mark.parametrize("width", SIZES)
def test_a_page_read_before_a_push_brings_nothing_back(
    stack: Stack, new_page: NewPage, shoot: Shoot, admin: Desk, width: int
) -> None:
    served, _ = waiting(stack, "Served"), waiting(stack, "Patient")
    desk = desk_of(new_page(width=width), stack)
    held: list[Route] = []

    def hold(route: Route) -> None:
        answer = route.fetch()
        if not held:
            held.append(route)
            accept(admin, served)
            expect_waiting(desk, "Patient", gone="Served")
        route.fulfill(response=answer)

    on_the_wire(desk.page)
    desk.page.route(DATA, hold)
    with desk.page.expect_response(DATA) as told:
        desk.page.goto(f"{stack.url}/dashboard?view=waiting")
    assert [one["visitor"]["name"] for one in told.value.json()["items"]] == ["Patient", "Served"]
    desk.page.wait_for_timeout(500)  # the page has been taken in
    expect(desk.row("Served")).to_have_count(0, timeout=1)
    shoot(desk.page, f"served-{width}")


def test_what_leaves_goes_from_under_a_resting_pointer_too(
    stack: Stack, new_page: NewPage, admin: Desk
) -> None:
    served, _ = waiting(stack, "Served"), waiting(stack, "Patient")
    desk = desk_of(new_page(), stack)
    desk.page.goto(f"{stack.url}/dashboard?view=waiting")
    desk.row("Patient").hover()
    accept(admin, served)
    expect_waiting(desk, "Patient", gone="Served")


@pytest.mark.parametrize("width", SIZES)
@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_what_goes_to_a_foreign_department_leaves_list_and_screen(
    stack: Stack,
    new_page: NewPage,
    shoot: Shoot,
    admin: Desk,
    departments: dict[str, str],
    width: int,
    language: str,
) -> None:
    moved = waiting(stack, "Moved", department_id=departments["Sales"])
    waiting(stack, "Patient", department_id=departments["Sales"])
    desk = desk_of(new_page(width=width, language=language), stack, language, email=NOA)
    desk.visit(moved.session_id)
    shoot(desk.page, f"sight-before-{width}-{language}")
    move(admin, moved, departments["Support"])
    expect(desk.title).to_be_hidden(timeout=SOON_MS)
    expect(desk.toast).to_contain_text(desk.t["happened.out_of_sight"])
    expect_waiting(desk, "Patient", gone="Moved")
    assert moved.session_id not in desk.page.url
    shoot(desk.page, f"sight-after-{width}-{language}")


def test_what_comes_back_into_sight_is_followed_again(
    stack: Stack, new_page: NewPage, admin: Desk, departments: dict[str, str]
) -> None:
    there_and_back = waiting(stack, "Returning", department_id=departments["Sales"])
    desk = desk_of(new_page(), stack, email=NOA)
    away = ["While away"]

    def come_back() -> None:
        while away:  # it may be told twice, and ask twice
            there_and_back.send(there_and_back.session_id, away.pop()).raise_for_status()
            move(admin, there_and_back, departments["Sales"])

    on_the_wire(desk.page, sync=come_back)
    desk.visit(there_and_back.session_id)
    there_and_back.send(there_and_back.session_id, "Before").raise_for_status()
    expect(desk.thread.get_by_text("Before", exact=True)).to_be_visible()  # it follows
    move(admin, there_and_back, departments["Support"])
    expect(desk.thread.get_by_text("While away", exact=True)).to_be_visible(timeout=SOON_MS)
    there_and_back.send(there_and_back.session_id, "Back again").raise_for_status()
    expect(desk.thread.get_by_text("Back again", exact=True)).to_be_visible(timeout=SOON_MS)
    expect(desk.toast).to_be_empty()


def test_what_left_before_it_could_be_followed_leaves_the_screen(
    stack: Stack, new_page: NewPage, admin: Desk, departments: dict[str, str]
) -> None:
    moved = waiting(stack, "Moved", department_id=departments["Sales"])
    desk = desk_of(new_page(), stack, email=NOA)
    leave = partial(move, admin, moved, departments["Support"])
    on_the_wire(desk.page, "session_left", join_session=leave)
    desk.page.goto(f"{stack.url}/dashboard/sessions/{moved.session_id}")
    expect(desk.toast).to_contain_text(desk.t["happened.out_of_sight"], timeout=SOON_MS)
    expect(desk.title).to_be_hidden()


def test_what_leaves_takes_nothing_along_that_is_opened_meanwhile(
    stack: Stack, new_page: NewPage, admin: Desk, departments: dict[str, str]
) -> None:
    moved = waiting(stack, "Moved", department_id=departments["Sales"])
    wanted = waiting(stack, "Wanted", department_id=departments["Sales"])
    desk = desk_of(new_page(), stack, email=NOA)
    desk.visit(moved.session_id)

    def hold(route: Route) -> None:
        answer = route.fetch()
        move(admin, moved, departments["Support"])
        expect(desk.title).to_be_hidden(timeout=SOON_MS)
        route.fulfill(response=answer)

    desk.page.route(f"**/dashboard/data/sessions/{wanted.session_id}", hold)
    desk.row("Wanted").click()
    expect(desk.title).to_have_text("Wanted", timeout=SOON_MS)
    assert wanted.session_id in desk.page.url


def test_what_an_agent_may_see_follows_its_departments(
    stack: Stack, new_page: NewPage, admin: Desk, departments: dict[str, str]
) -> None:
    waiting(stack, "Saleswoman", department_id=departments["Sales"])
    waiting(stack, "Supporter", department_id=departments["Support"])
    desk = desk_of(new_page(), stack, email=NOA)
    desk.page.goto(f"{stack.url}/dashboard?view=waiting")
    expect(desk.row("Saleswoman")).to_have_count(1)
    noa = sign_in(stack.url, NOA).agent

    def serve(name: str) -> None:
        changes = {"department_ids": [departments[name]]}
        admin.request("PATCH", f"/api/agents/{noa['id']}", json=changes).raise_for_status()

    serve("Support")
    expect_waiting(desk, "Supporter", gone="Saleswoman")
    serve("Sales")
    expect_waiting(desk, "Saleswoman", gone="Supporter")
