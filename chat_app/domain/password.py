"""What an agent's password must be: long enough, and not one of those that are tried first."""

from typing import Final

from chat_app.domain.errors import Validation

SHORTEST: Final = 8
LONGEST: Final = 128

# What guessers try first, in lower case; shorter ones are refused for their length already.
COMMON: Final = frozenset(
    [
        "00000000",
        "11111111",
        "12121212",
        "12341234",
        "12345678",
        "123123123",
        "123456789",
        "1234567890",
        "123456abc",
        "1234qwer",
        "1q2w3e4r",
        "1q2w3e4r5t",
        "1qaz2wsx",
        "5201314520",
        "66666666",
        "87654321",
        "88888888",
        "987654321",
        "99999999",
        "a1234567",
        "a12345678",
        "a123456789",
        "aa123456",
        "aa123456789",
        "aaaaaaaa",
        "abc12345",
        "abc123456",
        "abcd1234",
        "abcdefgh",
        "admin123",
        "admin1234",
        "admin123456",
        "administrator",
        "asdfasdf",
        "asdfghjk",
        "asdfghjkl",
        "baseball",
        "changeit",
        "changeme",
        "computer",
        "default1",
        "football",
        "iloveyou",
        "internet",
        "letmein1",
        "letmein123",
        "michelle",
        "monkey123",
        "p@ssw0rd",
        "p@ssword",
        "passw0rd",
        "password",
        "password!",
        "password1",
        "password12",
        "password123",
        "princess",
        "q1w2e3r4",
        "qazwsxedc",
        "qwer1234",
        "qwerty12",
        "qwerty123",
        "qwertyui",
        "qwertyuiop",
        "root1234",
        "secret123",
        "starwars",
        "sunshine",
        "superman",
        "test1234",
        "trustno1",
        "welcome1",
        "welcome123",
        "whatever",
        "woaini1314",
        "woaini520",
        "zaq12wsx",
        "zxcvbnm1",
        "zxcvbnm123",
    ]
)


def check_password(password: str, field: str = "password") -> None:
    """Raise Validation, naming `field`, for one that is too short, too long or well known."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise Validation.of(field, f"between {SHORTEST} and {LONGEST} characters")
    if password.lower() in COMMON:
        raise Validation.of(field, "is one of the most common passwords")
