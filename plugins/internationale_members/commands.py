"""``internationale members …``: what the host does for people who cannot do it themselves, the first secretary above all."""

from typing import Any

import click

from internationale.kit import Invalid, NotFound, Role, Section, fields, marker, printing
from internationale_members.queries import accounts, branches, invitations, links, people
from internationale_members.rows import Account
from internationale_members.rules import handles

_ = marker("members")
ROLES = click.Choice([role.value for role in Role])


def add_to(cli: click.Group) -> None:
    members = click.Group("members", help="People who can sign in here.")
    for command in (invite, add, link, every, grant, disable, enable):
        members.add_command(command)
    cli.add_command(members)


@click.command("invite")
@click.option("--role", type=ROLES, default=Role.MEMBER.value, show_default=True)
@click.option("--branch", default="", help="The branch's name.")
@click.option("--days", type=click.IntRange(1, 14), default=14, show_default=True)
@click.option("--note", default="", help="For whom, to remember it by.")
@click.pass_context
def invite(context: click.Context, role: str, branch: str, days: int, note: str) -> None:
    """Print a link with which one person can join."""
    section: Section = context.obj()
    note = fields.one_line(note) if note else ""
    with section.writing() as session:
        _id, secret = invitations.make(
            session, section, role=Role(role), branch=_branch(session, branch) or "", days=days, note=note, by=None
        )
    click.echo(invitations.link(section, secret))


@click.command("add")
@click.argument("handle")
@click.option("--role", "roles", type=ROLES, multiple=True, default=[Role.MEMBER.value], show_default=True)
@click.option("--branch", default="", help="The branch's name; it is founded when there is none.")
@click.option("--language", default="", help="A language code; the section's main one when left out.")
@click.pass_context
def add(context: click.Context, handle: str, roles: tuple[str, ...], branch: str, language: str) -> None:
    """Open an account for HANDLE and print a link with which it signs in once."""
    section: Section = context.obj()
    with section.writing() as session:
        account = accounts.open(
            session,
            section,
            handle=handle,
            language=language or section.languages[0],
            branch=_branch(session, branch, found=True),
        )
        for role in roles:
            section.grants.give_role(session, account.id, Role(role), by=None)
        secret = links.make(session, section, account.id, by=None)
    click.echo(links.link(section, secret))


@click.command("link")
@click.argument("handle")
@click.pass_context
def link(context: click.Context, handle: str) -> None:
    """Print a link with which HANDLE signs in once, within a day."""
    section: Section = context.obj()
    with section.writing() as session:
        secret = links.make(session, section, _account(session, handle).id, by=None)
    click.echo(links.link(section, secret))


@click.command("list")
@click.pass_context
def every(context: click.Context) -> None:
    """Print everybody: handle, roles, branch, and whether the account is closed."""
    section: Section = context.obj()
    with section.reading() as session:
        for person in people.every(session, section):
            closed = "closed" if person.disabled else ""
            click.echo(printing.row(person.handle, ",".join(person.roles), person.branch, closed).rstrip())


@click.command("grant")
@click.argument("handle")
@click.argument("role", type=ROLES)
@click.pass_context
def grant(context: click.Context, handle: str, role: str) -> None:
    """Give HANDLE a ROLE."""
    section: Section = context.obj()
    with section.writing() as session:
        section.grants.give_role(session, _account(session, handle).id, Role(role), by=None)


@click.command("disable")
@click.argument("handle")
@click.pass_context
def disable(context: click.Context, handle: str) -> None:
    """Close HANDLE's account and sign it out everywhere."""
    section: Section = context.obj()
    with section.writing() as session:
        people.disable(session, section, _account(session, handle).id, by=None)


@click.command("enable")
@click.argument("handle")
@click.pass_context
def enable(context: click.Context, handle: str) -> None:
    """Open HANDLE's account again."""
    section: Section = context.obj()
    with section.reading() as session:
        account = _account(session, handle).id
    people.enable(section, account, by=None)


def _account(session: Any, handle: str) -> Account:
    account = accounts.by_handle(session, handle)
    if account is None or handles.key(handle) == "":
        raise NotFound(_("There is no such account."), place=handle)
    return account


def _branch(session: Any, name: str, *, found: bool = False) -> str | None:
    if not name:
        return None
    branch = branches.by_name(session, name)
    if branch is None and not found:
        raise NotFound(_("There is no such branch."), place=name)
    if branch is None and len(name) > fields.LINE:
        raise Invalid(_("The name of a branch has at most %(longest)s characters.") % {"longest": fields.LINE}, place="--branch")
    return branch.id if branch else branches.add(session, fields.one_line(name))
