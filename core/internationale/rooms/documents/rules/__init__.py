"""When something may be said about a document, and what comes of it. Pure: judged by the event and its causes alone."""
