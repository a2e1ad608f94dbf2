"""A second history: what a section, or whoever stole its key, signs under a number that it has used already."""

from internationale.events.envelope import Envelope, seal
from internationale.ledger.deliveries import Delivery
from internationale.section import Section


def rival(section: Section, sequence: int = 1) -> Delivery:
    """Another event of this section's first epoch, of a type that nobody knows, as it travels."""
    with section.reading() as session:
        genesis = section.keyring(session)[section.code].genesis
        before = section.ledger.events_after(session, section.code, 1, 0, sequence - 1)
    said = Envelope(
        section=section.code,
        epoch=1,
        sequence=sequence,
        type="org.intl.another.history.v1",
        time=section.now(),
        dataschema="urn:intl:schema:another.history:1",
        prevhash=before[-1].hash if before else genesis,
        data={},
    )
    signed = seal(said, section.key)
    return Delivery(said.address.subject, signed.body, signed.signature)
