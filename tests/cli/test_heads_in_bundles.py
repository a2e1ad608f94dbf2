"""What a section signs to hold, in files: once it is no member any more nobody takes it, and nobody calls the file wrong."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from internationale.rooms.roster import queries
from internationale.section import Section

from .conftest import opened, plain, wait

Command = Callable[..., Result]
VERIFY = Path(__file__).parents[2] / "deploy" / "verify" / "verify.py"


def checked(*files: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, str(VERIFY), *map(str, files)], capture_output=True, text=True, check=False)


def signed(section: Section) -> bool:
    with section.reading() as session:
        return queries.heads_document(session, "fr") is not None


@pytest.fixture
def suspended(united: Command, at_work: Callable[..., None], tmp_path: Path) -> Command:
    """``fr`` has said and signed to hold something; ``before`` is a bundle with that. Then it is suspended."""

    def signs() -> None:
        section = opened(tmp_path / "fr")
        wait(lambda: signed(section))
        section.close()

    at_work("fr", "one", do=signs)
    united("fr", "bundle", "export", "before")
    assert '"heads"' in (tmp_path / "before").read_text()
    united("ic", "bundle", "import", "before")
    united("ic", "roster", "propose", "suspend", "fr", "--yes", "--sign")
    return united


def test_a_bundle_has_no_heads_that_count_no_more(suspended: Command, tmp_path: Path) -> None:
    suspended("ic", "bundle", "export", "after")
    found = checked(tmp_path / "after")
    assert (found.returncode, "WRONG" in found.stdout) == (0, False), found.stdout


def test_heads_that_count_no_more_are_left_aside_in_words(
    suspended: Command, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.clear()
    said = suspended("ic", "bundle", "import", "before").output
    assert "What these sections sign to hold is left aside: Section française (fr)." in said
    assert [each.levelname for each in caplog.records if "heads" in each.message] in ([], ["INFO"])
    assert plain(suspended("ic", "bundle", "import", "before", "--json"))["strange"] == ["fr"]
