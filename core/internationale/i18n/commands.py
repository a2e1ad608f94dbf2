"""What commands of the command line (click) say of themselves: docstrings, helps of options, names of what is put in.

Nothing is marked for it in the source: a command of a plugin is written as any click command is, and its words are found.
"""

import ast
import re
from collections.abc import Iterator

WORDS = re.compile(r"(?<![\w-])[A-Z]{2,}(?: [A-Z]{2,})*(?!\w)")
"""What stands for something to be put in, in a line of usage: ``FILE``, ``[OPTIONS]``, ``INTEGER RANGE``."""
_BREAK = re.compile(r"\n[ \t]*\n")


def flowing(text: str) -> str:
    """A text without the line ends and indents of the source; an empty line between paragraphs. So it stands in the catalogs."""
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in _BREAK.split(text.strip()))


def descriptions(source: str) -> Iterator[str]:
    """The sentences of one Python file that click shows in ``--help``; none where click is not imported."""
    tree = ast.parse(source)
    if not any(isinstance(node, ast.Import) and any(name.name == "click" for name in node.names) for node in ast.walk(tree)):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and any(map(_makes_command, node.decorator_list)):
            yield from filter(None, [flowing(ast.get_docstring(node) or "")])
        elif isinstance(node, ast.Call):
            yield from _of_call(node)


def _makes_command(decorator: ast.expr) -> bool:
    """``@click.command()``, ``@group.command("name")``, ``@click.group()``."""
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    return isinstance(called, ast.Attribute) and called.attr in {"command", "group"}


def _of_call(call: ast.Call) -> Iterator[str]:
    given = {each.arg: _constant(each.value) for each in call.keywords}
    if help := given.get("help"):
        yield flowing(help)
    if metavar := given.get("metavar"):
        yield from WORDS.findall(metavar)
    elif call.args and isinstance(call.func, ast.Attribute) and call.func.attr == "argument":
        yield from WORDS.findall(_constant(call.args[0]).upper())


def _constant(value: ast.expr) -> str:
    return value.value if isinstance(value, ast.Constant) and isinstance(value.value, str) else ""
