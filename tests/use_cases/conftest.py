import pytest
from hypothesis import settings

from tests.use_cases.world import World

# Other work on the machine may slow an example down: that is no failure.
settings.register_profile("calm", deadline=None)
settings.load_profile("calm")


@pytest.fixture
def world() -> World:
    """All use cases over stand-ins, with one site."""
    return World()
