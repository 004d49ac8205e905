-- Reported pictures: a case for each, who reported it and why, and who may not report.

-- A case blocks the picture's hashes while it is open and once it is confirmed. Its picture is kept at most as
-- long as it is open, and not at all for reasons that forbid it.
CREATE TABLE cases (
    id {bigint} NOT NULL PRIMARY KEY,
    swap_id {bigint} NOT NULL REFERENCES swaps (id),
    guild_id {bigint} NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'restored', 'confirmed')),
    grave {bigint} NOT NULL CHECK (grave IN (0, 1)),
    picture {blob},
    opened_at {bigint} NOT NULL,

    -- Empty for what the clock has decided.
    decided_by {bigint},
    decided_at {bigint} CHECK ((decided_at IS NULL) = (state = 'open')),

    -- Where moderators read of it.
    log_channel_id {bigint},
    log_message_id {bigint},

    CHECK (picture IS NULL OR (state = 'open' AND grave = 0))
) {strict};

CREATE UNIQUE INDEX open_case_of_swap ON cases (swap_id) WHERE state = 'open';
CREATE INDEX cases_of_swap ON cases (swap_id);
CREATE INDEX open_cases ON cases (guild_id, opened_at) WHERE state = 'open';

-- The id is the interaction's; a member counts once in a case.
CREATE TABLE reports (
    id {bigint} NOT NULL PRIMARY KEY,
    case_id {bigint} NOT NULL REFERENCES cases (id),
    reporter_id {bigint} NOT NULL,
    reason TEXT NOT NULL,
    note TEXT NOT NULL,
    channel_id {bigint} NOT NULL,
    message_id {bigint} NOT NULL,
    reported_at {bigint} NOT NULL,
    UNIQUE (case_id, reporter_id)
) {strict};

CREATE INDEX reports_of_member ON reports (reporter_id);

-- Who has reported in a server, or may not.
CREATE TABLE reporters (
    guild_id {bigint} NOT NULL,
    user_id {bigint} NOT NULL,
    barred_at {bigint},
    PRIMARY KEY (guild_id, user_id)
) {strict};

CREATE INDEX blocked_by_case ON blocked_pictures (case_id);
