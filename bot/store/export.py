"""All that the store knows of one member, or of one server, as plain rows.

Left out on purpose: tokens, signatures and pictures, and who else was involved: who reported, who blocked.
"""

from collections.abc import Mapping
from typing import Final, LiteralString

from bot.store.database import Row, Transaction

PAGE: Final = 500
"""Rows of one kind that one transaction reads."""

Query = LiteralString

_SERVER: Final[LiteralString] = "NULLIF(guild_id, 0) AS server_id"

# A row's `position` is where the next page starts.
MEMBER: Final[Mapping[str, Query]] = {
    "accounts": f"SELECT guild_id AS position, {_SERVER}, spent_micros, held_micros FROM accounts "
    "WHERE user_id = :id",
    "swaps": "SELECT swaps.id AS position, swaps.id AS swap_id, NULLIF(swaps.guild_id, 0) AS server_id, "
    "NULLIF(channel_id, 0) AS channel_id, message_id, state, failure, price_micros, "
    "entries.amount_micros AS charged_micros, entries.posted_at AS charged_at, private, spoiler, "
    "image_format, quality, seed, locale, upload_limit, prompt, request_id, reported_cost_micros, "
    "reported_seed, daily_limit, daily_used, at_once_limit, at_once_used, held_at, asked_at, confirmed_at, "
    "sent_at, made_at, late_at, ended_at, removed_at FROM swaps "
    "LEFT JOIN entries ON entries.swap_id = swaps.id WHERE swaps.guild_id IN "
    "(SELECT guild_id FROM accounts WHERE user_id = :id) AND swaps.user_id = :id",
    "swaps_with_your_avatar": "SELECT id AS position, id AS swap_id, held_at FROM swaps "
    "WHERE subject_id = :id",
    "inputs": "SELECT swap_id AS position, swap_id, source, target, prompt, digest, source_hash, "
    "target_hash, result_hash, kept_at FROM inputs WHERE user_id = :id",
    "saved_faces": "SELECT message_id AS position, name, channel_id, message_id, saved_at FROM faces "
    "WHERE user_id = :id",
    "open_forms": "SELECT id AS position, id AS form_id, pictures, expires_at FROM forms WHERE user_id = :id",
    "grants": f"SELECT id AS position, id AS grant_id, {_SERVER}, units, granted_at, expires_at FROM grants "
    "WHERE user_id = :id",
    "uses_of_grants": "SELECT grant_moves.id AS position, grant_id, swap_id, kind, moved_at "
    "FROM grant_moves JOIN grants ON grants.id = grant_moves.grant_id "
    "WHERE grants.user_id = :id",
    "blocks_of_you": f"SELECT guild_id AS position, {_SERVER}, blocked_at FROM blocked_members "
    "WHERE user_id = :id",
    "right_to_report": f"SELECT guild_id AS position, {_SERVER}, barred_at FROM reporters "
    "WHERE user_id = :id",
    "your_reports": "SELECT id AS position, id AS report_id, case_id, reason, note, channel_id, message_id, "
    "reported_at FROM reports WHERE reporter_id = :id",
    "cases_of_your_swaps": "SELECT cases.id AS position, cases.id AS case_id, swap_id, cases.state, "
    "opened_at, decided_at FROM cases JOIN swaps ON swaps.id = cases.swap_id "
    "WHERE swaps.user_id = :id",
    "recorded_acts_of_yours": f"SELECT interaction_id AS position, {_SERVER}, action, acted_at FROM actions "
    "WHERE actor_id = :id",
    "acts_of_moderators_on_you": f"SELECT interaction_id AS position, {_SERVER}, action, acted_at "
    "FROM actions WHERE detail LIKE :last OR detail LIKE :early",
    "opted_out": "SELECT 1 AS position, opted_out_at FROM opted_out WHERE user_id = :id",
    "your_answers_to_others": "SELECT asker_id AS position, asker_id AS member_id, answer, answered_at "
    "FROM consents WHERE owner_id = :id",
    "your_requests_to_others": f"SELECT id AS position, id AS request_id, {_SERVER}, channel_ids, role_ids, "
    "age_restricted, locale, source, target, state, asked_at, answered_at FROM consent_requests "
    "WHERE asker_id = :id",
    "requests_to_you": f"SELECT id AS position, id AS request_id, {_SERVER}, state, asked_at, answered_at "
    "FROM consent_requests WHERE owner_id = :id",
    "being_forgotten": "SELECT 1 AS position, asked_at, next_at FROM erasures WHERE user_id = :id",
}
"""What is told a member, by section."""

SERVER: Final[Mapping[str, Query]] = {
    "settings": "SELECT 1 AS position, name, value FROM settings WHERE guild_id = :id",
    "role_allowances": "SELECT role_id AS position, role_id, daily FROM role_allowances WHERE guild_id = :id",
    "allowed": "SELECT target_id AS position, kind, target_id FROM allowed WHERE guild_id = :id",
    "blocked_members": "SELECT user_id AS position, user_id, blocked_at FROM blocked_members "
    "WHERE guild_id = :id",
    "barred_reporters": "SELECT user_id AS position, user_id, barred_at FROM reporters "
    "WHERE guild_id = :id AND barred_at IS NOT NULL",
    "actions": "SELECT interaction_id AS position, actor_id, action, detail, acted_at FROM actions "
    "WHERE guild_id = :id",
    "grants": "SELECT id AS position, id AS grant_id, user_id, units, granted_at, expires_at FROM grants "
    "WHERE guild_id = :id",
    "cases": "SELECT id AS position, id AS case_id, swap_id, state, opened_at, decided_by, decided_at, "
    "log_channel_id, log_message_id FROM cases WHERE guild_id = :id",
    "blocked_pictures": "SELECT ROW_NUMBER() OVER (ORDER BY case_id, hash) AS position, hash, case_id, "
    "blocked_at FROM blocked_pictures WHERE guild_id = :id",
    "spend": "SELECT user_id AS position, NULLIF(user_id, 0) AS user_id, spent_micros, held_micros "
    "FROM accounts WHERE guild_id = :id",
}
"""What is told a server's owner, by section; the spend without a member is the whole server's."""


def page(db: Transaction, query: Query, about: int, after: int) -> list[Row]:
    """The next rows of a section after this position; none when that was the last."""
    return db.rows(
        f"SELECT * FROM ({query}) AS section WHERE position > :after ORDER BY position LIMIT :most",
        id=about,
        after=after,
        # How an action's detail names a member, as the last of its parts or an earlier one.
        last=f'%"member": {about}}}',
        early=f'%"member": {about},%',
        most=PAGE,
    )
