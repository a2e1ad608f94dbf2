"""Paragraph numbers: what people cite. Frozen in each revision together with the version of the rule that made them."""

from collections.abc import Iterable

from internationale.text import blocks as kinds
from internationale.text.blocks import Block, Span

RULE = 1
"""The version of the rule below. A new rule gets a new number, and old revisions keep theirs."""

CITED = frozenset([kinds.PARAGRAPH, kinds.LIST_ITEM, kinds.QUOTATION, kinds.TABLE, kinds.CODE])
"""The kinds that are numbered in rule 1; headings, rules, raw HTML and link definitions are not."""


def number(blocks: Iterable[Block | Span], rule: int = RULE) -> tuple[str, ...]:
    """One number for each block, in order: ``"1"``, ``"2"`` … through the whole text; ``""`` when the kind is not cited.

    Raises ``ValueError`` for a rule that this build does not know.
    """
    if rule != RULE:
        raise ValueError(f"unknown numbering rule {rule}")
    last = 0
    numbers: list[str] = []
    for block in blocks:
        cited = block.kind in CITED
        last += cited
        numbers.append(str(last) if cited else "")
    return tuple(numbers)
