"""The list of conversations follows what colleagues do, also while it is being read."""

import re
from collections.abc import Callable
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


def on_the_wire(page: Page, before_watching: Callable[[], None] = lambda: None) -> None:
    """Lose the rows that are pushed later in any case, and act before the page hears of the inbox."""

    def through(socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()

        def ask(text: str | bytes) -> None:
            if "watch_inbox" in str(text):
                before_watching()
            server.send(text)

        def answer(text: str | bytes) -> None:
            if "session_updated" not in str(text):
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

    on_the_wire(desk.page, serve)
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
    path = f"/api/chat/sessions/{moved.session_id}"
    admin.request("PATCH", path, json={"department_id": departments["Support"]}).raise_for_status()
    expect(desk.title).to_be_hidden(timeout=SOON_MS)
    expect(desk.toast).to_contain_text(desk.t["happened.out_of_sight"])
    expect_waiting(desk, "Patient", gone="Moved")
    assert moved.session_id not in desk.page.url
    shoot(desk.page, f"sight-after-{width}-{language}")


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
