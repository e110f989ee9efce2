"""Reading, listing, accepting and closing sessions over REST."""

from typing import Any

import pytest

from tests.delivery.http.test_opening import NOBODY
from tests.delivery.installation import OPEN, Installation, bearer
from tests.delivery.shapes import check_problem, check_session


def post(installation: Installation, token: str, path: str, **body: Any) -> Any:
    return installation.client.post(f"{OPEN}/{path}", json=body, headers=bearer(token))


def listed(installation: Installation, token: str, **query: Any) -> dict[str, Any]:
    response = installation.client.get(OPEN, query_string=query, headers=bearer(token))
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.get_json()
    assert set(found) == {"items", "next_cursor"}
    return found


def ids(found: dict[str, Any]) -> list[str]:
    return [one["id"] for one in found["items"]]


class TestReading:
    def test_a_visitor_gets_its_own_copy(self, installation: Installation) -> None:
        session, token = installation.open_session(name="Ada", subject="Hi")
        assert installation.read(token, session["id"]) == session
        check_session(session, for_visitor=True)

    def test_an_agent_gets_everything(self, installation: Installation) -> None:
        department = installation.make_department("Sales")
        session, token = installation.open_session(
            name="Ada", email="ada@example.com", department_id=department
        )
        installation.send(token, session["id"], "  a\nb ")
        agent = installation.make_agent(department_ids=[department], name="Bo")
        installation.accept(agent, session["id"])
        copy = installation.read(agent, session["id"])
        check_session(copy, for_visitor=False)
        assert copy["department"] == {"id": department, "name": "Sales"}
        assert copy["agent"]["name"] == "Bo"
        assert copy["visitor"]["email"] == "ada@example.com"
        assert copy["last_message"]["excerpt"] == "a b"
        assert copy["unread"] == 1
        assert copy["status"] == "active"
        assert copy["queue"] is None

    def test_an_upper_case_id_names_the_same_session(self, installation: Installation) -> None:
        session, token = installation.open_session()
        assert installation.read(token, session["id"].upper())["id"] == session["id"]

    @pytest.mark.parametrize("bad", ["1", "x", "me", NOBODY[:-1], NOBODY + "0", "%00", "null"])
    def test_a_malformed_id_does_not_exist(self, installation: Installation, bad: str) -> None:
        response = installation.client.get(
            f"{OPEN}/{bad}", headers=bearer(installation.make_agent())
        )
        check_problem(response, 404, "not_found")


class TestListing:
    def test_visitors_see_their_own_newest_first(self, installation: Installation) -> None:
        installation.open_session()
        first, token = installation.open_session()
        post(installation, token, f"{first['id']}/close")
        second = installation.client.post(OPEN, headers=bearer(token)).get_json()["session"]
        found = listed(installation, token)
        assert ids(found) == [second["id"], first["id"]]
        assert found["next_cursor"] is None
        for one in found["items"]:
            check_session(one, for_visitor=True)

    def test_agents_see_newest_activity_first(self, installation: Installation) -> None:
        first, token = installation.open_session()
        second, _ = installation.open_session()
        installation.send(token, first["id"])
        found = listed(installation, installation.make_agent())
        assert ids(found) == [first["id"], second["id"]]
        for one in found["items"]:
            check_session(one, for_visitor=False)

    def test_cursors_lead_through_everything_once(self, installation: Installation) -> None:
        made = [installation.open_session()[0]["id"] for _ in range(5)]
        agent, seen, cursor = installation.make_agent(), [], None
        while True:
            query = {"limit": 2} | ({"cursor": cursor} if cursor else {})
            found = listed(installation, agent, **query)
            seen += ids(found)
            cursor = found["next_cursor"]
            if cursor is None:
                break
            assert len(found["items"]) == 2
        assert seen == made[::-1]

    def test_a_full_last_page_has_no_next(self, installation: Installation) -> None:
        for _ in range(2):
            installation.open_session()
        assert listed(installation, installation.make_agent(), limit=2)["next_cursor"] is None

    def test_a_cursor_that_is_not_ours_is_refused(self, installation: Installation) -> None:
        agent = bearer(installation.make_agent())
        texts = [
            "x", "!", "bm9uc2Vuc2U=", "MTIzIG5vdC1hbi1pZA==", "bmFuIDE=", "aW5mIDE=",
            "MWU0MDAgMDE5MGU3YzQtN2IzYS03Y2MxLThmMWUtNWEyZDlmMGM0YjEx", "\u4e2d", "a" * 201,
        ]  # fmt: skip
        for text in texts:
            response = installation.client.get(OPEN, query_string={"cursor": text}, headers=agent)
            assert "cursor" in check_problem(response, 422, "validation")["errors"], text

    def test_filters(self, installation: Installation) -> None:
        department = installation.make_department()
        site = installation.make_site()
        waiting, _ = installation.open_session()
        mine, _ = installation.open_session(department_id=department)
        elsewhere, gone = installation.open_session(site_key=site.key)
        agent = installation.make_agent(department_ids=[department])
        me = installation.actor(agent).id
        installation.accept(agent, mine["id"])
        post(installation, gone, f"{elsewhere['id']}/close")
        expected = {
            "status=queued": [waiting], "status=active": [mine], "status=closed": [elsewhere],
            "status=open": [mine, waiting], "status=snoozed": [], "assignee=me": [mine],
            f"assignee={me}": [mine], f"assignee={me.upper()}": [mine], f"assignee={NOBODY}": [],
            "assignee=none": [elsewhere, waiting], f"department_id={department}": [mine],
            f"site_id={site.id}": [elsewhere], "tag=vip": [],
        }  # fmt: skip
        for query, sessions in expected.items():
            response = installation.client.get(f"{OPEN}?{query}", headers=bearer(agent))
            assert response.status_code == 200, (query, response.text)
            assert ids(response.get_json()) == [one["id"] for one in sessions], query

    def test_an_assignee_is_an_id(self, installation: Installation) -> None:
        agent = bearer(installation.make_agent())
        response = installation.client.get(f"{OPEN}?assignee=someone", headers=agent)
        assert "assignee" in check_problem(response, 422, "validation")["errors"]

    def test_search_finds_words_of_messages_names_and_subjects(
        self, installation: Installation
    ) -> None:
        told, token = installation.open_session()
        installation.send(token, told["id"], "我的包裹在哪里？100%")
        named, _ = installation.open_session(name="Grace Hopper", email="grace@navy.test")
        about, _ = installation.open_session(subject="Umtausch")
        agent = installation.make_agent()
        expected = {
            "包裹": [told], "100%": [told], "%": [told], "_": [], "hopper": [named],
            "navy.test": [named], "UMTAUSCH": [about], "nobody": [], "' OR 1=1 --": [],
        }  # fmt: skip
        for text, sessions in expected.items():
            assert ids(listed(installation, agent, q=text)) == [s["id"] for s in sessions], text

    def test_visitors_cannot_search_for_what_they_may_not_read(
        self, installation: Installation
    ) -> None:
        session, token = installation.open_session()
        agent = installation.make_agent()
        installation.send(agent, session["id"], "a secret", kind="note")
        me = installation.actor(agent).id
        for query in ({"q": "secret"}, {"assignee": "none"}, {"assignee": me}, {"tag": "vip"}):
            response = installation.client.get(OPEN, query_string=query, headers=bearer(token))
            check_problem(response, 403, "forbidden")
        assert ids(listed(installation, token, status="queued")) == [session["id"]]


class TestAccepting:
    def test_makes_the_session_mine(self, installation: Installation) -> None:
        session, token = installation.open_session()
        agent = installation.make_agent(name="Bo")
        accepted = installation.accept(agent, session["id"])
        check_session(accepted, for_visitor=False)
        assert accepted["status"] == "active"
        assert accepted["assign_epoch"] == 1
        seen = installation.read(token, session["id"])
        assert seen["agent"] == {
            "id": installation.actor(agent).id, "name": "Bo", "avatar_url": None,
        }  # fmt: skip
        again = post(installation, agent, f"{session['id']}/accept", assign_epoch=1)
        assert again.status_code == 200
        assert again.get_json()["session"]["assign_epoch"] == 1

    def test_needs_the_epoch_of_the_copy(self, installation: Installation) -> None:
        session, _ = installation.open_session()
        agent = installation.make_agent()
        response = post(installation, agent, f"{session['id']}/accept")
        assert "assign_epoch" in check_problem(response, 422, "validation")["errors"]
        response = post(installation, agent, f"{session['id']}/accept", assign_epoch=7)
        check_problem(response, 409, "stale_assignment")

    def test_one_of_two_agents_wins(self, installation: Installation) -> None:
        session, _ = installation.open_session()
        first, second = installation.make_agent(), installation.make_agent()
        installation.accept(first, session["id"])
        late = post(installation, second, f"{session['id']}/accept", assign_epoch=0)
        check_problem(late, 409, "stale_assignment")
        knowing = post(installation, second, f"{session['id']}/accept", assign_epoch=1)
        check_problem(knowing, 409, "already_assigned")

    def test_capacity_holds_unless_a_supervisor_forces_it(self, installation: Installation) -> None:
        full = installation.make_agent(capacity=1)
        boss = installation.make_agent(role="supervisor", capacity=1)
        sessions = [installation.open_session()[0]["id"] for _ in range(4)]
        installation.accept(full, sessions[0])
        installation.accept(boss, sessions[1])
        path = f"{sessions[2]}/accept"
        check_problem(post(installation, full, path, assign_epoch=0), 409, "capacity_reached")
        forced = post(installation, full, path, assign_epoch=0, force=True)
        check_problem(forced, 403, "forbidden")
        check_problem(post(installation, boss, path, assign_epoch=0), 409, "capacity_reached")
        assert post(installation, boss, path, assign_epoch=0, force=True).status_code == 200

    def test_a_closed_session_is_over(self, installation: Installation) -> None:
        session, token = installation.open_session()
        post(installation, token, f"{session['id']}/close")
        agent = installation.make_agent()
        epoch = installation.read(agent, session["id"])["assign_epoch"]
        response = post(installation, agent, f"{session['id']}/accept", assign_epoch=epoch)
        check_problem(response, 409, "session_closed")


class TestClosing:
    def test_a_visitor_closes_without_an_epoch(self, installation: Installation) -> None:
        session, token = installation.open_session()
        response = post(installation, token, f"{session['id']}/close", reason="done")
        assert response.status_code == 200
        closed = response.get_json()["session"]
        check_session(closed, for_visitor=True)
        assert closed["status"] == "closed"
        assert closed["close_reason"] == "done"
        assert closed["closed_at"]
        assert closed["last_seq"] == 1, "the system says so"

    def test_closing_twice_changes_nothing(self, installation: Installation) -> None:
        session, token = installation.open_session()
        first = post(installation, token, f"{session['id']}/close", reason="a").get_json()
        agent = installation.make_agent()
        before = installation.dump()
        assert post(installation, token, f"{session['id']}/close", reason="b").get_json() == first
        for body in ({"assign_epoch": 99}, {}):
            again = post(installation, agent, f"{session['id']}/close", **body)
            assert again.status_code == 200
            assert again.get_json()["session"]["close_reason"] == "a"
        assert installation.dump() == before

    def test_an_agent_names_the_epoch(self, installation: Installation) -> None:
        session, _ = installation.open_session()
        agent = installation.make_agent()
        installation.accept(agent, session["id"])
        path = f"{session['id']}/close"
        missing = check_problem(post(installation, agent, path), 422, "validation")
        assert "assign_epoch" in missing["errors"]
        stale = post(installation, agent, path, assign_epoch=0)
        check_problem(stale, 409, "stale_assignment")
        other = installation.make_agent()
        theirs = post(installation, other, path, assign_epoch=1)
        check_problem(theirs, 409, "already_assigned")
        assert installation.read(agent, session["id"])["status"] == "active"
        assert post(installation, agent, path, assign_epoch=1).status_code == 200

    def test_makes_room_for_the_agent(self, installation: Installation) -> None:
        agent = installation.make_agent(capacity=1)
        first, second = installation.open_session()[0], installation.open_session()[0]
        installation.accept(agent, first["id"])
        post(installation, agent, f"{first['id']}/close", assign_epoch=1)
        assert installation.accept(agent, second["id"])["status"] == "active"
