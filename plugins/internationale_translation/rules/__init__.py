"""What follows from what: drafts and their fate, suggestions from memory. Pure."""
