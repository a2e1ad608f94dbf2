"""A file that is given for another: the command says which one it is, and what it is for."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from internationale.events import keys
from internationale.events.keys import SigningKey
from internationale.rooms.roster.rules import papers

Command = Callable[..., Result]


@pytest.fixture
def files(joined: Command, tmp_path: Path) -> Command:
    """One of each: ``fr.card``, ``fr.request``, ``north.root``, ``fr.invitation``, ``renewal``, ``fr.bundle``, ``damaged``."""
    joined("fr", "section", "request", "--out", "fr.request")
    joined("north", "key", "new-root", "--no-lock", "--holder", "Office north", "--out", "north.root")
    joined("ic", "roster", "propose", "renew", "--yes", "--out", "renewal")
    joined("fr", "bundle", "export", "fr.bundle")
    (tmp_path / "damaged").write_text("what is this")
    (tmp_path / "forged").write_bytes(
        (tmp_path / "fr.card").read_bytes().replace(b'"signatures": [\n    "', b'"signatures": [\n    "A')
    )
    return joined


SAYS = {
    "fr.card": "This is the card of a section.",
    "fr.request": "This is a request to join.",
    "north.root": "This shows a root key.",
    "fr.invitation": "This is an invitation.",
    "renewal": "This is a proposal to change the list of sections.",
    "fr.bundle": "This is a bundle.",
    "damaged": "This file is not readable: what is in it cannot be read: it is damaged, or something else (malformed_json)",
}
COMMANDS = {
    "fr.card": ("section", "admit"),
    "fr.request": ("section", "vouch"),
    "north.root": ("roster", "propose", "roots", "--root-card"),
    "fr.invitation": ("join",),
    "renewal": ("roster", "show"),
}


@pytest.mark.parametrize("meant", COMMANDS)
def test_a_file_for_another_is_named(files: Command, meant: str) -> None:
    for given, says in SAYS.items():
        if given != meant:
            assert says in files("ic", *COMMANDS[meant], given, status=2).output, given


def test_the_card_for_a_new_epoch_is_not_a_request(files: Command) -> None:
    said = files("ic", "roster", "propose", "reopen", "fr", "--card", "fr.request", status=2).output
    assert said.startswith("Error: fr.request: This is a request to join.")
    assert "This is an invitation." in files("ic", "roster", "propose", "admit", "fr.invitation", status=2).output


def test_a_card_that_was_altered_is_said_to_be(files: Command) -> None:
    assert files("ic", "section", "admit", "forged", status=2).output == (
        "Error: forged: This is not the card of a section: its signature does not fit: it was altered, or another key has signed"
        " it (bad_signature)\n"
    )


@pytest.mark.parametrize("code", ["12", "international"])
def test_a_card_with_a_code_that_names_something_else_is_said_to_be(joined: Command, tmp_path: Path, code: str) -> None:
    key = SigningKey.generate()
    card = {"code": code, "name": "Section douze", "languages": ["fr"], "key": str(key.public)}
    body = json.dumps(card).encode()
    (tmp_path / "its.card").write_text(papers.printed({"body": keys.encode(body), "signatures": [key.sign(keys.CARD, body)]}))
    said = joined("ic", "section", "admit", "its.card", "--yes", "--unasked", status=2).output
    assert "a letter first, and not “public” or “international” (malformed_card)" in said
