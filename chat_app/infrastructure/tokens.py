"""Hashes of bearer tokens and checks of signed identities."""

import hashlib
from datetime import datetime
from typing import Any

import jwt

from chat_app.domain.errors import Unauthorized
from chat_app.domain.visitor import Identity

MOST_SECONDS_AHEAD = 600
LEEWAY_SECONDS = 30


class HashedTokens:
    """SHA-256 is enough for 256 random bits; identities are HS256 and nothing else."""

    def digest(self, token: str) -> str:
        """The hash under which a token is stored."""
        return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()

    def identity(self, token: str, *, secret: str, audience: str, now: datetime) -> Identity:
        """Check signature, audience and expiry (at most ten minutes ahead)."""
        if not secret:
            raise Unauthorized("This site has no identity secret")
        try:
            claims: dict[str, Any] = jwt.decode(
                token,
                secret,
                algorithms=["HS256"],
                audience=audience,
                leeway=LEEWAY_SECONDS,
                options={"require": ["sub", "exp", "aud"]},
            )
        except (jwt.PyJWTError, ValueError) as error:
            raise Unauthorized("identity_token is not valid") from error
        expires = claims["exp"]
        if not isinstance(expires, int | float):
            raise Unauthorized("identity_token: exp must be a number")
        if expires > now.timestamp() + MOST_SECONDS_AHEAD + LEEWAY_SECONDS:
            raise Unauthorized("identity_token: exp is more than 10 minutes ahead")
        return _identity(claims)


def _identity(claims: dict[str, Any]) -> Identity:
    subject, attributes = claims["sub"], claims.get("attributes", {})
    if not isinstance(subject, str) or not 1 <= len(subject) <= 255 or not subject.isprintable():
        raise Unauthorized("identity_token: sub is not valid")
    if not isinstance(attributes, dict) or len(attributes) > 50:
        raise Unauthorized("identity_token: attributes are not valid")
    return Identity(subject, _label(claims, "name"), _label(claims, "email"), attributes)


def _label(claims: dict[str, Any], name: str) -> str | None:
    value = claims.get(name)
    if value is None:
        return None
    if not isinstance(value, str) or len(value) > 254 or not value.isprintable():
        raise Unauthorized(f"identity_token: {name} is not valid")
    return value
