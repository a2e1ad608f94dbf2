"""The room's tables: what comes of events (``projection``), and what stays at home (``private``)."""
