"""What the host sees at the command line."""

import click
import pytest
from click.testing import CliRunner

from internationale.errors import NotFound
from internationale.kit import INTERNATIONAL
from internationale.rooms.documents.commands import add_to
from internationale.testing.people import speaker


@pytest.fixture
def cli():
    group = click.Group()
    add_to(group)
    return group


def test_documents_are_listed_and_come_out_exactly(ic, text, cli):
    with ic.writing() as session:
        document = ic.documents.open(
            session, kind="draft", language="en", title="Hours", text=text.first, audience=INTERNATIONAL, by=speaker(ic)
        )
    listed = CliRunner().invoke(cli, ["documents", "list"], obj=lambda: ic)
    assert listed.output == f"{document}\tdraft\t1\tinternational\ten\tHours\n"
    written = CliRunner().invoke(cli, ["documents", "text", document], obj=lambda: ic)
    assert written.stdout_bytes == text.first.encode()
    for wrong in (["documents", "text", "nothing"], ["documents", "text", document, "--revision", "2"]):
        assert isinstance(CliRunner().invoke(cli, wrong, obj=lambda: ic).exception, NotFound)
