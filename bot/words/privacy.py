"""What members and owners read about the data that the bot keeps, and about its deletion."""

from bot.language import _, n_


def exported() -> str:
    """What stands above a member's data."""
    return _(
        "Everything the bot knows of you. Pictures are not in it: the bot keeps none. "
        "`/privacy delete` deletes it."
    )


def server_exported() -> str:
    """What stands above a server's data."""
    return _(
        "Everything the bot keeps for this server. What members swapped is theirs: "
        "`/privacy export` shows it to them."
    )


def too_large() -> str:
    """That a file with data is more than Discord takes."""
    return _("Your data is more than Discord takes in one file. Please ask whoever runs this bot for it.")


def ask_delete() -> str:
    """What a member is asked before everything is deleted."""
    return "\n".join(
        (
            _("**Delete everything the bot knows of you?** This cannot be undone."),
            _(
                "- A swap that has not been sent yet is taken back and not charged; one that is under way is "
                "finished first."
            ),
            _(
                "- Your saved faces with their messages, what your swaps were made from, your prompts, your "
                "permissions for others and your extra swaps are deleted now."
            ),
            _(
                "- Your part of the ledger becomes anonymous. The swaps of the last 24 hours do a day later, "
                "because limits count them."
            ),
            _(
                "- Blocks, opt-outs and *never* answers stay until they are lifted, reports until they are "
                "decided, and what moderators did until its time is over."
            ),
            _(
                "- Pictures that were posted stay where they are, and the bot does not know them as yours "
                "any more: press **Delete** under them first."
            ),
        )
    )


def delete() -> str:
    """The button that confirms."""
    return _("Delete my data")


def keep() -> str:
    """The button that does not."""
    return _("Keep it")


def kept() -> str:
    """That nothing was deleted."""
    return _("Nothing was deleted.")


def deleting() -> str:
    """That it has begun."""
    return _("Your data is being deleted…")


def deleted(messages_left: int) -> str:
    """That it is done, and what could not be."""
    done = _(
        "Your data is deleted. What has to wait, because a limit or a report needs it, follows by itself."
    )
    if not messages_left:
        return done
    left = n_(
        "{count} message with a saved face could not be deleted: you find it in our direct messages.",
        "{count} messages with saved faces could not be deleted: you find them in our direct messages.",
        messages_left,
    )
    return f"{done}\n{left}"


def ask_delete_server() -> str:
    """What a server's owner is asked before its data is deleted."""
    return "\n".join(
        (
            _("**Delete what the bot keeps for this server?** This cannot be undone."),
            _(
                "- Settings, allowances, allowed channels and roles, blocks, barred reporters, decided cases "
                "and the record of what moderators did are deleted; the bot's usual limits hold again."
            ),
            _("- Open cases stay until they are decided, and reported pictures stay blocked."),
            _(
                "- What members swapped and were granted is theirs and stays, and budgets count it. If you "
                "remove the bot, it becomes anonymous after the time in its privacy policy."
            ),
        )
    )


def delete_server() -> str:
    """The button that confirms."""
    return _("Delete this server's data")


def server_deleted() -> str:
    """An action, as the owner and the log read it after who did it."""
    return _("deleted what the bot keeps for this server.")
