"""Reading the room's rows: a fixed number of look-ups for each page, however long the text."""
