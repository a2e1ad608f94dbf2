"""What is said between sections and how it is signed. Pure: no database, no network, no clock of its own."""
