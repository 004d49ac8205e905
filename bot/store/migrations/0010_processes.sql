-- What the processes of the bot that share an API key know of the account together. `account` is a digest.
CREATE TABLE api_accounts (
    account TEXT NOT NULL PRIMARY KEY,
    opens_at {bigint} NOT NULL DEFAULT 0,
    pause_reason TEXT CHECK (pause_reason IN ('BadKey', 'NoCredits')),
    paused_status {bigint},
    probe_at {bigint},
    probes {bigint} NOT NULL DEFAULT 0,
    is_low {bigint} NOT NULL DEFAULT 0 CHECK (is_low IN (0, 1)),
    CHECK ((pause_reason IS NULL) = (probe_at IS NULL) AND (pause_reason IS NULL) = (paused_status IS NULL))
) {strict};

-- When each chore is due again, whichever process then comes first.
CREATE TABLE chores (
    name TEXT NOT NULL PRIMARY KEY,
    due_at {bigint} NOT NULL
) {strict};

-- When a shard of each of Discord's rate limit keys may identify again.
CREATE TABLE identifies (
    rate_limit_key {bigint} NOT NULL PRIMARY KEY,
    free_at {bigint} NOT NULL
) {strict};
