"""Letters to people who are not looking."""

from collections.abc import Sequence

from chat_app.domain.mail import Mail
from chat_app.domain.message import Message
from chat_app.domain.missed_mail import missed_mail
from chat_app.domain.ports import Mailer
from chat_app.domain.repositories import UnitOfWorkFactory


class Notifications:
    """E-mail; each letter is sent at least once, rarely twice after a crash."""

    def __init__(self, uow: UnitOfWorkFactory, mailer: Mailer, public_url: str) -> None:
        self._uow = uow
        self._mailer = mailer
        self._public_url = public_url

    def mail_missed(self, session_id: str) -> bool:
        """Write to the department what a waiting visitor said while no agent was online.

        Returns False when there is nothing to write. Raises Unavailable when the mail server
        does not answer.
        """
        prepared = self._prepare(session_id)
        if prepared is None:
            return False
        mail, last_seq = prepared
        self._mailer.send(mail)
        with self._uow() as uow:
            session = uow.sessions.locked(session_id)
            if session is not None and session.missed_mail_seq < last_seq:
                session.missed_mail_seq = last_seq
                uow.commit()
        return True

    def _prepare(self, session_id: str) -> tuple[Mail, int] | None:
        with self._uow.reading() as uow:
            session = uow.sessions.get(session_id)
            if session is None or session.status != "queued":
                return None
            if uow.agents.candidates(session.department_id):
                return None
            said: Sequence[Message] = uow.messages.of_visitor_after(
                session_id, session.missed_mail_seq
            )
            to = tuple(agent.email for agent in uow.agents.to_mail(session.department_id))
            visitor = uow.visitors.get(session.visitor_id)
        if not said or not to or visitor is None:
            return None
        url = f"{self._public_url}/dashboard/sessions/{session_id}"
        return missed_mail(to, session, visitor, said, url), said[-1].seq
