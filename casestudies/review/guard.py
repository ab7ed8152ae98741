"""The database keeps reviews independent and as they were handed in, whatever a rule, a shell or the admin does.

Nobody becomes or stays a reviewer of a case of an agency to which they belong (`casestudies.review.conflict` says more, with
sentences), and a review that was handed in does not change.
"""

from portal.guard import Guard, Watch

KEPT = "a review that was handed in does not change"
INDEPENDENT = "nobody reviews a case of their own agency"

TIED = """NEW.user_id IS NOT NULL AND NEW.status IN ('invited', 'accepted', 'handed_in') AND EXISTS (
    SELECT 1 FROM orgs_membership AS belongs
    JOIN casestudies_reviewround AS asked ON asked.id = NEW.round_id
    JOIN casestudies_casestudy AS told ON told.id = asked.case_id
    WHERE belongs.user_id = NEW.user_id AND belongs.status <> 'left' AND (
        belongs.agency_id = told.agency_id
        OR belongs.agency_id IN (SELECT agency_id FROM casestudies_cowriting WHERE case_id = told.id)
        OR belongs.agency_id IN (SELECT agency_id FROM casestudies_casepartner WHERE case_id = told.id)
    )
)"""
HANDED_IN = "EXISTS (SELECT 1 FROM casestudies_review AS kept WHERE kept.id = OLD.review_id AND kept.handed_in_at IS NOT NULL)"

guard = Guard(
    {
        "review_guard_asked": Watch("casestudies_reviewassignment", "INSERT", TIED, INDEPENDENT),
        "review_guard_answered": Watch(
            "casestudies_reviewassignment",
            "UPDATE",
            f"(NEW.status <> OLD.status OR NEW.user_id <> OLD.user_id) AND {TIED}",
            INDEPENDENT,
        ),
        "review_guard_review": Watch("casestudies_review", "UPDATE", "OLD.handed_in_at IS NOT NULL", KEPT),
        "review_guard_comment": Watch("casestudies_reviewcomment", "UPDATE", HANDED_IN, KEPT),
    },
    needs={"orgs_membership"},
)
