"""Discord's errors, and the mistakes a test can make when it plays a member."""

from bot.sandbox.wire import Json

_TABLE: dict[int, tuple[int, str]] = {
    # code: (HTTP status, message); source: Discord's opcodes and status codes page
    10003: (404, "Unknown Channel"),
    10004: (404, "Unknown Guild"),
    10007: (404, "Unknown Member"),
    10008: (404, "Unknown Message"),
    10011: (404, "Unknown Role"),
    10013: (404, "Unknown User"),
    10015: (404, "Unknown Webhook"),
    10062: (404, "Unknown interaction"),
    10063: (404, "Unknown application command"),
    40005: (413, "Request entity too large"),
    40060: (400, "Interaction has already been acknowledged."),
    40094: (400, "This interaction has hit the maximum number of follow up messages"),
    50001: (403, "Missing Access"),
    50003: (403, "Cannot execute action on a DM channel"),
    50005: (403, "Cannot edit a message authored by another user"),
    50006: (400, "Cannot send an empty message"),
    50007: (403, "Cannot send messages to this user"),
    50013: (403, "Missing Permissions"),
    50027: (401, "Invalid Webhook Token"),
    50035: (400, "Invalid Form Body"),
    50109: (400, "The request body contains invalid JSON."),
}


class ApiError(Exception):
    """An answer other than 2xx, by Discord's own code."""

    def __init__(self, code: int, *, status: int | None = None, message: str | None = None) -> None:
        known_status, known_message = _TABLE.get(code, (400, ""))
        self.code = code
        self.status = status or known_status
        self.message = message or known_message
        self.errors: Json = {}
        super().__init__(f"{self.status} {self.code} {self.message}")

    def body(self) -> Json:
        """Return the error as Discord writes it."""
        shown: Json = {"message": self.message, "code": self.code}
        return shown | {"errors": self.errors} if self.errors else shown


class Unauthorized(ApiError):
    """401 without a code of its own: no token, or a wrong one."""

    def __init__(self) -> None:
        super().__init__(0, status=401, message="401: Unauthorized")


class InvalidForm(ApiError):
    """50035, naming the field by its dotted path, Discord's name for the rule, and a sentence."""

    def __init__(self, path: str, rule: str, sentence: str) -> None:
        super().__init__(50035)
        found: Json = {"_errors": [{"code": rule, "message": sentence}]}
        for part in reversed(path.split(".")):
            found = {part: found}
        self.errors = found
        self.args = (f"{path}: {rule}: {sentence}",)


class NotPlayed(ApiError):
    """Something of Discord's that the sandbox does not know: answered with an error, and a complaint."""

    def __init__(self, complaint: str, *, status: int = 400) -> None:
        super().__init__(50035 if status == 400 else 0, status=status, message=f"Sandbox: {complaint}")
        self.complaint = complaint


class NotOffered(AssertionError):
    """What a member tried is something Discord's own client would not have let them do."""
