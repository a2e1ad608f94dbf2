"""Texts: their blocks, the operations that change them, comparing, numbering, showing, weighing amendments. Pure: no database."""
