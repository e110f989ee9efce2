"""Random and time-sorted names."""

import secrets

import uuid_utils


class RandomIds:
    """UUIDv7 for things, 256 random bits for secrets."""

    def new(self) -> str:
        """A UUIDv7 in lower case."""
        return str(uuid_utils.uuid7())

    def secret(self) -> str:
        """256 random bits, URL-safe."""
        return secrets.token_urlsafe(32)
