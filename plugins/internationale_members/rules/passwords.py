"""Passwords: long rather than complicated (ASVS 5.0 chapter 6.2), hashed with Argon2id as OWASP recommends."""

import itertools
import unicodedata
from collections.abc import Collection

import argon2

from internationale.kit import Invalid, marker

_ = marker("members")

SHORTEST, LONGEST = 12, 200
LEFT = 6
"""How many characters a password needs besides the words that anybody would try."""

_WORDS = """
    password passwort motdepasse contrasena contraseña senha parola salasana wachtwoord пароль كلمةالسر
    internationale international solidarite solidarity comrade camarade workers revolution welcome bienvenue
    qwertyuiop qwertzuiop azertyuiop asdfghjkl qsdfghjklm yxcvbnm zxcvbnm wxcvbn qwerty azerty qwertz letmein iloveyou
    1q2w3e4r 1234567890 0987654321 abcdefghijkl
"""
_hasher = argon2.PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)  # OWASP's least: 19 MiB, t=2, p=1
_NOBODY = _hasher.hash("nobody has this password")


def hash_of(password: str) -> str:
    """The Argon2id hash in its usual text form. Takes 40 ms and 19 MiB: call it outside of a writing transaction, in turn."""
    return _hasher.hash(_normal(password))


def matches(password: str, hashed: str | None) -> bool:
    """Whether the password is the one that was hashed; as slow when there is nobody (None), so that time tells nothing."""
    try:
        _hasher.verify(hashed or _NOBODY, _normal(password))
    except argon2.exceptions.VerificationError:
        return False
    return hashed is not None


def check(password: str, words: Collection[str], *, place: str = "password") -> None:
    """Refuse what is short or what anybody would try first; no rules of composition. ``words`` are the handle and the
    names of the section. Raises ``Invalid`` at ``place``.
    """
    text = _normal(password).casefold()
    if len(text) < SHORTEST:
        raise Invalid(
            _("A password has at least %(shortest)s characters. Several words are fine.") % {"shortest": SHORTEST}, place=place
        )
    if len(text) > LONGEST:
        raise Invalid(_("A password has at most %(longest)s characters.") % {"longest": LONGEST}, place=place)
    guessed = {*_WORDS.split(), *(part for word in words for part in _parts(word))}
    for likely in sorted(guessed, key=len, reverse=True):
        text = text.replace(likely, "")
    if len(text) < LEFT or len(set(text)) < LEFT - 1 or _in_sequence(text):
        raise Invalid(
            _("Somebody who knows you or the section could guess this password. Please take a less likely one."), place=place
        )


def _normal(password: str) -> str:
    """The same characters however they were typed (NIST SP 800-63B 3.1.1.2)."""
    return unicodedata.normalize("NFKC", password)


def _parts(word: str) -> list[str]:
    """A name and the words in it; those of one or two letters would tear good passwords apart."""
    word = _normal(word).casefold()
    return [part for part in (word, word.replace(" ", ""), *word.split()) if len(part) > 2]


def _in_sequence(text: str) -> bool:
    """Mostly ``abcdef``, ``987654`` or ``aaaaaa``."""
    steps = [ord(after) - ord(before) for before, after in itertools.pairwise(text)]
    return sum(step in (-1, 0, 1) for step in steps) * 2 > len(steps)
