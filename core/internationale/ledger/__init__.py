"""The memory of the house: every signed event, whether it counts, and the rows that are made of the events that do.

``log`` is the front door. Private tables of the ledger are lasting (Alembic, owner ``ledger``); projections are not: they
are dropped and replayed from the log.
"""
