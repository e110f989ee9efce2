"""Those who wait at the same moment are served in one go.

The first one leads: it serves those that wait, itself among them, and hands the lead to the first
that has come meanwhile. Alone, one waits for nobody. (The idea is PostgreSQL's group commit for
its write-ahead log; here it saves statements and round trips, too.)

The next one begins before those that were just served go on, so that the database works while the
program does. For that something must be left to serve: where the same callers come again as soon
as they were served, one that took all who wait would find nobody waiting when it is done. So one
takes half of all who are about, unless they are few.

Where several may lead, the next one does so as soon as as many wait as it would take. It prepares
them while the others are served, and begins when these are done; half a full group does not wait
for that.
"""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, Generic, TypeVar

from chat_app.domain.errors import Unavailable
from chat_app.domain.ports import Blocking, Turn
from chat_app.use_cases.entrance import Entrance

T = TypeVar("T")
Done = Callable[[BaseException | None], None]
"""Takes what serving raised."""
FEW: Final = 12
"""So many are served together, whoever else is about: a call costs as much as five callers do."""


def share(about: int) -> int:
    """How many to serve at once of those who wait or were served last: half, unless few."""
    return max(FEW, (about + 1) // 2)


def _nothing_before(_: Sequence[Any]) -> None:
    """Serving is all there is to do."""


@dataclass(eq=False)
class _Waiting(Generic[T]):
    """One caller whose `one` is to be served."""

    one: T
    turn: Turn | None
    done: Done | None = None
    leads: bool = False
    hurries: bool = False
    error: BaseException | None = None


class Together(Generic[T]):
    """Gathers callers, and calls `serve` with all of them at once, at most `most`.

    At most `most_leaders` groups are prepared or served at the same time; `prepare` is called with
    each group before `serve` and waits for nobody. `serve` leaves each one's outcome in what it was
    given; what it raises is the answer of everybody who was served with it, and after
    Unavailable of everybody who has come meanwhile.
    """

    def __init__(
        self,
        serve: Callable[[Sequence[T]], None],
        blocking: Blocking,
        *,
        most: int,
        most_leaders: int = 1,
        prepare: Callable[[Sequence[T]], None] = _nothing_before,
    ) -> None:
        self._prepare = prepare
        self._serve = serve
        self._blocking = blocking
        self._most = most
        self._large = most // 2
        self._most_leaders = most_leaders
        self._entrance = Entrance(blocking)
        self._mutex = blocking.mutex()
        self._waiting: deque[_Waiting[T]] = deque()
        self._leaders = 0
        self._gathering = False
        self._served_last = 0

    def serve(self, one: T) -> None:
        """Return once `one` was served, with others perhaps; raises what serving it raised."""
        turn = self._blocking.turn()
        waiting = _Waiting(one, turn)
        leader = self._arrive(waiting)
        if leader is not waiting:
            self._wake(leader)
            self._wait(waiting, turn)
        if waiting.leads:
            self._lead(waiting)
        if waiting.error is not None:
            raise waiting.error

    def enlist(self, one: T, done: Done) -> None:
        """As `serve`, but return at once; `done` is called when it was served.

        Nobody waits then: of a hundred who come together each would need a stack of its own, and
        two changes from one to another.
        """
        self._wake(self._arrive(_Waiting(one, None, done)))

    def _arrive(self, waiting: _Waiting[T]) -> _Waiting[T] | None:
        with self._mutex:
            self._waiting.append(waiting)
            return self._appoint()

    def _appoint(self) -> _Waiting[T] | None:
        """Let the one who has waited longest lead, if it is time for that. Holds the mutex."""
        if not self._waiting or self._gathering or self._leaders >= self._most_leaders:
            return None
        if self._leaders and len(self._waiting) < self._enough():
            return None
        leader = self._waiting.popleft()  # from now on it waits in nobody else's batch
        leader.leads = self._gathering = True
        self._leaders += 1
        return leader

    def _enough(self) -> int:
        """So many wait that one of them leads while another one does."""
        return min(share(len(self._waiting) + self._served_last), self._large)

    def _wait(self, waiting: _Waiting[T], turn: Turn) -> None:
        """Wait to be served or to lead; whoever is torn away meanwhile leaves the lead to others."""
        try:
            turn.wait()
        except BaseException:
            with self._mutex:
                waits = waiting in self._waiting
                if waits:
                    self._waiting.remove(waiting)
            if not waits and waiting.leads:
                self._step_down(gathered=False)
            raise

    def _lead(self, leader: _Waiting[T]) -> None:
        batch, gathered = [leader], False
        try:
            if not leader.hurries:
                self._blocking.breathe()  # what has arrived already comes along
            batch, gathered = self._gather(leader), True
            self._serve_all(batch)
        finally:
            # In this order: the next one asks the database before these go on.
            self._step_down(gathered=gathered)
            self._go_on(batch)

    def _gather(self, leader: _Waiting[T]) -> list[_Waiting[T]]:
        with self._mutex:
            about = len(self._waiting) + 1
            count = min(about, share(about + self._served_last), self._most)
            batch = [leader, *(self._waiting.popleft() for _ in range(count - 1))]
            self._served_last = len(batch)
            self._gathering = False
        return batch

    def _step_down(self, *, gathered: bool) -> None:
        """Leave the lead to the next one, who also gathers for one that came to nothing."""
        with self._mutex:
            self._leaders -= 1
            self._gathering = self._gathering and gathered
            leader = self._appoint()
            if leader is not None:
                leader.hurries = True
        self._wake(leader)

    def _wake(self, leader: _Waiting[T] | None) -> None:
        if leader is None:
            return
        if leader.turn is None:
            self._blocking.soon(partial(self._lead, leader))
        else:
            leader.turn.set()

    def _go_on(self, served: Sequence[_Waiting[T]]) -> None:
        """Let those go on who wait, and tell the others, together."""
        for waiting in served:
            if waiting.turn is not None and not waiting.leads:
                waiting.turn.set()
        told = [waiting for waiting in served if waiting.done is not None]
        if told:
            self._blocking.soon(partial(_tell, told))

    def _serve_all(self, batch: Sequence[_Waiting[T]]) -> None:
        ones = [waiting.one for waiting in batch]
        try:
            self._prepare(ones)
            with self._entrance.inside(beside_others=len(ones) >= self._large):
                self._serve(ones)
        except Unavailable as error:
            _refuse(batch, error)
            others = self._all_waiting()
            _refuse(others, error)
            self._go_on(others)
        except BaseException as error:
            _refuse(batch, error)
            if not isinstance(error, Exception):
                raise

    def _all_waiting(self) -> Sequence[_Waiting[T]]:
        """Who has come meanwhile: each would only find out again that something is away."""
        with self._mutex:
            waiting = list(self._waiting)
            self._waiting.clear()
        return waiting


def _refuse(refused: Sequence[_Waiting[Any]], error: BaseException) -> None:
    for waiting in refused:
        waiting.error = error


def _tell(served: Sequence[_Waiting[Any]]) -> None:
    """Tell each what became of it, whatever happens to those before it."""
    for place, waiting in enumerate(served):
        try:
            if waiting.done is not None:
                waiting.done(waiting.error)
        except BaseException:
            _tell(served[place + 1 :])
            raise
