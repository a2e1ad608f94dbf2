"""When what may be done, and for how long: pure."""
