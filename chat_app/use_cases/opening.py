"""How a visitor comes to an open session.

Strangers who come at the same moment share one transaction. Who has been here before, and so may
have a session that others change meanwhile, has one of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from chat_app.domain.actor import Actor
from chat_app.domain.errors import Forbidden, NotFound
from chat_app.domain.limits import Limits
from chat_app.domain.ports import Blocking, RateLimiter
from chat_app.domain.repositories import Collision, Duplicate, UnitOfWork, UnitOfWorkFactory
from chat_app.domain.site import Site
from chat_app.use_cases.again import again
from chat_app.use_cases.arriving import Arrival, Arriving, OpenRequest, client_key
from chat_app.use_cases.beginning import Beginning, Opened
from chat_app.use_cases.sites import DEFAULT_KEY
from chat_app.use_cases.together import Together

MOST_TOGETHER = 50


@dataclass(eq=False)
class _Wish:
    """What one caller wants, and what became of it."""

    caller: Actor | None
    request: OpenRequest
    opened: Opened | None = None
    error: Exception | None = None

    @property
    def may_be_known(self) -> bool:
        """Whether the request says who it comes from."""
        return self.caller is not None or self.request.identity_token is not None


class Opening:
    """`POST /api/chat/sessions`."""

    def __init__(
        self,
        uow: UnitOfWorkFactory,
        arriving: Arriving,
        beginning: Beginning,
        limiter: RateLimiter,
        limits: Limits,
        blocking: Blocking,
    ) -> None:
        self._uow = uow
        self._arriving = arriving
        self._beginning = beginning
        self._limiter = limiter
        self._limits = limits
        self._strangers = Together(self._serve, blocking, most=MOST_TOGETHER)

    def open(self, caller: Actor | None, request: OpenRequest, address: str) -> Opened:
        """Open a session, or give the one that is there already.

        Raises NotFound (site), Validation, Unauthorized (identity, or a token of another site),
        Blocked, RateLimited.
        """
        if caller is not None and not caller.is_visitor:
            raise Forbidden("Only visitors open sessions")
        self._limiter.hit(
            "sessions",
            f"{request.site_key or DEFAULT_KEY}:{address}",
            most=self._limits.sessions_per_minute,
            seconds=60,
        )
        wish = _Wish(caller, request)
        if wish.may_be_known:
            self._alone(wish)
        else:
            self._strangers.serve(wish)
        if wish.error is not None:
            raise wish.error
        if wish.opened is None:
            raise RuntimeError("a wish was passed over")
        return wish.opened

    def _serve(self, wishes: Sequence[_Wish]) -> None:
        """Grant the wishes of strangers. Raises Unavailable for all of them."""
        try:
            left = self._together(wishes)
        except (Collision, Duplicate):  # another transaction was in the way
            left = wishes
        for wish in left:
            self._alone(wish)

    def _together(self, wishes: Sequence[_Wish]) -> Sequence[_Wish]:
        """Begin the sessions of strangers; return the wishes of those who are none."""
        with self._uow() as uow:
            known, strangers = self._told_apart(uow, self._on_sites(uow, wishes))
            arrivals = [one for _, one in strangers]
            refusals = self._beginning.refusals(uow, arrivals)
            for (wish, _), refusal in zip(strangers, refusals, strict=True):
                wish.error = refusal
            welcome = [pair for pair in strangers if pair[0].error is None]
            if welcome:
                found = self._beginning.begin(uow, [one for _, one in welcome], with_token=True)
                for (wish, _), opened in zip(welcome, found, strict=True):
                    wish.opened = opened
        return known

    def _on_sites(self, uow: UnitOfWork, wishes: Sequence[_Wish]) -> list[tuple[_Wish, Site]]:
        """Each with its site; those whose site is not there have their answer."""
        sites: dict[str | None, Site | NotFound] = {}
        found: list[tuple[_Wish, Site]] = []
        for wish in wishes:
            key = wish.request.site_key
            if key not in sites:
                try:
                    sites[key] = self._arriving.site(uow, None, wish.request)
                except NotFound as error:
                    sites[key] = error
            site = sites[key]
            if isinstance(site, Site):
                found.append((wish, site))
            else:
                wish.error = site
        return found

    def _told_apart(
        self, uow: UnitOfWork, wishes: Sequence[tuple[_Wish, Site]]
    ) -> tuple[list[_Wish], list[tuple[_Wish, Arrival]]]:
        """Those whose client has asked before, or at the same moment, and the strangers."""
        keys = [client_key(site, wish.request) for wish, site in wishes]
        taken = uow.sessions.taken_client_keys(one for one in keys if one is not None)
        known: list[_Wish] = []
        strangers: list[tuple[_Wish, Arrival]] = []
        for (wish, site), key in zip(wishes, keys, strict=True):
            if key in taken:
                known.append(wish)
                continue
            if key is not None:
                taken.add(key)
            strangers.append((wish, self._arriving.stranger(site, wish.request)))
        return known, strangers

    def _alone(self, wish: _Wish) -> None:
        wish.error = None
        try:
            # Somebody may open it at the same moment: then the next look finds it.
            wish.opened = again(lambda: self._open(wish))
        except Exception as error:  # noqa: BLE001 - it belongs to this caller, who raises it
            wish.error = error

    def _open(self, wish: _Wish) -> Opened:
        with self._uow() as uow:
            arrival = self._arriving.arrive(uow, wish.caller, wish.request)
            (refusal,) = self._beginning.refusals(uow, [arrival])
            if refusal is not None:
                raise refusal
            (opened,) = self._beginning.begin(uow, [arrival], with_token=wish.caller is None)
            return opened
