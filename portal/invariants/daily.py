"""The nightly look at what must hold. What does not is an error of the log, and goes to whom ERROR_MAIL_TO names."""

import logging
from datetime import date

from portal.invariants import look

logger = logging.getLogger(__name__)


def run(on: date) -> list[str]:
    """Look, and return a line for each thing that does not hold."""
    found = list(look())
    for line in found:
        logger.error("An invariant does not hold: %s", line)
    return [f"does not hold: {line}" for line in found]
