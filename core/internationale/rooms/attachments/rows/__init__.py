"""What the room keeps: rows made of events, private rows, and the chunks themselves as files."""
