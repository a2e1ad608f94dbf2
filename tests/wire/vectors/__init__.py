"""The published test vectors, and what made them.

They are made once; the tests fail when the same input gives other bytes, because then signed things would be read differently.
``python -m tests.wire.vectors`` writes them anew, after vectors were added.
"""

import json
from pathlib import Path

from . import documents, files, generate

HERE = Path(__file__).parent
FILES = generate.FILES | documents.FILES | files.FILES


def text(name: str) -> str:
    """What belongs into one of the files."""
    return json.dumps(FILES[name](), ensure_ascii=False, indent=1) + "\n"
