"""The names of the buttons that stand under a swap; the state of each is the swap's and the member's id."""

CANCEL = "cancel"
CONFIRM = "confirm"
"""Pay, although no face was seen."""

REROLL = "reroll"
EDIT = "edit"
COMPARE = "compare"
DETAILS = "details"
POST = "post"
DELETE = "delete"
REPORT = "report"

REPORT_FORM = "report-form"
RESTORE_CASE, CONFIRM_CASE, NARROW_CASE = "case-restore", "case-confirm", "case-narrow"
