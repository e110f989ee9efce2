import pytest

from tests.use_cases.world import World


@pytest.fixture
def world() -> World:
    """All use cases over stand-ins, with one site."""
    return World()
