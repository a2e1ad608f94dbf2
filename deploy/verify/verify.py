#!/usr/bin/env python3
"""Checks what the sections of an International have said, without any of their software.

    verify.py [--root FINGERPRINT]... FILE...

FILEs are exported logs, bundles, proofs of forks, invitations, cards (README.md beside this file has the formats), read in the
order given: a roster comes before what is judged by it. Needs Python 3.9 and PyNaCl (any other Ed25519 would do as well).
Exit status: 0 all of it holds · 1 something does not · 2 a file cannot be read · 3 all of it holds, and a fork is proved.
"""

import argparse
import base64
import hashlib
import itertools
import json
import re
import sys
import unicodedata
from datetime import datetime, timedelta, timezone
from pathlib import Path

import nacl.exceptions
import nacl.signing

LARGEST, LINE, DEEPEST, BIGGEST = 256 * 1024, 1024 * 1024, 32, 2**53 - 1
HIDING = "[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"


class Wrong(Exception):
    """Something does not hold. Its text is the reason's code, the same that a section shows."""


def need(condition, reason):
    if not condition:
        raise Wrong(reason)


# Bytes, keys, signatures


def raw(text):
    """base64url without padding, one spelling for each value."""
    need(isinstance(text, str) and re.fullmatch("[A-Za-z0-9_-]*", text) and len(text) % 4 != 1, "bad_base64")
    value = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    need(base64.urlsafe_b64encode(value).rstrip(b"=").decode() == text, "bad_base64")
    return value


def encoded(kind, body):
    """DSSE's pre-authentication encoding: what is really signed and hashed."""
    return b"DSSEv1 %d urn:intl:%s:1 %d %s" % (len(kind) + 11, kind.encode(), len(body), body)


def digest(kind, body):
    return hashlib.sha256(encoded(kind, body)).hexdigest()


def fingerprint(key):
    """The first 16 digits of it name the key beside a signature; the first 32 are what people compare."""
    return hashlib.sha256(raw(key)).hexdigest()


def signed_by(key, kind, body, *signatures):
    """Whether one of these ``keyid.base64url`` is this key's, over this body as a thing of this kind."""
    for signature in signatures[:64]:
        name, _, value = signature.partition(".")
        try:
            nacl.signing.VerifyKey(raw(key)).verify(encoded(kind, body), raw(value))
        except (nacl.exceptions.CryptoError, ValueError, TypeError, Wrong):
            continue
        if name == fingerprint(key)[:16]:
            return True
    return False


# JSON with one meaning, whoever reads it


def strict(body):
    def pairs(found):
        need(len(dict(found)) == len(found), "duplicate_key")
        return dict(found)

    def integer(text):
        need(len(text) <= 17 and abs(int(text)) <= BIGGEST, "bad_number")
        return int(text)

    def refused(_):
        raise Wrong("bad_number")

    need(len(body) <= LARGEST, "oversize")
    try:
        document = json.loads(
            body.decode(), object_pairs_hook=pairs, parse_int=integer, parse_float=refused, parse_constant=refused
        )
    except (ValueError, RecursionError):
        raise Wrong("malformed_json") from None
    pending = [(document, 1)]
    while pending:
        value, depth = pending.pop()
        need(depth <= DEEPEST, "too_deep")
        need(not (isinstance(value, str) and re.search(HIDING, value)), "bad_text")
        inside = [*value, *value.values()] if isinstance(value, dict) else value if isinstance(value, list) else ()
        pending += [(item, depth + 1) for item in inside]
    return document


# Shapes. A text is a pattern, two numbers a range, [least, most, shape] a list, a mapping an object whose other fields are
# ignored; "name?" may be left out or null, "name*" only left out.


def fits(shape, value):
    if isinstance(shape, str):
        return isinstance(value, str) and bool(re.fullmatch(shape, value))
    if isinstance(shape, tuple):
        return type(value) is int and shape[0] <= value <= shape[1]
    if isinstance(shape, list):
        return isinstance(value, list) and shape[0] <= len(value) <= shape[1] and all(fits(shape[2], each) for each in value)
    if isinstance(shape, dict):
        return isinstance(value, dict) and all(field_fits(name, inner, value) for name, inner in shape.items())
    return shape(value)


def field_fits(name, shape, document):
    plain = name.rstrip("?*")
    if plain not in document:
        return plain != name
    return (name.endswith("?") and document[plain] is None) or fits(shape, document[plain])


def key(value):
    try:
        return len(raw(value)) == 32
    except Wrong:
        return False


def moment(value):
    if not fits("[0-9]{4}-[01][0-9]-[0-3][0-9]T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,6})?Z", value):
        return None
    try:
        when = datetime.strptime(value[:19], "%Y-%m-%dT%H:%M:%S").replace(tzinfo=timezone.utc)
    except ValueError:
        return None
    return when + timedelta(microseconds=int(value[20:-1].ljust(6, "0")))


def distinct(most, pattern):
    return lambda value: fits([1, most, pattern], value) and len(set(value)) == len(value)


def code(value):
    return fits(SECTION, value) and value not in ("public", "international")


def row(value):
    return isinstance(value, list) and len(value) == 3 and all(map(fits, (EPOCH, NUMBER, HEX64), value))


def place(value):
    return isinstance(value, list) and len(value) == 2 and all(map(fits, (EPOCH, NUMBER), value))


def rows(value):
    return fits({}, value) and len(value) <= 1000 and all(code(of) and row(its) for of, its in value.items())


SECTION, HEX64, EPOCH, NUMBER, COUNT = "[a-z][a-z0-9-]{1,31}", "[0-9a-f]{64}", (1, 10**9 - 1), (1, 10**15 - 1), (0, 10**15 - 1)
DIGITS, URL = "[1-9][0-9]{0,14}", r"(?=.{0,500}\Z)[a-z]+://[^\s@/?#]+([/?#]\S*)?"
ADDRESS = f"({SECTION})[.]([1-9][0-9]{{0,8}})[.]({DIGITS})"
NAME = (  # no control characters, nothing that nobody sees, and no quotation marks, with which it could end its own
    "[^\x00-\x1f\x7f-\x9f\u2028\u2029"
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0"
    "\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
    "\x22\xab\xbb\u201c-\u201f\u275d\u275e\u300c-\u300f\u301d-\u301f\uff02\uff62\uff63]{1,200}"
)
WHO = {
    "code": code, "name": NAME, "languages": distinct(64, "[a-z]{2,3}(-[A-Za-z0-9]{2,8})?"), "address?": URL,
    "nkey?": "U[A-Z2-7]{55}", "recipients?": distinct(8, "age1[02-9ac-hj-np-z]{58}"),
}  # fmt: skip
CARD = {**WHO, "key": key}
ENTRY = {
    **WHO, "status": "member|suspended|expelled|resigned", "mandates*": [0, 32, "[a-z][a-z0-9_]{0,31}"], "epoch": EPOCH,
    "opened": NUMBER, "keys": [1, 256, {"key": key, "first": NUMBER, "last?": NUMBER}],
    "last_good?": {"epoch": EPOCH, "sequence": COUNT, "hash": HEX64},
}  # fmt: skip
CERTIFICATE = "(?s)(?=.{0,16384}\\Z)-----BEGIN CERTIFICATE-----\n[\x20-\x7e\n]+"
ROSTER = {
    "version": NUMBER, "prevhash": HEX64, "issued": moment, "expires": moment, "threshold": (1, 64), "sections": [0, 1000, ENTRY],
    "roots": [1, 64, {"key": key, "holder": NAME}], "hubs*": [0, 64, {"id": code, "urls": [1, 16, URL], "ca?": CERTIFICATE}],
}  # fmt: skip
HEADS = {
    "section": code, "time": moment, "roster": NUMBER, "heads": rows, "asked?": HEX64, "to?": code, "beside?": place,
    "beside_hash?": HEX64,
}  # fmt: skip
ANY = "(?s).{1,32768}"
EVENT = {
    "specversion": "1[.]0", "id": ANY, "source": f"urn:intl:section:{SECTION}", "time": moment, "prevhash": HEX64,
    "audience": ANY, "type": r"(?=.{0,200}\Z)org\.intl(\.[a-z][a-z0-9_]*)+\.v[1-9][0-9]{0,3}", "data": {}, "dataschema": ANY,
    "datacontenttype": "application/json", "epoch": EPOCH, "sequence": DIGITS, "refs*": ANY, "parts*": ANY,
    "author*": "[^\x00-\x20\x7f]([^\x00-\x1f\x7f]{0,62}[^\x00-\x20\x7f])?",
}  # fmt: skip
ANYTHING = "(?s).*"
SIGNED = {"body": ANYTHING, "signatures": [0, 64, ANYTHING]}


# The roster: who may sign what


def alike(name):
    """The same for names that count as one, by the Unicode 3.2 that everybody has."""
    old = unicodedata.ucd_3_2_0
    plain = old.normalize("NFKC", re.sub("[\u200c-\u200f]", "", name))
    folded = "".join(each if old.category(each) == "Cn" else each.casefold() for each in plain)
    return " ".join(old.normalize("NFKC", folded).split())


def read_roster(body):
    roster = strict(body)
    need(fits(ROSTER, roster), "malformed_roster")
    sections, roots = roster["sections"], [root["key"] for root in roster["roots"]]
    keys = roots + [each["key"] for entry in sections for each in entry["keys"]]
    codes = [entry["code"] for entry in sections]
    right = roster["threshold"] <= len(roots) and len(set(keys)) == len(keys) and codes == sorted(set(codes))
    right = right and len({alike(entry["name"]) for entry in sections}) == len(sections)
    right = right and timedelta(days=7) <= moment(roster["expires"]) - moment(roster["issued"]) <= timedelta(days=397)
    for entry in sections:
        ends = [0, *(each.get("last") or BIGGEST for each in entry["keys"])]
        right = right and all(ends[n] < each["first"] <= ends[n + 1] for n, each in enumerate(entry["keys"]))
        ended = (entry.get("last_good") or {}).get("epoch", 0)
        may_end = (0, entry["epoch"] - 1) if entry["status"] == "member" else (entry["epoch"],)
        right = right and entry["opened"] <= roster["version"] and ended in may_end
    need(right, "malformed_roster")
    return roster


def next_roster(before, body, signatures):
    """One more version, as (roster, hash). ``before``: the one that it follows, None for the first."""
    roster = read_roster(body)
    if before is None:
        need(roster["version"] == 1, "roster_gap")
        need(roster["prevhash"] == "0" * 64, "roster_fork")
    else:
        need(roster["version"] > before[0]["version"], "roster_rollback")
        need(roster["version"] == before[0]["version"] + 1, "roster_gap")
        need(roster["prevhash"] == before[1], "roster_fork")
    need(continues(before[0]["sections"] if before else [], roster), "roster_history")
    for judge in [roster] if before is None else [before[0], roster]:  # each key counts once, however often it signed
        good = sum(signed_by(root["key"], "roster", body, *signatures) for root in judge["roots"])
        need(good >= judge["threshold"], "roster_threshold")
    return roster, digest("roster", body)


def continues(old, new):
    """Nobody vanishes, and no epoch goes back or is opened anew; the epochs that this version opens begin as they must."""
    before = {each["code"]: (each["epoch"], each["opened"]) for each in old}
    after = {each["code"]: (each["epoch"], each["opened"]) for each in new["sections"]}
    kept = all(code in after and (after[code] == was or after[code][0] > was[0]) for code, was in before.items())
    begun = [
        (each, before.get(each["code"], (0,))[0]) for each in new["sections"] if after[each["code"]] != before.get(each["code"])
    ]
    return kept and all(begins(each, epoch, new["version"]) for each, epoch in begun)


def begins(entry, before, version):
    """An epoch begins with the next number, one key from 1 on, and with the end of the one before (0: there was none)."""
    ended = (entry.get("last_good") or {}).get("epoch", 0)
    ranges = [(each["first"], each.get("last")) for each in entry["keys"]]
    right = (entry["epoch"], ended, entry["opened"], entry["status"]) == (before + 1, before, version, "member")
    return right and ranges == [(1, None)]


def rules_of(chain):
    """For each section its open epoch, and for each epoch that it ever had: the genesis, the keys, where the roster ended it."""
    hashes, entries, ends = {roster["version"]: hash_ for roster, hash_ in chain}, {}, {}
    for each in (entry for roster, _ in chain for entry in roster["sections"]):
        log, last = (each["code"], each["epoch"]), each.get("last_good")
        entries[log] = each
        ends.pop(log, None)
        if last:
            ends[each["code"], last["epoch"]] = last
    rules = {each["code"]: {"epoch": each["epoch"], "logs": {}} for each in chain[-1][0]["sections"]}
    for (code, epoch), each in entries.items():
        seed = b"intl-genesis-v1\0%s\0%d\0" % (code.encode(), epoch) + bytes.fromhex(hashes[each["opened"]])
        end = ends.get((code, epoch))
        last = end["sequence"] if end else BIGGEST
        keys = [dict(one, last=min(one.get("last") or BIGGEST, last)) for one in each["keys"] if one["first"] <= last]
        rules[code]["logs"][epoch] = {"genesis": hashlib.sha256(seed).hexdigest(), "keys": keys, "pin": end}
    return rules


# One event, one card, one section's heads


def address_of(subject):
    found = re.fullmatch(f"intl[.]v1[.]log[.]{ADDRESS}", subject)
    need(found, "subject_malformed")
    return found[1], int(found[2]), int(found[3])


def check_event(subject, body, signature, rules):
    """One event by itself, in the order that everybody keeps; returns it. Whether it follows is the log's to say."""
    need(len(body) <= LARGEST, "oversize")
    section, epoch, number = address_of(subject)
    need(section in rules, "unknown_section")
    logs = rules[section]["logs"]
    keys = logs.get(epoch, logs[rules[section]["epoch"]])["keys"]
    keys = [each for each in keys if fingerprint(each["key"])[:16] == signature.partition(".")[0]]
    need(keys, "unknown_key")
    keys = [each for each in keys if each["first"] <= number <= each["last"]]
    need(keys, "key_not_valid_at_number")
    need(signed_by(keys[0]["key"], "event", body, signature), "bad_signature")
    event = read_event(body)
    need(event["id"] == f"{section}:{epoch}:{number}", "subject_mismatch")
    need(epoch in logs, "wrong_epoch")
    pin = logs[epoch].get("pin")
    need(number != 1 or event["prevhash"] == logs[epoch]["genesis"], "wrong_genesis")
    need(not pin or pin["sequence"] != number or pin["hash"] == digest("event", body), "pinned_otherwise")
    return event


def read_event(body):
    event = strict(body)
    need(fits(EVENT, event), "malformed_envelope")
    for name in event.keys() - {each.rstrip("*") for each in EVENT}:
        need(re.fullmatch("[a-z0-9]{1,20}", name) and isinstance(event[name], (str, int)), "malformed_envelope")
    refs, parts = (event[name].split(" ") if name in event else [] for name in ("refs", "parts"))
    ref = f"{SECTION}:[1-9][0-9]{{0,8}}:{DIGITS}:[0-9a-f]{{16}}"
    need(not refs or distinct(256, ref)(refs), "malformed_refs")
    need(not parts or distinct(256, HEX64)(parts), "malformed_envelope")
    need(event["id"] == f"{event['source'][17:]}:{event['epoch']}:{event['sequence']}", "malformed_envelope")
    names, sealed = event["audience"].split(" "), event["type"] == "org.intl.sealed.v1"
    named = names == sorted(set(names)) and fits([1, 128, SECTION], names)
    bare = "author" not in event and "refs" not in event
    open_to_all = event["audience"] in ("public", "international")
    need(not sealed if open_to_all else sealed and named and bare, "malformed_envelope")
    return event


def check_card(body, signatures):
    card = strict(body)
    need(fits(CARD, card), "malformed_card")
    need(signed_by(card["key"], "card", body, *signatures), "bad_signature")
    return card


def check_heads(body, signatures, rules):
    """Signed by the key that writes a section's log now."""
    need(len(body) <= LARGEST, "oversize")
    for section, its in rules.items():
        current = [each["key"] for each in its["logs"][its["epoch"]]["keys"] if each["last"] == BIGGEST]
        if any(signed_by(each, "heads", body, *signatures) for each in current):
            heads = strict(body)
            need(fits(HEADS, heads), "malformed_heads")
            need(heads["section"] == section, "section_mismatch")
            return heads
    raise Wrong("bad_signature")


# Whole files


def beginning(file):
    """The first line of a file; all of it, where one document is printed over several."""
    start = file.readline(LINE)
    try:
        json.loads(start)
    except ValueError:
        start += file.read(64 * LINE)
    return start


class Checker:
    """What was read so far: the chain of rosters, how far each log goes, heads, parts, proofs."""

    def __init__(self, trusted=()):
        self.trusted = {re.sub("[^0-9a-f]", "", each.lower()) for each in trusted}
        self.chain, self.rules, self.logs, self.heads, self.forks = [], {}, {}, {}, {}
        self.cards, self.parts, self.named, self.loose, self.starts = [], set(), set(), {}, {}
        self.place = ("", 0)
        """The file and the line that are being read."""

    def take(self, subject, body, signature):
        """One thing as it travels. Raises ``Wrong``."""
        kind = [*subject.split("."), "", ""][2] if subject.startswith("intl.v1.") else ""
        kinds = {"log": self.event, "roster": self.roster, "heads": self.head, "part": self.part, "proof": self.proof}
        need(kind in kinds, "subject_malformed")
        kinds[kind](subject, body, signature)

    def roster(self, subject, body, signature):
        if any(hash_ == digest("roster", body) for _, hash_ in self.chain):
            return
        roster, hash_ = next_roster(self.chain[-1] if self.chain else None, body, several(signature))
        whole = hashlib.sha256(bytes.fromhex(hash_) + ", ".join(several(signature)).encode()).hexdigest()
        need(subject in ("", f"intl.v1.roster.{roster['version']}.{whole[:16]}"), "subject_mismatch")
        if not self.chain and self.trusted:
            good = sum(fingerprint(root["key"])[:32] in self.trusted for root in roster["roots"])
            need(good >= roster["threshold"], "unknown_root")
        self.chain.append((roster, hash_))
        self.rules = rules_of(self.chain)

    def event(self, subject, body, signature):
        where, hash_ = address_of(subject), digest("event", body)
        try:
            event = check_event(subject, body, signature, self.rules)
        except Wrong as wrong:
            if not self.once_right(subject, body, signature):
                raise
            self.loose.setdefault(where, {})[hash_] = (self.place, str(wrong))
            return
        section, epoch, number = where
        rules = self.rules[section]["logs"][epoch]
        start = self.starts.get((section, epoch), 1)
        hashes = self.logs.setdefault((section, epoch), bytearray())
        before = hashes[-32:].hex() or rules["genesis"]
        if self.held(*where) == hash_:
            return
        following = number == start + len(hashes) // 32 and (number == start > 1 or event["prevhash"] == before)
        if not following:  # it may be one of two histories; if not, this is its fault
            missing = "broken_chain" if self.held(section, epoch, number - 1) else "missing_before"
            self.loose.setdefault(where, {})[hash_] = (self.place, missing)
            return
        hashes += bytes.fromhex(hash_)
        self.named.update(event["parts"].split() if "parts" in event else ())

    def once_right(self, subject, body, signature):
        """Whether an earlier roster let it be signed: it may be one of the two histories because of which a log was ended."""
        for length in range(1, len(self.chain)):
            try:
                check_event(subject, body, signature, rules_of(self.chain[:length]))
            except Wrong:
                continue
            return True
        return False

    def held(self, section, epoch, number):
        """The hash of an event that follows, in hexadecimal; empty without one."""
        place = 32 * (number - self.starts.get((section, epoch), 1))
        return self.logs.get((section, epoch), b"")[place : place + 32].hex() if place >= 0 else ""

    def head(self, subject, body, signature):
        heads = check_heads(body, several(signature), self.rules)
        need(subject in ("", f"intl.v1.heads.{heads['section']}"), "subject_mismatch")
        self.heads[heads["section"]] = heads["heads"]

    def part(self, subject, body, _signature):
        hash_ = hashlib.sha256(body).hexdigest()
        need(16 <= len(body) <= LARGEST and re.fullmatch(f"intl[.]v1[.]part[.]{SECTION}[.]{hash_}", subject), "part_mismatch")
        self.parts.add(hash_)

    def proof(self, subject, body, signature):
        where, _, hash16 = subject.replace(".proof.", ".log.").rpartition(".")
        check_event(where, body, signature, self.rules)
        need(digest("event", body)[:16] == hash16, "subject_mismatch")
        self.forks.setdefault(address_of(where), set()).add(hash16)

    def read(self, name, file):
        """Everything in one file: yields what is wrong, as (place, reason)."""
        start = beginning(file)
        count, total, whole = 0, hashlib.sha256(), None
        for count, line in enumerate(itertools.chain([start], iter(lambda: file.readline(LINE), b"")), start=1):
            self.place = (name, count)
            try:
                given = json.loads(line)
                if isinstance(given, dict) and "bundle" in given:
                    whole = False
                if isinstance(given, dict) and "end" in given:
                    whole = (given["end"], given.get("sha256")) == (count - 1, total.hexdigest())
                    need(whole, "damaged")
                else:
                    self.thing(given)
            except Wrong as wrong:
                yield self.place, str(wrong)
            except (ValueError, RecursionError):
                if whole is False and not line.endswith(b"\n") and len(line) < LINE:
                    yield self.place, "cut_off"
                    return
                yield self.place, "malformed_line"
            total.update(line)
        if whole is False:
            yield (name, count + 1), "cut_off"

    def thing(self, given):
        """A line of an export or a bundle; an invitation, a card."""
        if fits({"subject": ANYTHING, "body": ANYTHING, "signature": ANYTHING}, given):
            self.take(given["subject"], raw(given["body"]), given["signature"])
        elif fits({"roster": [1, 10**6, SIGNED]}, given):
            for each in given["roster"]:
                self.roster("", *unpacked(each))
        elif fits(SIGNED, given):
            self.cards.append(check_card(raw(given["body"]), given["signatures"]))
        else:
            self.of_bundle(given)

    def of_bundle(self, given):
        """The lines that only bundles have."""
        if fits({"roster": SIGNED}, given):
            self.roster("", *unpacked(given["roster"]))
        elif fits({"heads": SIGNED}, given):
            self.head("", *unpacked(given["heads"]))
        elif fits({"part": ANYTHING}, given):
            content = raw(given["part"])
            self.part(f"intl.v1.part.none.{hashlib.sha256(content).hexdigest()}", content, "")
        else:
            log = {"section": SECTION, "epoch": EPOCH, "first": NUMBER}
            need(fits({"bundle": (1, 1), "logs": [0, 10**6, log]}, given), "malformed_line")
            for each in given["logs"]:
                if (each["section"], each["epoch"]) not in self.logs:
                    self.starts[each["section"], each["epoch"]] = each["first"]

    def finish(self):
        """When all is read: two events for one number are a fork, one that does not follow is wrong; yields (place, reason)."""
        for where, found in self.loose.items():
            hashes = {each[:16] for each in (*found, self.held(*where)) if each}
            if len(hashes) > 1:
                self.forks.setdefault(where, set()).update(hashes)
            else:
                yield from found.values()

    def report(self):
        """What there is and holds, a sentence for each."""
        if self.chain:
            newest, hash_ = self.chain[-1]
            yield f"roster: {len(self.chain)} versions, the last until {newest['expires']}, hash {hash_}"
        for root in [] if self.trusted or not self.chain else self.chain[0][0]["roots"]:
            yield f"  root key {spoken(root['key'])} of {root['holder']!r}: compare it with the committee, or name it with --root"
        for card in self.cards:
            yield f"card: {card['code']}, key {spoken(card['key'])}"
        for (section, epoch), hashes in sorted(self.logs.items()):
            start = self.starts.get((section, epoch), 1)
            since = f" from number {start} on" if start > 1 else ""
            yield f"{section}, epoch {epoch}: {len(hashes) // 32} events{since}, all signed and chained, {hashes[-32:].hex()}"
        for section, heads in sorted(self.heads.items()):
            yield f"heads of {section}: " + ", ".join(f"{code} {epoch}:{number}" for code, (epoch, number, _) in heads.items())
        if self.named or self.parts:
            yield f"parts: {len(self.parts)} in the file, {len(self.named - self.parts)} named by events and not in the file"
        for (section, epoch, number), hashes in sorted(self.forks.items()):
            what = "FORK PROVED: different events rightly signed" if len(hashes) > 1 else "only one event"
            yield f"{section}, epoch {epoch}: {what} for number {number}"

    def contradictions(self):
        """Somebody signed to hold another event than the one that is here."""
        for witness, heads in sorted(self.heads.items()):
            for section, (epoch, number, hash_) in heads.items():
                if self.held(section, epoch, number) not in ("", hash_):
                    yield f"WRONG: {witness} has signed to hold another event as {section}:{epoch}:{number}"


def several(signature):
    """The signatures of one thing, as they travel beside it."""
    return [each.strip() for each in signature.split(",")][:64]


def unpacked(given):
    """The body and, as they travel, the signatures."""
    return raw(given["body"]), ", ".join(given["signatures"])


def spoken(key):
    return " ".join(fingerprint(key)[at : at + 4] for at in range(0, 32, 4))


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", metavar="FILE", nargs="+")
    parser.add_argument("--root", action="append", default=[], help="the fingerprint of a root key that you trust")
    given = parser.parse_args(arguments)
    checker, wrong = Checker(given.root), []
    for name in given.files:
        try:
            with Path(name).open("rb") as file:
                wrong += checker.read(name, file)
        except OSError as error:
            print(f"{name}: {error.strerror}", file=sys.stderr)
            return 2
    wrong = [f"WRONG: {file}, line {line}: {reason}" for (file, line), reason in sorted([*wrong, *checker.finish()])]
    wrong += checker.contradictions()
    print(*wrong, *checker.report(), sep="\n")
    if wrong:
        return 1
    return 3 if any(len(hashes) > 1 for hashes in checker.forks.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
