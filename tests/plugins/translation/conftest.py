import pytest

from .story import Story


@pytest.fixture
def story(three):
    return Story(*three)
