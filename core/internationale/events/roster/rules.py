"""The rules of every log, by all versions that there were."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from internationale.events.envelope import genesis
from internationale.events.logs import KeyRange, Keyring, LogRules
from internationale.events.roster.document import Entry, Version


def keyring_of(chain: Sequence[Version], hashes: Mapping[int, str] | None = None) -> Keyring:
    """The rules of every log by a whole verified chain, with those of its earlier epochs.

    The log of a section that is no longer a member is authentic up to its ``last_good`` number, and not after. ``hashes``: of all
    versions by number; then ``chain`` may begin with the last one in which every section is in epoch 1: those before add nothing.
    """
    rules: dict[str, dict[int, LogRules]] = {}
    for (section, epoch), its in histories(chain, hashes).items():
        rules.setdefault(section, {})[epoch] = its
    return {entry.code: _with_closed(rules[entry.code], entry.epoch) for entry in chain[-1].roster.sections}


def _with_closed(rules: Mapping[int, LogRules], current: int) -> LogRules:
    return replace(rules[current], closed={epoch: its for epoch, its in rules.items() if epoch != current})


def histories(chain: Sequence[Version], hashes: Mapping[int, str] | None = None) -> Mapping[tuple[str, int], LogRules]:
    """The rules of every log that there ever was, by section and epoch, from a whole verified chain: for audits.

    The last version that says something of an epoch decides; an epoch that was closed counts up to its ``last_good`` number.
    """
    if hashes is None:
        hashes = {version.roster.version: version.hash for version in chain}
    entries: dict[tuple[str, int], Entry] = {}
    for version in chain:
        for entry in version.roster.sections:
            entries[entry.code, entry.epoch] = entry
            closed = (entry.code, entry.last_good.epoch) if entry.last_good is not None else None
            if closed in entries:
                entries[closed] = entries[closed].model_copy(update={"last_good": entry.last_good})
    return {log: _rules(entry, hashes[entry.opened]) for log, entry in entries.items()}


def _rules(entry: Entry, opened_by: str) -> LogRules:
    good = entry.last_good if entry.last_good is not None and entry.last_good.epoch == entry.epoch else None
    end = good.sequence if good is not None else None
    pin = (good.sequence, good.hash) if good is not None and good.sequence else None
    ranges = [
        KeyRange(log_key.key, log_key.first, min((n for n in (log_key.last, end) if n is not None), default=None))
        for log_key in entry.keys
        if end is None or log_key.first <= end
    ]
    return LogRules(entry.code, entry.epoch, genesis(entry.code, entry.epoch, opened_by), tuple(ranges), pin=pin)
