"""What is stored of secrets, and whose word is believed."""

import base64
import json
import re
import time
from datetime import UTC, datetime
from typing import Any

import jwt
import pytest

from chat_app.domain.errors import Unauthorized
from chat_app.domain.visitor import Identity
from chat_app.infrastructure.clock import SystemClock
from chat_app.infrastructure.ids import RandomIds
from chat_app.infrastructure.passwords import Argon2Passwords
from chat_app.infrastructure.tokens import HashedTokens
from tests.fakes import CountingBlocking

SECRET = "the identity secret of a site, which is long enough"
KEY = "the-key-of-the-site"


def claims(**over: Any) -> dict[str, Any]:
    given = {"sub": "user-7", "aud": KEY, "exp": int(time.time()) + 300} | over
    return {name: value for name, value in given.items() if value is not ...}


def signed(secret: str = SECRET, algorithm: str = "HS256", **over: Any) -> str:
    return jwt.encode(claims(**over), secret, algorithm=algorithm)


def by_hand(header: dict[str, Any], payload: Any, signature: bytes = b"") -> str:
    """A token that no library would make."""
    parts = [json.dumps(header).encode(), json.dumps(payload).encode(), signature]
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)


def identity(token: str, secret: str = SECRET) -> Identity:
    now = datetime.now(UTC)
    return HashedTokens().identity(token, secret=secret, audience=KEY, now=now)


def test_a_good_identity_says_who_it_is() -> None:
    token = signed(name="小红", email="xh@example.com", attributes={"plan": "pro"})
    assert identity(token) == Identity("user-7", "小红", "xh@example.com", {"plan": "pro"})
    assert identity(signed()) == Identity("user-7")
    assert identity(signed(aud=[KEY, "another"])).subject == "user-7"


@pytest.mark.parametrize(
    "over",
    [
        pytest.param({"exp": int(time.time()) - 3_600}, id="expired"),
        pytest.param({"exp": int(time.time()) + 3_600}, id="an hour ahead"),
        pytest.param({"exp": ...}, id="without exp"),
        pytest.param({"exp": None}, id="exp is null"),
        pytest.param({"exp": "tomorrow"}, id="exp is a word"),
        pytest.param({"exp": str(int(time.time()) + 300)}, id="exp is a number as text"),
        pytest.param({"exp": []}, id="exp is a list"),
        pytest.param({"exp": float("inf")}, id="exp is endless"),
        pytest.param({"exp": 10**30}, id="exp is very large"),
        pytest.param({"aud": "another-site"}, id="another site"),
        pytest.param({"aud": ...}, id="without aud"),
        pytest.param({"aud": 7}, id="aud is a number"),
        pytest.param({"sub": ...}, id="without sub"),
        pytest.param({"sub": ""}, id="sub is empty"),
        pytest.param({"sub": 7}, id="sub is a number"),
        pytest.param({"sub": "x" * 256}, id="sub is too long"),
        pytest.param({"sub": "a\x00b"}, id="sub holds a NUL"),
        pytest.param({"sub": "a\nb"}, id="sub holds a line break"),
        pytest.param({"name": 7}, id="name is a number"),
        pytest.param({"name": "x" * 300}, id="name is too long"),
        pytest.param({"email": "a\x00b"}, id="email holds a NUL"),
        pytest.param({"attributes": []}, id="attributes are a list"),
        pytest.param({"attributes": {str(n): n for n in range(51)}}, id="too many attributes"),
        pytest.param({"nbf": int(time.time()) + 3_600}, id="not yet"),
    ],
)
def test_a_bad_claim_is_nobody(over: dict[str, Any]) -> None:
    token = by_hand_signed(claims(**over))
    with pytest.raises(Unauthorized):
        identity(token)


def by_hand_signed(payload: dict[str, Any]) -> str:
    """Signed properly, whatever it claims: PyJWT itself refuses to write some of it."""
    text = json.dumps(payload).encode()
    return jwt.api_jws.encode(text, SECRET, algorithm="HS256")


@pytest.mark.parametrize(
    "token",
    [
        pytest.param(by_hand({"alg": "none", "typ": "JWT"}, claims()), id="alg none"),
        pytest.param(by_hand({"alg": "NONE"}, claims()), id="alg NONE"),
        pytest.param(by_hand({"alg": "None"}, claims(), b"x"), id="alg None, signed"),
        pytest.param(by_hand({}, claims()), id="no alg"),
        pytest.param(by_hand({"alg": "HS256"}, claims()), id="no signature"),
        pytest.param(by_hand({"alg": "RS256"}, claims(), b"x"), id="alg RS256"),
        pytest.param(signed(algorithm="HS512", secret=SECRET * 2), id="another alg"),
        pytest.param(signed(secret="another secret that is long enough too"), id="another secret"),
        pytest.param(signed()[:-4], id="cut off"),
        pytest.param(signed() + ".x", id="four parts"),
        pytest.param(by_hand({"alg": "HS256"}, ["a", "list"]), id="no object"),
        pytest.param("", id="empty"),
        pytest.param("a.b.c", id="not base64"),
        pytest.param("字.字.字", id="not ASCII"),
        pytest.param("\ud800", id="a lone surrogate"),
        pytest.param("." * 7_000, id="dots"),
    ],
)
def test_a_token_that_is_not_signed_by_the_site_is_nobody(token: str) -> None:
    with pytest.raises(Unauthorized):
        identity(token)


def test_another_algorithm_with_the_right_secret_is_refused() -> None:
    with pytest.raises(Unauthorized):
        identity(signed(algorithm="HS384", secret=SECRET * 2), SECRET * 2)


def test_a_site_without_a_secret_believes_nobody() -> None:
    forged = by_hand({"alg": "HS256"}, claims())
    with pytest.raises(Unauthorized, match="no identity secret"):
        identity(forged, secret="")


def test_a_digest_is_always_the_same_and_tells_nothing() -> None:
    tokens, secret = HashedTokens(), RandomIds().secret()
    assert tokens.digest(secret) == HashedTokens().digest(secret)
    assert re.fullmatch(r"[0-9a-f]{64}", tokens.digest(secret))
    assert secret not in tokens.digest(secret)
    assert tokens.digest("\ud800") != tokens.digest("?")


# --- Passwords -----------------------------------------------------------------------------------


def test_a_stored_hash_names_argon2id_and_its_cost() -> None:
    stored = Argon2Passwords(CountingBlocking()).hash("correct horse battery staple")
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert len(stored) <= 255, "the column's length"


def test_the_same_password_is_stored_differently_each_time() -> None:
    passwords = Argon2Passwords(CountingBlocking())
    one, other = passwords.hash("客服密码 😀"), passwords.hash("客服密码 😀")
    assert one != other
    assert passwords.matches("客服密码 😀", one)
    assert passwords.matches("客服密码 😀", other)
    assert not passwords.matches("客服密码", one)


@pytest.mark.parametrize("stored", ["", "plain", "$argon2id$", "deleted", "$2b$12$abc"])
def test_a_damaged_hash_matches_nothing(stored: str) -> None:
    assert not Argon2Passwords(CountingBlocking()).matches("", stored)


@pytest.mark.parametrize("password", ["", "\x00", "\ud800", "x" * 100_000])
def test_any_text_may_be_tried(password: str) -> None:
    passwords = Argon2Passwords(CountingBlocking())
    stored = passwords.hash("correct horse battery staple")
    assert not passwords.matches(password, stored)
    assert not passwords.matches(password, None)


def test_an_unknown_account_costs_as_much_as_a_wrong_password() -> None:
    blocking = CountingBlocking()
    passwords = Argon2Passwords(blocking)
    stored = passwords.hash("correct horse battery staple")
    passwords.matches("wrong", None)  # makes the hash that nothing matches, once
    blocking.ran.clear()
    passwords.matches("wrong", stored)
    passwords.matches("wrong", None)
    assert blocking.ran[0] is blocking.ran[1], "the same work, off the event loop"
    assert len(blocking.ran) == 2

    def cost(stored_hash: str | None) -> float:
        begun = time.process_time()
        passwords.matches("wrong", stored_hash)
        return time.process_time() - begun

    known, unknown = min(cost(stored) for _ in range(3)), min(cost(None) for _ in range(3))
    assert unknown > known / 2


def test_nobody_is_not_a_password_for_unknown_accounts() -> None:
    assert not Argon2Passwords(CountingBlocking()).matches("nobody", None)


# --- Ids and times -------------------------------------------------------------------------------


def test_ids_are_uuid7_in_lower_case_and_sort_by_time() -> None:
    made = [RandomIds().new() for _ in range(100)]
    assert all(re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", one) for one in made)  # fmt: skip
    assert made == sorted(set(made))


def test_secrets_hold_256_bits() -> None:
    made = {RandomIds().secret() for _ in range(100)}
    assert len(made) == 100
    assert all(len(base64.urlsafe_b64decode(one + "=")) == 32 for one in made)


def test_the_clock_tells_utc_in_milliseconds() -> None:
    now = SystemClock().now()
    assert now.tzinfo is UTC
    assert now.microsecond % 1000 == 0
    assert abs(now.timestamp() - time.time()) < 5
