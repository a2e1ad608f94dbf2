"""What people enter about the roster. The API takes the same as the pages."""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from litestar.datastructures import UploadFile
from pydantic import ConfigDict, Field, StringConstraints

from internationale.events.refs import SECTION
from internationale.kit import Message, marker
from internationale.kit.fields import Form, Line, OptionalProse, Prose

_ = marker("core")

Step = Literal["edit", "preview", "sign"]
"""A page's form goes round: enter, see what it changes, say it."""
Change = Literal["suspend", "readmit", "expel", "resign", "rotate", "reopen", "renew"]
Code = Annotated[str, StringConstraints(pattern=rf"^({SECTION})?$")]
Request = Annotated[str, StringConstraints(min_length=1, max_length=20_000)]
"""The content of a request's file."""
Passphrase = Annotated[str, StringConstraints(max_length=200)]


class ChangeForm(Form):
    """One change of the list, by name. ``section``: of whom; empty where it is of nobody."""

    labels: ClassVar[Mapping[str, Message]] = {"change": _("What is to change"), "section": _("Section"), "why": _("Why")}

    change: Change
    section: Code = ""
    why: Prose


class ChangePage(ChangeForm):
    """``shown``: what the preview has shown, see ``rules.undated``."""

    step: Step = "preview"
    shown: Annotated[str, StringConstraints(max_length=64)] = ""


class AdoptForm(Form):
    """Putting a version into force. ``unasked``: although no hub can be asked whether there is a newer one."""

    unasked: bool = False


class SignForm(AdoptForm):
    """Signing with the root key of this instance. ``passphrase``: where it is locked. ``again``: see ``port.sign``."""

    labels: ClassVar[Mapping[str, Message]] = {"passphrase": _("Passphrase of the root key")}

    passphrase: Passphrase = ""
    again: bool = False


class SignatureForm(AdoptForm):
    """A signature that was made elsewhere."""

    labels: ClassVar[Mapping[str, Message]] = {"signature": _("Signature")}

    signature: Line


class SignaturePage(AdoptForm):
    """The file of a proposal that was signed elsewhere."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)
    labels: ClassVar[Mapping[str, Message]] = {"file": _("The signed file")}

    file: UploadFile | str | None = None


class RequestPage(Form):
    """A request to join: its file, or the file's content."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)
    labels: ClassVar[Mapping[str, Message]] = {"file": _("The file of the request"), "request": _("Or its content")}

    file: UploadFile | str | None = None
    request: Annotated[str, StringConstraints(max_length=20_000)] = ""


class VouchForm(Form):
    """Vouching. ``fingerprint``: as the people of that section have said it, in words or digits."""

    labels: ClassVar[Mapping[str, Message]] = {
        "fingerprint": _("Fingerprint, as its people said it to you"),
        "why": _("What you know of this section"),
    }

    request: Request
    fingerprint: Line
    why: OptionalProse = ""


class ReasonForm(Form):
    """A decision with its reasons."""

    labels: ClassVar[Mapping[str, Message]] = {"why": _("Why")}

    why: Prose


Threshold = Annotated[int, Field(ge=1, le=64)]
File = Annotated[str, StringConstraints(min_length=1, max_length=1_000_000)]
"""The content of a file."""


class FoundingForm(Form):
    """The root cards of all holders, and how many of them must sign each change."""

    cards: Annotated[list[File], Field(min_length=1, max_length=64)]
    threshold: Threshold


class CopiesForm(Form):
    """Signed copies of the founding's proposal. ``fingerprint``: of the list, as a holder of a root key has said it."""

    copies: Annotated[list[File], Field(min_length=1, max_length=64)]
    fingerprint: Line


class FoundingPage(Form):
    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)
    labels: ClassVar[Mapping[str, Message]] = {
        "files": _("The files of the root cards, one of each holder"),
        "threshold": _("How many of them must sign each change"),
    }

    files: list[UploadFile] | UploadFile | str | None = None
    threshold: Threshold


class CopiesPage(Form):
    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)
    labels: ClassVar[Mapping[str, Message]] = {"files": _("The signed files")}

    files: list[UploadFile] | UploadFile | str | None = None


class BeginForm(Form):
    """Beginning with what was shown of the copies: ``paper`` is all of them in one."""

    labels: ClassVar[Mapping[str, Message]] = {
        "fingerprint": _("Fingerprint of the list, as a holder of a root key said it to you")
    }

    paper: File
    fingerprint: Line


class PaperForm(Form):
    """A proposal that is taken as a file."""

    paper: File
