"""Argon2id, off the event loop."""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from chat_app.domain.ports import Blocking

# OWASP's second recommendation: 19 MiB, two passes, one lane.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


class Argon2Passwords:
    """Hashing takes tens of milliseconds, so it runs through `Blocking`."""

    def __init__(self, blocking: Blocking) -> None:
        self._blocking = blocking
        self._nobody: str | None = None

    def hash(self, password: str) -> str:
        """A salted hash to store."""
        return self._blocking.run(_HASHER.hash, password)

    def matches(self, password: str, password_hash: str | None) -> bool:
        """Compare; without an account it works as long on a hash that nothing matches."""
        if password_hash is None:
            if self._nobody is None:
                self._nobody = self.hash("nobody")
            self._blocking.run(_verify, self._nobody, password)
            return False
        return self._blocking.run(_verify, password_hash, password)


def _verify(password_hash: str, password: str) -> bool:
    try:
        return _HASHER.verify(password_hash, password)
    except (VerificationError, InvalidHashError, UnicodeEncodeError):
        return False
