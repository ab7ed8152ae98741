"""What the calendar does at its time: reminders before a session, thanks after the last one."""

from datetime import datetime

from events.mails import reminders


def run(at: datetime) -> list[str]:
    """Write what is due. What was missed while no worker ran is made up for, as long as it still helps."""
    reminded, thanked = reminders.remind(at), reminders.thank(at)
    lines = [f"{reminded} reminders queued"] if reminded else []
    return lines + ([f"{thanked} thank-you mails queued"] if thanked else [])
