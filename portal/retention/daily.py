"""The day's forgetting: every rule of `portal.retention` is carried out; one that fails keeps none from its turn."""

from datetime import date

from portal import retention


def run(on: date) -> list[str]:
    """Carry out what is due on that day. Raises an ExceptionGroup of what went wrong when all have had their turn."""
    lines: list[str] = []
    errors: list[Exception] = []
    for rule in retention.rules():
        try:
            lines += rule.carry_out(on) if rule.carry_out else []
        except Exception as error:
            errors.append(error)
    if errors:
        raise ExceptionGroup(f"retention: {len(errors)} rules failed", errors)
    return lines
