"""Accounts: opening, finding, changing them."""

from collections.abc import Collection

from sqlmodel import Session, col, func, select

from internationale.kit import Conflict, Invalid, NotFound, Reader, Refused, Section, Utterance, marker
from internationale_members.rows import Account, FormerHandle
from internationale_members.rules import handles, terms

_ = marker("members")


def get(session: Session, account: str | None) -> Account:
    """Raises ``NotFound``."""
    row = session.get(Account, account) if account else None
    if row is None:
        raise NotFound(_("There is no such account."))
    return row


def is_closed(session: Session, account: str) -> bool | None:
    """None when there is no such account."""
    row = session.get(Account, account)
    return None if row is None else row.disabled_at is not None


def check_name(session: Session, utterance: Utterance, by: Reader) -> None:
    """Of what was written earlier and is released now: raises ``Conflict`` where its writer has given up the name under it."""
    row = session.get(Account, by.id) if by.id else None
    if row is not None and utterance.author and utterance.author != row.handle:
        raise Conflict(_("Whoever wrote this has taken another handle since. Reject it; they can write it again under that one."))


def by_handle(session: Session, handle: str) -> Account | None:
    return session.exec(select(Account).where(Account.key == handles.key(handle))).first()


def languages(session: Session, section: Section) -> tuple[str, ...]:
    """The languages that a person can choose from: the section's own first, then those of the other sections."""
    return tuple(dict.fromkeys((*section.languages, *section.federation_languages(session), "en")))


def speaking_for_others(session: Session, section: Section) -> Collection[str]:
    """Names that no person may take as a handle: names and codes of all sections, the committee's among them."""
    known = section.sections(session)
    return {section.code, section.name, *(card.code for card in known), *(card.name for card in known)}


def check(session: Session, section: Section, handle: str) -> str:
    """The handle as it will be shown, if nobody has it: asks nothing about members. Raises ``Invalid`` at ``handle``."""
    return handles.check(handle, speaking_for_others(session, section))


def open(
    session: Session,
    section: Section,
    *,
    handle: str,
    language: str,
    branch: str | None = None,
    password: str | None = None,
    accepted: bool = False,
    invited_by: str | None = None,
) -> Account:
    """Open an account; ``password`` is a hash. Raises ``Invalid`` at ``handle`` or ``language``."""
    row = Account(
        id=terms.new_id(),
        handle=handle,
        key=handles.key(handle),
        language=_language(session, section, language),
        branch=branch,
        password=password,
        joined_at=section.now(),
        principles_at=section.now() if accepted else None,
        invited_by=invited_by,
    )
    _take(session, section, row, handle)
    return row


def change_handle(session: Session, section: Section, account: str, handle: str) -> None:
    """Take another handle; the old one stays this person's. Raises ``Invalid`` at ``handle``, and ``Conflict`` when they have had
    enough of them: none is ever let go, since they may have spoken under it, and nobody shall keep names from others without end.
    """
    row = get(session, account)
    old, new = row.key, handles.key(handle)
    if new != old and not _is_theirs(session, section, new, account) and _former_of(session, account) >= terms.NAMES_KEPT:
        sentence = _("You have had %(number)s other handles, and they all stay yours. You can take one of those again.")
        raise Conflict(sentence % {"number": terms.NAMES_KEPT}, place="handle")
    _take(session, section, row, handle)
    if row.key != old:
        give_up(session, section, old, row.id)


def _is_theirs(session: Session, section: Section, key: str, account: str) -> bool:
    former = session.get(FormerHandle, _former(section, key))
    return former is not None and former.account == account


def _former_of(session: Session, account: str) -> int:
    return session.exec(select(func.count()).select_from(FormerHandle).where(FormerHandle.account == account)).one()


def give_up(session: Session, section: Section, key: str, account: str | None) -> None:
    """Have nobody else take this handle. ``account``: who may take it back."""
    session.add(FormerHandle(hash=_former(section, key), account=account))


def _former(section: Section, key: str) -> str:
    return handles.former(key, section.secret("members.former_handle"))


def _take(session: Session, section: Section, row: Account, handle: str) -> None:
    shown, key = check(session, section, handle), handles.key(handle)
    former = session.get(FormerHandle, _former(section, key))
    other = session.exec(select(Account.id).where(Account.key == key, Account.id != row.id)).first()
    if other is not None or (former is not None and former.account != row.id):  # in one voice, and after the same questions
        raise Invalid(_("Somebody has this handle, or one that looks like it. Please choose another."), place="handle")
    if former is not None:
        session.delete(former)
    row.handle, row.key = shown, key  # only now: every question writes what was changed before it, and two cannot have one key
    session.add(row)
    session.flush()


def set_language(session: Session, section: Section, account: str, language: str) -> None:
    """Raises ``Invalid`` at ``language``."""
    row = get(session, account)
    row.language = _language(session, section, language)
    session.add(row)


def set_name(session: Session, account: str, name: str) -> None:
    row = get(session, account)
    row.name = name
    session.add(row)


def _language(session: Session, section: Section, language: str) -> str:
    if language not in languages(session, section):
        raise Invalid(_("This language is not among those of the section."), place="language")
    return language


def handles_of(session: Session) -> dict[str, str]:
    """The handle of every account, by id."""
    return dict(session.exec(select(col(Account.id), col(Account.handle))).all())


def own(reader: Reader) -> str:
    """The account of whoever is signed in. Raises ``Refused`` for a passer-by, which web answers with the sign-in page."""
    if reader.id is None:
        raise Refused(_("Please sign in first."))
    return reader.id


def in_person(reader: Reader) -> str:
    """The same, for what a token may not do. Raises ``Refused``."""
    account = own(reader)
    not_by_token(reader)
    return account


def not_by_token(by: Reader | None) -> None:
    """For what makes a way in, says who a person is, erases them, or keeps them from withdrawing the token: a stolen one must not
    outlive its withdrawal through what it made. Rights are given by the room of grants, which asks the same.

    Raises ``Refused``. None: the host, on the command line.
    """
    if by is not None and by.by_token:
        raise Refused(_("A program cannot do this with a token. Please sign in with your browser."))
