"""A call to a joint action, as people write it."""

from internationale_actions.events import Assessment

ANSWERS = {
    "participants": "Dockers",
    "demands": "Eight hours",
    "leadership": "The strike committee",
    "outlook": "A week",
    "conditions": "Spring",
    "forces": "Forty of us",
}
ASSESSMENT = Assessment(**ANSWERS)
CALL = {"language": "en", "title": "For the eight-hour day", "text": "Stop work.\n\nMarch.", **ANSWERS}
"""The form, but for its days."""
