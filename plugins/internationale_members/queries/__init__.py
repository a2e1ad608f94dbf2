"""What the members plugin knows and does, in the caller's session unless a docstring says otherwise."""
