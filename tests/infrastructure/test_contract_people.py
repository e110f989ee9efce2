"""Every database knows the same people, rights and live sockets."""

import pytest

from chat_app.domain.actor import Actor
from chat_app.domain.agent import AgentToken
from chat_app.domain.repositories import Cursor
from chat_app.domain.visitor import VisitorToken
from tests.builders import (
    NOON,
    after,
    make_agent,
    make_assignment,
    make_department,
    make_site,
    make_visitor,
    new_id,
)
from tests.infrastructure.bench import Bench

# --- Sites, departments, visitors ----------------------------------------------------------------


def test_the_default_site_is_the_oldest_that_is_left(bench: Bench) -> None:
    older = make_site(created_at=after(-9), allowed_origins=["https://a.example"])
    bench.keep(older)
    with bench.uow() as uow:
        default = uow.sites.default()
        assert default is not None
        assert default.id == older.id
        assert sorted(uow.sites.all_origins()) == [[], ["https://a.example"]]
        default.deleted_at = NOON
        uow.commit()
    with bench.uow() as uow:
        default = uow.sites.default()
        assert default is not None
        assert default.id == bench.site.id
        assert uow.sites.all_origins() == [[]]
        assert uow.sites.by_key(older.key) is None
        assert uow.sites.get(older.id) is not None
        assert set(uow.sites.locked()) == {bench.site.id}


def test_lists_of_what_the_organisation_has_come_in_parts(bench: Bench) -> None:
    made = [make_department(created_at=after(number // 2)) for number in range(5)]
    made[1].deleted_at = after(99)
    bench.keep(*made)
    cursor, seen = None, list[str]()
    for _ in range(4):
        with bench.uow.reading() as uow:
            page = uow.departments.page(cursor, 2)
        seen += [one.id for one in page]
        if page:
            cursor = Cursor(page[-1].created_at, page[-1].id)
    assert seen == [one.id for one in made if one.deleted_at is None]


def test_a_deleted_department_is_only_a_name(bench: Bench) -> None:
    department = make_department(name="Vertrieb")
    bench.keep(department)
    with bench.uow() as uow:
        found = uow.departments.by_name("VERTRIEB")
        assert found is not None
        found.delete(NOON)
        uow.commit()
    with bench.uow() as uow:
        assert uow.departments.get(department.id) is None
        assert uow.departments.by_name("Vertrieb") is None
        assert uow.departments.locked([department.id]) == {}
        assert uow.departments.among([department.id])[department.id].name == "Vertrieb"
    bench.keep(make_department(name="vertrieb"))


def test_members_of_a_department(bench: Bench) -> None:
    sales, support = make_department(), make_department()
    one, two = sorted((make_agent(department_ids=[sales.id]), make_agent()), key=lambda a: a.id)
    bench.keep(sales, support, one, two)
    with bench.uow() as uow:
        uow.departments.set_members(support.id, [two.id, one.id, two.id])
        uow.departments.set_members(sales.id, [two.id])
        uow.commit()
    with bench.uow() as uow:
        members = uow.departments.members([sales.id, support.id])
        assert members == {sales.id: [two.id], support.id: [one.id, two.id]}
        agent = uow.agents.get(one.id)
        assert agent is not None
        uow.agents.set_departments(agent, [sales.id])
        assert agent.department_ids == [sales.id]
        uow.commit()
    with bench.uow.reading() as uow:
        members = uow.departments.members([sales.id, support.id])
        assert members == {sales.id: [one.id, two.id], support.id: [two.id]}


def test_detaching_a_department(bench: Bench) -> None:
    sales = make_department()
    bench.keep(sales)
    fallen, site = (
        make_department(fallback_department_id=sales.id),
        make_site(department_id=sales.id),
    )
    agent = make_agent(department_ids=[sales.id])
    bench.keep(fallen, site, agent)
    with bench.uow() as uow:
        uow.departments.detach(sales.id)
        uow.commit()
    with bench.uow.reading() as uow:
        assert uow.departments.members([sales.id]) == {sales.id: []}
        assert uow.departments.among([fallen.id])[fallen.id].fallback_department_id is None
        found, left = uow.sites.get(site.id), uow.agents.get(agent.id)
        assert found is not None
        assert left is not None
        assert (found.department_id, left.department_ids) == (None, [])


def test_visitors_by_device_and_by_proven_id(bench: Bench) -> None:
    elsewhere = make_site()
    mine = make_visitor(bench.site, external_id="User-7")
    theirs = make_visitor(elsewhere, external_id="User-7")
    bench.keep(elsewhere, mine, theirs, VisitorToken("a", mine.id, NOON))
    bench.keep(VisitorToken("b", mine.id, NOON), VisitorToken("c", theirs.id, NOON))
    with bench.uow.reading() as uow:
        by_id = [uow.visitors.by_external_id(one.id, "User-7") for one in (bench.site, elsewhere)]
        assert [one and one.id for one in by_id] == [mine.id, theirs.id]
        assert uow.visitors.by_external_id(bench.site.id, "user-7") is None
        owners = uow.bearers.of(iter("abcA"), NOON)
        assert {token: one.id for token, one in owners.items()} == {
            "a": mine.id,
            "b": mine.id,
            "c": theirs.id,
        }
        assert set(uow.visitors.among([mine.id, new_id()])) == {mine.id}


# --- Agents --------------------------------------------------------------------------------------


def test_a_deleted_agent_is_only_a_name(bench: Bench) -> None:
    with bench.uow.reading() as uow:
        assert not uow.agents.any_exists()
    agent = make_agent(role="admin")
    email = agent.email
    bench.keep(agent)
    with bench.uow() as uow:
        assert uow.agents.any_exists()
        assert [one.id for one in uow.agents.locked_admins()] == [agent.id]
        found = uow.agents.locked(agent.id)
        assert found is not None
        found.delete(NOON)
        uow.commit()
    with bench.uow() as uow:
        assert uow.agents.get(agent.id) is None
        assert uow.agents.locked(agent.id) is None
        assert uow.agents.by_email(email) is None
        assert (uow.agents.locked_admins(), uow.agents.page(None, 9)) == ([], [])
        assert uow.agents.among([agent.id])[agent.id].name == agent.name
    bench.keep(make_agent(email=email))


def test_who_is_written_to(bench: Bench) -> None:
    sales = make_department()
    everywhere, member = make_agent(), make_agent(department_ids=[sales.id])
    bench.keep(sales, everywhere, member, make_agent(disabled=True, department_ids=[sales.id]))
    with bench.uow.reading() as uow:
        assert [one.id for one in uow.agents.to_mail(None)] == sorted((everywhere.id, member.id))
        assert [one.id for one in uow.agents.to_mail(sales.id)] == [member.id]
        assert uow.agents.to_mail(new_id()) == []


def test_tokens_are_worth_something_until_they_end(bench: Bench) -> None:
    agent, disabled = make_agent(), make_agent(disabled=True)
    bench.keep(agent, disabled)
    bench.keep(
        AgentToken("one", agent.id, NOON, after(10)),
        AgentToken("two", agent.id, NOON, after(20)),
        AgentToken("off", disabled.id, NOON, after(20)),
    )
    asked = ["one", "two", "off", "ONE", "never"]
    with bench.uow() as uow:
        assert set(uow.bearers.of(asked, after(9.999))) == {"one", "two"}
        assert set(uow.bearers.of(asked, after(10))) == {"two"}
        assert uow.bearers.of(asked, after(20)) == {}
        assert uow.bearers.of([], NOON) == {}
        uow.agents.drop_token("one")
        assert set(uow.bearers.of(asked, NOON)) == {"two"}
        uow.agents.drop_tokens_of(agent.id)
        assert uow.bearers.of(asked, NOON) == {}
        uow.commit()


def test_agents_and_visitors_are_known_by_their_tokens(bench: Bench) -> None:
    sales, support = make_department(), make_department()
    both = make_agent(name="Wang", role="supervisor", department_ids=[sales.id, support.id])
    alone = make_agent()
    ann, nameless = make_visitor(bench.site, name="Ann"), make_visitor(bench.site, name=None)
    bench.keep(sales, support, both, alone, ann, nameless)
    bench.keep(AgentToken("one", both.id, NOON, after(10)))
    bench.keep(AgentToken("two", alone.id, NOON, after(10)))
    bench.keep(VisitorToken("three", ann.id, NOON), VisitorToken("four", nameless.id, NOON))
    at_work = frozenset({sales.id, support.id})
    with bench.uow.reading() as uow:
        found = uow.bearers.of(["one", "two", "three", "four", "five"], NOON)
    assert found == {
        "one": Actor("agent", both.id, "Wang", "supervisor", at_work, None, "one"),
        "two": Actor("agent", alone.id, alone.name, token_id="two"),
        "three": Actor("visitor", ann.id, "Ann", site_id=bench.site.id, token_id="three"),
        "four": Actor("visitor", nameless.id, "", site_id=bench.site.id, token_id="four"),
    }


@pytest.mark.parametrize("change", ["disabled", "deleted", "demoted", "moved"])
def test_what_changed_of_an_agent_counts_at_once(bench: Bench, change: str) -> None:
    sales = make_department()
    agent = make_agent(role="admin", department_ids=[sales.id])
    bench.keep(sales, agent, AgentToken("one", agent.id, NOON, after(10)))
    with bench.uow() as uow:
        present = uow.agents.locked(agent.id)
        assert present is not None
        if change == "disabled":
            present.disabled = True
        elif change == "deleted":
            present.delete(NOON)
        elif change == "demoted":
            present.role = "agent"
        else:
            uow.agents.set_departments(present, [])
        uow.commit()
    with bench.uow.reading() as uow:
        found = uow.bearers.of(["one"], NOON)
    if change in {"disabled", "deleted"}:
        assert found == {}
    elif change == "demoted":
        assert found["one"].role == "agent"
    else:
        assert found["one"].department_ids == frozenset()


# --- Leases --------------------------------------------------------------------------------------


def available(bench: Bench, department_id: str | None = None) -> dict[str, int]:
    """The candidates with their load."""
    with bench.uow.reading() as uow:
        return {one.agent_id: one.load for one in uow.agents.candidates(department_id)}


def test_candidates_are_online_alive_and_members(bench: Bench) -> None:
    sales = make_department()
    one, member = make_agent(capacity=3), make_agent(department_ids=[sales.id])
    away, off, silent = make_agent(status="away"), make_agent(disabled=True), make_agent()
    bench.keep(sales, one, member, away, off, silent)
    with bench.uow() as uow:
        for agent in (one, member, away, off):
            uow.leases.take(f"of {agent.id}", agent.id, 60)
        uow.leases.take("a second socket", one.id, 60)
        uow.commit()
    assert available(bench) == {one.id: 0, member.id: 0}
    assert available(bench, sales.id) == {member.id: 0}
    assert available(bench, new_id()) == {}
    with bench.uow.reading() as uow:
        (candidate,) = [c for c in uow.agents.candidates(None) if c.agent_id == one.id]
        assert (candidate.name, candidate.capacity) == (one.name, 3)
        assert candidate.last_assigned_at is None


def test_a_candidates_load_is_its_slots_in_use(bench: Bench) -> None:
    agent = make_agent(last_assigned_at=after(3))
    bench.keep(agent)
    sessions = [bench.session() for _ in range(4)]
    for number, slot in enumerate((1, 2, None)):
        bench.keep(make_assignment(sessions[number], agent, slot))
    with bench.uow() as uow:
        uow.leases.take("s", agent.id, 60)
        uow.commit()
    assert available(bench) == {agent.id: 2}
    with bench.uow() as uow:
        assignment = uow.assignments.open_of_session(sessions[0].id)
        assert assignment is not None
        assignment.release(NOON)
        uow.commit()
    assert available(bench) == {agent.id: 1}
    with bench.uow.reading() as uow:
        (candidate,) = uow.agents.candidates(None)
        assert candidate.last_assigned_at == after(3)


def test_colleagues_are_seen_as_they_are_now(bench: Bench) -> None:
    one, other = make_agent(languages=["zh", "en"]), make_agent()
    bench.keep(one, other)
    bench.session(status="active", agent_id=one.id)
    bench.session(status="active", agent_id=one.id)
    bench.session(status="snoozed", agent_id=one.id)
    with bench.uow() as uow:
        uow.leases.take("s", one.id, 60)
        uow.leases.take("gone", other.id, -1)
        uow.commit()
    with bench.uow.reading() as uow:
        agents = sorted(uow.agents.page(None, 9), key=lambda agent: agent.id != one.id)
        uow.agents.observe(agents)
        seen = [(agent.connected, agent.active_sessions) for agent in agents]
        assert seen == [(True, 2), (False, 0)]
        (candidate,) = uow.agents.candidates(None)
        assert candidate.languages == ("zh", "en")
        uow.agents.observe([])


def test_leases_run_on_the_databases_clock(bench: Bench) -> None:
    agent = make_agent()
    bench.keep(agent)
    # The application's clock (see Bench) stands years behind: it would find this one expired.
    with bench.uow() as uow:
        uow.leases.take("s", agent.id, 30)
        uow.commit()
    assert available(bench) == {agent.id: 0}
    with bench.uow() as uow:
        uow.leases.shorten("s", 0)
        uow.commit()
    assert available(bench) == {}


@pytest.mark.parametrize("known", [True, False])
def test_renewing_brings_back_what_was_given_up(bench: Bench, *, known: bool) -> None:
    one, other = make_agent(), make_agent()
    bench.keep(one, other)
    with bench.uow() as uow:
        if known:
            uow.leases.take("s1", one.id, -1)
        back = uow.leases.renew({"s1": one.id, "s2": other.id}, 60)
        uow.commit()
    assert back == ({other.id} if known else {one.id, other.id})
    assert available(bench) == {one.id: 0, other.id: 0}


def test_shortening_never_lengthens(bench: Bench) -> None:
    agent = make_agent()
    bench.keep(agent)
    with bench.uow() as uow:
        uow.leases.take("s", agent.id, -5)
        uow.leases.shorten("s", 60)
        uow.leases.shorten("unknown", 60)
        uow.commit()
    assert available(bench) == {}


def test_taking_a_socket_again_is_no_second_one(bench: Bench) -> None:
    agent = make_agent()
    bench.keep(agent)
    with bench.uow() as uow:
        uow.leases.take("s", agent.id, 60)
        uow.commit()
    with bench.uow() as uow:
        uow.leases.take("s", agent.id, -1)
        uow.commit()
    with bench.uow() as uow:
        assert [one.sid for one in uow.leases.drop_expired()] == ["s"]


def test_expired_ones_are_forgotten_once(bench: Bench) -> None:
    agent = make_agent()
    bench.keep(agent)
    with bench.uow() as uow:
        uow.leases.take("dead", agent.id, -1)
        uow.leases.take("alive", agent.id, 60)
        uow.commit()
    with bench.uow() as uow:
        assert [(one.sid, one.agent_id) for one in uow.leases.drop_expired()] == [
            ("dead", agent.id)
        ]
        uow.commit()
    with bench.uow() as uow:
        assert uow.leases.drop_expired() == []
        uow.leases.drop_of(agent.id)
        uow.commit()
    assert available(bench) == {}
