"""What a hub withholds from one client is left out, whatever pieces its words come in; everything else goes through."""

import random

import pytest

from .sieve import Sieve

HEAD = b"NATS/1.0\r\nNats-Subject: intl.v1.log.fr.1.7\r\n\r\n"
TOLD = b"NATS/1.0\r\nIntl-Subject: intl.v1.log.fr.1.7\r\nIntl-Sig: x\r\n\r\n"
WORDS = {
    "info": b"INFO {}\r\n",
    "delivered": b"MSG intl.v1.log.fr.1.7 3 $JS.ACK.x 6\r\nMSG\r\nx\r\n",
    "another": b"MSG intl.v1.log.fr.1.8 3 2\r\nab\r\n",
    "kept": b"HMSG _INBOX.a 4 %d %d\r\n%sHMSG\r\n" % (len(HEAD), len(HEAD) + 4, HEAD),
    "answered": b"HMSG _INBOX.b 5 %d %d\r\n%s\r\n" % (len(TOLD), len(TOLD), TOLD),
    "ping": b"PING\r\n",
}


@pytest.mark.parametrize(
    ("withheld", "left_out"),
    [
        ("", set()),
        (r"delivered intl\.v1\.log\.fr\.1\.(7|9)", {"delivered"}),
        (r"(delivered|kept) intl\.v1\.log\.fr\.1\.7", {"delivered", "kept"}),
        (r".* intl\.v1\.log\.fr\.1\.7", {"delivered", "kept", "answered"}),
    ],
)
def test_only_what_is_withheld_is_left_out(withheld: str, left_out: set[str]) -> None:
    said, chance = b"".join(WORDS.values()), random.Random(1)
    for _ in range(50):
        sieve, heard, rest = Sieve(), b"", said
        sieve.withheld = withheld
        while rest:
            cut = chance.randrange(1, 30)
            heard, rest = heard + sieve.through(rest[:cut]), rest[cut:]
        assert heard == b"".join(word for name, word in WORDS.items() if name not in left_out)
