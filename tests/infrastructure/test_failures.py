"""What drivers say, in the words of the use cases."""

import pymysql
import pytest
from sqlalchemy.exc import OperationalError

from chat_app.domain.errors import Unavailable
from chat_app.domain.repositories import Collision, Duplicate
from chat_app.infrastructure.db.failures import translated


@pytest.mark.parametrize(
    ("number", "meaning"),
    [
        (4025, Duplicate),
        (3819, Duplicate),
        (1213, Collision),
        (1205, Collision),
        (2006, Unavailable),
    ],
)
def test_errors_of_mysql_and_mariadb(number: int, meaning: type[Exception]) -> None:
    said = pymysql.OperationalError(number, "what the server wrote")
    assert type(translated(OperationalError("INSERT", {}, said))) is meaning


def test_what_is_no_error_of_a_database_stays() -> None:
    error = ValueError(4025)
    assert translated(error) is error
