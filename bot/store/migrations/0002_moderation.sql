-- What moderators set, whom they block, what they grant, and a record of each of their actions.

-- A limit or switch of one server; no row means the operator's default, an empty value means no limit.
CREATE TABLE settings (
    guild_id {bigint} NOT NULL CHECK (guild_id <> 0),
    name TEXT NOT NULL,
    value {bigint} CHECK (value >= 0),
    PRIMARY KEY (guild_id, name)
) {strict};

-- A daily allowance that members of a role have instead of the server's; an empty one means no limit.
CREATE TABLE role_allowances (
    guild_id {bigint} NOT NULL,
    role_id {bigint} NOT NULL,
    daily {bigint} CHECK (daily >= 0),
    PRIMARY KEY (guild_id, role_id)
) {strict};

-- Where and by whom the bot may be used; no row of a kind means everywhere, or by everybody.
CREATE TABLE allowed (
    guild_id {bigint} NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('channel', 'role')),
    target_id {bigint} NOT NULL,
    PRIMARY KEY (guild_id, kind, target_id)
) {strict};

CREATE TABLE blocked_members (
    guild_id {bigint} NOT NULL,
    user_id {bigint} NOT NULL,
    blocked_at {bigint} NOT NULL,
    PRIMARY KEY (guild_id, user_id)
) {strict};

-- Append-only; the interaction's id keeps a replayed click from acting twice.
CREATE TABLE actions (
    interaction_id {bigint} NOT NULL PRIMARY KEY,
    guild_id {bigint} NOT NULL,
    actor_id {bigint} NOT NULL,
    action TEXT NOT NULL,
    detail TEXT NOT NULL,
    acted_at {bigint} NOT NULL
) {strict};

CREATE INDEX actions_of_server ON actions (guild_id, acted_at);

-- Extra swaps: what was granted, and append-only moves that say what became of it.
CREATE TABLE grants (
    id {bigint} NOT NULL PRIMARY KEY REFERENCES actions (interaction_id),
    guild_id {bigint} NOT NULL,
    user_id {bigint} NOT NULL,
    units {bigint} NOT NULL CHECK (units BETWEEN 1 AND 1000),
    expires_at {bigint},
    granted_at {bigint} NOT NULL
) {strict};

CREATE INDEX grants_of_member ON grants (guild_id, user_id);

CREATE TABLE grant_moves (
    id {identity},
    grant_id {bigint} NOT NULL REFERENCES grants (id),
    swap_id {bigint} NOT NULL REFERENCES swaps (id),
    kind TEXT NOT NULL CHECK (kind IN ('use', 'give_back')),
    moved_at {bigint} NOT NULL,
    UNIQUE (swap_id, kind)
) {strict};

CREATE INDEX moves_of_grant ON grant_moves (grant_id);
