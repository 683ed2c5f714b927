"""Rates between a telling's currency and the firm's outcome currency. Pure."""

from __future__ import annotations

from decimal import Decimal, localcontext

SAME = "same"
"""The rate source of an amount that is in the firm's outcome currency."""

FLAG = "flag"
"""The rate source of an amount that a flag of the same transfer priced."""

FEED = "feed"
"""The rate source where a feed gives a rate and does not say whose."""

FLAG_CURRENCY = "USD"
"""What flags price their amounts in (`amount_at_risk_usd`)."""

FINEST = Decimal(1).scaleb(-18)


def rate_of(worth: Decimal, amount: Decimal) -> Decimal | None:
    """What one unit was worth, to eighteen decimals; None where that says nothing."""
    if not (worth.is_finite() and amount.is_finite()) or worth <= 0 or amount <= 0:
        return None
    with localcontext() as context:
        context.prec = 38
        rate = (worth / amount).quantize(FINEST)
    return rate.normalize() if rate > 0 else None
