"""The database keeps the log of registrations and the ledger of hours as they were written: rows are added, never changed.

Whoever did something may become nobody when they leave, and an agency another when two entries become one. A row goes
only together with the registration that it belongs to.
"""

from portal.guard import Guard, Watch

SENTENCE = "what happened to a registration does not change"
BY = "(NEW.by_id IS NOT NULL AND OLD.by_id {differs} NEW.by_id)"

guard = Guard(
    {
        "history_guard_log": Watch(
            "events_registrationlogentry",
            "UPDATE",
            "OLD.status {differs} NEW.status OR OLD.reason {differs} NEW.reason OR OLD.at {differs} NEW.at OR "
            + BY,
            SENTENCE,
        ),
        "history_guard_hours": Watch(
            "events_hoursentry",
            "UPDATE",
            "OLD.minutes {differs} NEW.minutes OR OLD.role {differs} NEW.role OR OLD.reason {differs} NEW.reason "
            "OR OLD.session_id {differs} NEW.session_id OR OLD.occurred_on {differs} NEW.occurred_on "
            "OR OLD.is_correction {differs} NEW.is_correction OR OLD.at {differs} NEW.at OR " + BY,
            SENTENCE,
        ),
    }
)
