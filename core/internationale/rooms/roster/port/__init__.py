"""What pages and the storeys above do with the roster: begin, follow, propose, sign, admit; take in heads; show one's card."""

from .announcing import announce_key
from .asked import asked, require_asked
from .card import Keeper, card_of, own_card
from .chain import Offer, adopt, offered, store_version
from .drafting import NAMED, draft
from .founding import adopt_founding, draft_founding, listed, offered_founding
from .heads import Hearing, in_force, next_moment, store_heads
from .instance import Instance
from .joining import decline, invitation, own_request, propose_admission, vouch
from .noted import Note, notes, signers
from .notices import notices
from .proposals import add_signature, add_signatures, adopt_proposal, combine, latest, propose, sign
from .reaching import READERS, note_readers
from .rivals import decide, keep_rival, require_undivided
from .roots import RootKey, root_key, root_state, unlocked, write_root_key

__all__ = [
    "NAMED",
    "READERS",
    "Hearing",
    "Instance",
    "Keeper",
    "Note",
    "Offer",
    "RootKey",
    "add_signature",
    "add_signatures",
    "adopt",
    "adopt_founding",
    "adopt_proposal",
    "announce_key",
    "asked",
    "card_of",
    "combine",
    "decide",
    "decline",
    "draft",
    "draft_founding",
    "in_force",
    "invitation",
    "keep_rival",
    "latest",
    "listed",
    "next_moment",
    "note_readers",
    "notes",
    "notices",
    "offered",
    "offered_founding",
    "own_card",
    "own_request",
    "propose",
    "propose_admission",
    "require_asked",
    "require_undivided",
    "root_key",
    "root_state",
    "sign",
    "signers",
    "store_heads",
    "store_version",
    "unlocked",
    "vouch",
    "write_root_key",
]
