"""Writes the vectors: ``python -m tests.wire.vectors``."""

from . import FILES, HERE, text

for name in FILES:
    (HERE / name).write_text(text(name), encoding="utf-8")
