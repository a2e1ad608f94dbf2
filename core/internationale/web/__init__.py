"""The edge towards people: HTTP in, pages and JSON out."""
