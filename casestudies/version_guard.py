"""The database keeps published texts as they were: neither a version nor the revision under it can be written anew.

Deleting a whole case is allowed.
"""

from portal.guard import Guard, Watch

SENTENCE = "a published version does not change"

guard = Guard(
    {
        "version_guard_version": Watch("casestudies_caseversion", "UPDATE", "1 = 1", SENTENCE),
        "version_guard_text": Watch(
            "wagtailcore_revision",
            "UPDATE",
            "OLD.content {differs} NEW.content AND EXISTS "
            "(SELECT 1 FROM casestudies_caseversion AS kept WHERE kept.revision_id = OLD.id)",
            SENTENCE,
        ),
    }
)
