"""What the host sees at the command line."""

import click
import pytest
from click.testing import CliRunner

from internationale.errors import NotFound
from internationale.kit import INTERNATIONAL
from internationale.rooms.documents.commands import add_to


@pytest.fixture
def cli():
    group = click.Group()
    add_to(group)
    return group


def test_documents_are_listed_and_come_out_exactly(world, delegate, text, cli):
    with world.ic.writing() as session:
        document = world.ic.documents.open(
            session, kind="draft", language="en", title="Hours", text=text.first, audience=INTERNATIONAL, by=delegate(world.ic)
        )
    listed = CliRunner().invoke(cli, ["documents", "list"], obj=lambda: world.ic)
    assert listed.output == f"{document}\tdraft\t1\tinternational\ten\tHours\n"
    written = CliRunner().invoke(cli, ["documents", "text", document], obj=lambda: world.ic)
    assert written.stdout_bytes == text.first.encode()
    for wrong in (["documents", "text", "nothing"], ["documents", "text", document, "--revision", "2"]):
        assert isinstance(CliRunner().invoke(cli, wrong, obj=lambda: world.ic).exception, NotFound)
