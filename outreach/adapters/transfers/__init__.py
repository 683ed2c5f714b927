"""The transfers that left, asked who sent to what turned bad: files, databases, APIs, our own archive."""

from outreach.adapters.transfers.archived import ArchivedTransfers
from outreach.adapters.transfers.files import TransferFiles
from outreach.adapters.transfers.http import HttpTransfers
from outreach.adapters.transfers.sql import SqlTransfers

__all__ = ["ArchivedTransfers", "HttpTransfers", "SqlTransfers", "TransferFiles"]
