"""Callers who come at the very same moment."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from chat_app.infrastructure.blocking import DirectBlocking
from chat_app.use_cases.together import Together
from tests.processes import until


def at_once(together: Together[Any], *works: Callable[[], object]) -> list[object]:
    """Do all of these, of which each waits in `together`; what each returned or raised."""

    class Gathering(DirectBlocking):
        """Whoever leads begins when all the others wait."""

        def breathe(self) -> None:
            for _ in until(5, every=0.001):
                if len(together._waiting) == len(works) - 1:
                    return
            raise AssertionError(f"only {len(together._waiting)} wait")

    together._blocking = Gathering()
    with ThreadPoolExecutor(len(works)) as threads:
        futures = [threads.submit(work) for work in works]
    return [one.exception() or one.result() for one in futures]
