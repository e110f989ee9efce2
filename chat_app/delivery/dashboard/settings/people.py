"""Own account, team and departments: every agent may read them, only admins change them."""

from flask import g

from chat_app.delivery.dashboard.services import DashboardServices
from chat_app.delivery.dashboard.settings.painter import Painter
from chat_app.delivery.dashboard.settings.reading import Dumped, all_of, known_id, part_of
from chat_app.delivery.schemas.agent import dump_agent
from chat_app.delivery.schemas.department import dump_department
from chat_app.domain.agent import Agent
from chat_app.domain.department import Membership
from chat_app.domain.repositories import Cursor
from chat_app.use_cases.access import require_admin
from chat_app.use_cases.paging import Page


class People:
    """The pages about people, and the groups they work in."""

    def __init__(self, services: DashboardServices, painter: Painter) -> None:
        self._staff = services.staff
        self._departments = services.departments
        self._painter = painter

    def account(self) -> str:
        """GET …/account: who one is, and a new password."""
        return self._painter.render("account", "account", departments=self._all_departments())

    def team(self) -> str:
        """GET …/team: the accounts."""
        page = part_of(self._list_agents, dump_agent)
        return self._painter.render("team", "team", page=page, departments=self._all_departments())

    def new_agent(self) -> str:
        """GET …/team/new: add an account."""
        require_admin(g.actor)
        return self._painter.render("agent", "team", departments=self._all_departments(), agent={})

    def agent(self, agent_id: str) -> str:
        """GET …/team/<id>: one account."""
        agent = dump_agent(self._staff.read(g.actor, known_id(agent_id)))
        return self._painter.render(
            "agent", "team", agent=agent, departments=self._all_departments()
        )

    def departments(self) -> str:
        """GET …/departments: the groups."""
        page = part_of(self._list_departments, dump_department)
        everyone = self._all_departments()
        return self._painter.render("departments", "departments", page=page, departments=everyone)

    def new_department(self) -> str:
        """GET …/departments/new: add a group."""
        require_admin(g.actor)
        return self._department_page({})

    def department(self, department_id: str) -> str:
        """GET …/departments/<id>: one group."""
        found = self._departments.read(g.actor, known_id(department_id))
        return self._department_page(dump_department(found))

    def _department_page(self, department: Dumped) -> str:
        return self._painter.render(
            "department",
            "departments",
            department=department,
            departments=self._all_departments(),
            agents=all_of(self._list_agents, dump_agent),
        )

    def _all_departments(self) -> list[Dumped]:
        return all_of(self._list_departments, dump_department)

    def _list_agents(self, cursor: Cursor | None, limit: int) -> Page[Agent]:
        return self._staff.list(g.actor, cursor, limit)

    def _list_departments(self, cursor: Cursor | None, limit: int) -> Page[Membership]:
        return self._departments.list(g.actor, cursor, limit)
