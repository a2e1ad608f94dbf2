"""What people enter about actions. The API takes the plain forms; pages post the ones that end in ``Page``."""

from .answering import CommitForm, CommitPage, WithdrawForm, WithdrawPage
from .calling import QUESTIONS, CallForm, CallPage
from .reporting import CloseForm, ClosePage, ReportForm, ReportPage

__all__ = [
    "QUESTIONS",
    "CallForm",
    "CallPage",
    "CloseForm",
    "ClosePage",
    "CommitForm",
    "CommitPage",
    "ReportForm",
    "ReportPage",
    "WithdrawForm",
    "WithdrawPage",
]
