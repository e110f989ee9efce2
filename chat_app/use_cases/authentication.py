"""Signing in and out, and turning tokens into actors."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from chat_app.domain.actor import Actor, ActorKind
from chat_app.domain.agent import Agent, AgentToken, normal_email
from chat_app.domain.errors import Unauthorized, Validation
from chat_app.domain.limits import Limits
from chat_app.domain.password import check_password
from chat_app.domain.ports import Blocking, Clock, Ids, Passwords, RateLimiter, Tokens
from chat_app.domain.repositories import UnitOfWorkFactory
from chat_app.use_cases.access import require_agent
from chat_app.use_cases.together import Together

TOKEN_LIFETIME = timedelta(days=14)
MOST_TOGETHER = 200


@dataclass(frozen=True)
class Login:
    """A new sign-in; the token is shown once."""

    token: str
    expires_at: datetime
    agent: Agent


@dataclass(eq=False)
class _Caller:
    """One who shows a token, and who that turned out to be."""

    token_id: str
    actor: Actor | None = None


class Authentication:
    """Who is calling. Raises Unauthorized for whatever is not valid now.

    The tokens that are shown at the same moment, such as those of clients that all come back
    after an outage, are looked up by one query.
    """

    def __init__(
        self,
        uow: UnitOfWorkFactory,
        tokens: Tokens,
        passwords: Passwords,
        ids: Ids,
        clock: Clock,
        limiter: RateLimiter,
        limits: Limits,
        blocking: Blocking,
    ) -> None:
        self._uow = uow
        self._tokens = tokens
        self._passwords = passwords
        self._ids = ids
        self._clock = clock
        self._limiter = limiter
        self._limits = limits
        self._callers = Together(self._recognise, blocking, most=MOST_TOGETHER)

    def login(self, email: str, password: str, address: str) -> Login:
        """Sign in. Wrong password and unknown account look the same and take the same time."""
        email = normal_email(email)
        self._refuse_guessing(email, address)
        with self._uow.reading() as uow:
            agent = uow.agents.by_email(email)
        matches = self._passwords.matches(password, agent.password_hash if agent else None)
        if agent is None or not matches or agent.disabled:
            self._count_failure(email, address)
            raise Unauthorized("E-mail or password is wrong")
        return self._sign_in(agent)

    def logout(self, actor: Actor) -> None:
        """End the sign-in the actor came with; its other sign-ins stay."""
        if actor.token_id is None:
            return
        with self._uow() as uow:
            uow.agents.drop_token(actor.token_id)
            uow.commit()

    def change_password(self, actor: Actor, current: str, new: str, address: str) -> None:
        """Replace one's own password and end all of one's sign-ins, this one included.

        Raises Validation for a wrong `current`, which counts as a failed login, or a bad `new`.
        """
        check_password(new, "new_password")
        with self._uow.reading() as uow:
            agent = uow.agents.get(require_agent(actor).id)
        if agent is None:
            raise Unauthorized
        self._refuse_guessing(agent.email, address)
        if not self._passwords.matches(current, agent.password_hash):
            self._count_failure(agent.email, address)
            raise Validation.of("current_password", "is wrong")
        hashed = self._passwords.hash(new)
        with self._uow() as uow:
            present = uow.agents.locked(agent.id)
            if present is None or present.password_hash != agent.password_hash:
                raise Validation.of("current_password", "has changed meanwhile")
            present.password_hash = hashed
            uow.agents.drop_tokens_of(agent.id)
            uow.commit()

    def agent_by_token(self, token: str) -> Actor:
        """The agent a token belongs to."""
        return self._recognised(token, "agent")

    def visitor_by_token(self, token: str) -> Actor:
        """The visitor a token belongs to."""
        return self._recognised(token, "visitor")

    def actor_by_token(self, token: str) -> Actor:
        """The agent or visitor a token belongs to."""
        return self._recognised(token, "agent", "visitor")

    def still_valid(self, token_ids: Iterable[str]) -> Mapping[str, Actor]:
        """The agents behind those token hashes that are valid now, with their present rights."""
        found = self._bearers(token_ids)
        return {token_id: actor for token_id, actor in found.items() if actor.is_agent}

    def _recognised(self, token: str, *kinds: ActorKind) -> Actor:
        caller = _Caller(self._tokens.digest(token))
        self._callers.serve(caller)
        if caller.actor is None or caller.actor.kind not in kinds:
            raise Unauthorized("This token is not valid")
        return caller.actor

    def _recognise(self, callers: Sequence[_Caller]) -> None:
        found = self._bearers({one.token_id for one in callers})
        for one in callers:
            one.actor = found.get(one.token_id)

    def _bearers(self, token_ids: Iterable[str]) -> Mapping[str, Actor]:
        with self._uow.reading() as uow:
            return uow.bearers.of(token_ids, self._clock.now())

    def _sign_in(self, agent: Agent) -> Login:
        token, now = self._ids.secret(), self._clock.now()
        with self._uow() as uow:
            present = uow.agents.locked(agent.id)
            if present is None or present.disabled or present.password_hash != agent.password_hash:
                raise Unauthorized("E-mail or password is wrong")  # since a moment ago
            uow.agents.observe([present])
            uow.agents.add_token(
                AgentToken(self._tokens.digest(token), agent.id, now, now + TOKEN_LIFETIME)
            )
            uow.commit()
        return Login(token, now + TOKEN_LIFETIME, present)

    def _rules(self, email: str, address: str) -> list[tuple[str, str, int, int]]:
        return [
            ("login:address", address, self._limits.login_failures_per_address, 300),
            ("login:account", email, self._limits.login_failures_per_account, 900),
        ]

    def _refuse_guessing(self, email: str, address: str) -> None:
        for rule, key, most, seconds in self._rules(email, address):
            self._limiter.check(rule, key, most=most, seconds=seconds)

    def _count_failure(self, email: str, address: str) -> None:
        for rule, key, most, seconds in self._rules(email, address):
            self._limiter.hit(rule, key, most=most, seconds=seconds)
