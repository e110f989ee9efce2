"""One running application, as its processes see it."""

from collections.abc import Callable
from dataclasses import dataclass

from chat_app.infrastructure.sweeps import SweepWatch
from chat_app.settings import Settings
from chat_app.use_cases.health import Drain
from chat_app.use_cases.services import Services


@dataclass(frozen=True)
class System:
    """`app.extensions["cland"]`.

    `start` begins what a web process does beside serving; `on_drain` tells clients to go
    elsewhere. Both do nothing in workers and commands.
    """

    settings: Settings
    services: Services
    drain: Drain
    sweeps: SweepWatch
    start: Callable[[], None]
    on_drain: Callable[[], None]
