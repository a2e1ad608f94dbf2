"""A word or two about the device of a session, so that people recognise it. The full text is not kept."""

_BROWSERS = {"Edg": "Edge", "OPR": "Opera", "Firefox": "Firefox", "Chrom": "Chromium", "Safari": "Safari"}
_SYSTEMS = {"Android": "Android", "iPhone": "iPhone", "iPad": "iPad", "Windows": "Windows", "Mac OS": "macOS", "Linux": "Linux"}


def describe(user_agent: str) -> str:
    """``Firefox, Linux``; empty when nothing is recognised."""
    found = (next((name for mark, name in words.items() if mark in user_agent[:500]), "") for words in (_BROWSERS, _SYSTEMS))
    return ", ".join(filter(None, found))
