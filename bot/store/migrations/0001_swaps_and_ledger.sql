-- Money is integer micro-dollars, times are integer milliseconds since 1970 UTC, ids are Discord's snowflakes.
-- guild_id 0 stands for direct messages, which belong to no server.

-- What each member spent and holds in each server; user_id 0 is the server's own account. The totals are kept
-- beside the entries so that an audit can hold one against the other. Direct messages have no account of their
-- own: every one of them, whoever writes it, would wait for its lock.
CREATE TABLE accounts (
    guild_id {bigint} NOT NULL,
    user_id {bigint} NOT NULL,
    held_micros {bigint} NOT NULL DEFAULT 0 CHECK (held_micros >= 0),
    spent_micros {bigint} NOT NULL DEFAULT 0 CHECK (spent_micros >= 0),
    PRIMARY KEY (guild_id, user_id)
) {strict};

-- The whole bot's row keeps no totals; it is there to be locked while a cap on the whole bot is looked at.
INSERT INTO accounts (guild_id, user_id) VALUES (0, 0);

-- One row a swap; the id is the interaction's, so that a second delivery of it can do nothing.
CREATE TABLE swaps (
    id {bigint} NOT NULL PRIMARY KEY,
    application_id {bigint} NOT NULL,
    guild_id {bigint} NOT NULL,
    channel_id {bigint} NOT NULL,
    user_id {bigint} NOT NULL CHECK (user_id <> 0),
    private {bigint} NOT NULL CHECK (private IN (0, 1)),
    upload_limit {bigint} NOT NULL,
    price_micros {bigint} NOT NULL CHECK (price_micros >= 0),
    state TEXT NOT NULL CHECK (state IN ('held', 'sending', 'running', 'made', 'delivered', 'refunded')),

    -- Erased by the transaction that ends the swap.
    token TEXT,
    source_url TEXT,
    target_url TEXT,
    prompt TEXT,
    picture {blob},

    image_format TEXT NOT NULL,
    quality {bigint} NOT NULL,
    seed {bigint} NOT NULL,

    -- What the API reported; for the operator's reconciliation only.
    request_id TEXT,
    reported_cost_micros {bigint},
    reported_seed {bigint},

    -- Why it was refunded, as the name of an error.
    failure TEXT,

    -- Who works on it while it is open, and until when nobody else may.
    lease_owner TEXT NOT NULL,
    lease_until {bigint} NOT NULL,

    -- The message that shows the result, and when a result that was too late for its token was first sent.
    message_id {bigint},
    late_at {bigint},

    held_at {bigint} NOT NULL,
    sent_at {bigint},
    made_at {bigint},
    ended_at {bigint},

    -- The limits at admission, empty for none, and what had been used of them.
    daily_limit {bigint},
    daily_used {bigint} NOT NULL,
    at_once_limit {bigint},
    at_once_used {bigint} NOT NULL,
    server_day_limit {bigint},
    server_day_used {bigint} NOT NULL,
    server_month_limit {bigint},
    server_month_used {bigint} NOT NULL,
    bot_day_limit {bigint},
    bot_day_used {bigint} NOT NULL,

    CONSTRAINT ended_once CHECK ((state IN ('delivered', 'refunded')) = (ended_at IS NOT NULL)),
    CONSTRAINT refunded_why CHECK ((state = 'refunded') = (failure IS NOT NULL)),
    CONSTRAINT token_while_open CHECK ((state IN ('delivered', 'refunded')) = (token IS NULL)),
    CONSTRAINT inputs_while_open CHECK (
        (state IN ('delivered', 'refunded')) = (source_url IS NULL)
        AND (state IN ('delivered', 'refunded')) = (target_url IS NULL)
        AND (state IN ('delivered', 'refunded')) = (prompt IS NULL)
    ),
    CONSTRAINT picture_until_ended CHECK ((state = 'made') = (picture IS NOT NULL)),
    CONSTRAINT within_daily CHECK (daily_limit IS NULL OR daily_used < daily_limit),
    CONSTRAINT within_at_once CHECK (at_once_limit IS NULL OR at_once_used < at_once_limit),
    CONSTRAINT within_server_day CHECK (
        price_micros = 0 OR server_day_limit IS NULL OR server_day_used + price_micros <= server_day_limit
    ),
    CONSTRAINT within_server_month CHECK (
        price_micros = 0 OR server_month_limit IS NULL OR server_month_used + price_micros <= server_month_limit
    ),
    CONSTRAINT within_bot_day CHECK (
        price_micros = 0 OR bot_day_limit IS NULL OR bot_day_used + price_micros <= bot_day_limit
    ),
    FOREIGN KEY (guild_id, user_id) REFERENCES accounts (guild_id, user_id)
) {strict};

CREATE INDEX swaps_of_member ON swaps (guild_id, user_id, held_at);
CREATE INDEX open_swaps ON swaps (held_at) WHERE state NOT IN ('delivered', 'refunded');

-- Append-only: one entry for each delivered swap, and no other.
CREATE TABLE entries (
    id {identity},
    swap_id {bigint} NOT NULL UNIQUE REFERENCES swaps (id),
    guild_id {bigint} NOT NULL,
    user_id {bigint} NOT NULL,
    amount_micros {bigint} NOT NULL CHECK (amount_micros >= 0),
    posted_at {bigint} NOT NULL,
    FOREIGN KEY (guild_id, user_id) REFERENCES accounts (guild_id, user_id)
) {strict};

CREATE INDEX entries_of_server ON entries (guild_id, posted_at);
CREATE INDEX entries_of_member ON entries (user_id, posted_at);
CREATE INDEX entries_by_time ON entries (posted_at);
