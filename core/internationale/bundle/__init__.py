"""What a section holds, as a file: first sync, a journey on a stick, an answer over HTTPS, a hub that has lost everything."""
