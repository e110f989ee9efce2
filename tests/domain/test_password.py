"""What an agent's password must be."""

import pytest

from chat_app.domain.errors import Validation
from chat_app.domain.password import COMMON, LONGEST, SHORTEST, check_password


@pytest.mark.parametrize("good", ["x" * 8, "字" * 8, "x" * 128, "correct horse", " spaces "])
def test_a_password_has_8_to_128_characters_of_any_kind(good: str) -> None:
    check_password(good)


@pytest.mark.parametrize("bad", ["", "x" * 7, "x" * 129])
def test_others_are_refused_under_the_name_of_their_field(bad: str) -> None:
    with pytest.raises(Validation) as refused:
        check_password(bad, "new_password")
    assert set(refused.value.errors or {}) == {"new_password"}


@pytest.mark.parametrize("common", ["password", "PassWord", "12345678", "qwerty123", "5201314520"])
def test_what_everybody_tries_first_is_refused(common: str) -> None:
    with pytest.raises(Validation) as refused:
        check_password(common)
    assert set(refused.value.errors or {}) == {"password"}


def test_the_list_holds_what_the_length_does_not_refuse_already() -> None:
    assert len(COMMON) > 50
    assert all(SHORTEST <= len(one) <= LONGEST and one == one.lower() for one in COMMON)
