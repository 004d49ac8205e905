-- Whose avatar may be used by whom.

-- Members whose avatar and saved faces are never used.
CREATE TABLE opted_out (
    user_id {bigint} NOT NULL PRIMARY KEY,
    opted_out_at {bigint} NOT NULL
) {strict};

-- What a member answers a certain other member from now on, without being asked.
CREATE TABLE consents (
    owner_id {bigint} NOT NULL,
    asker_id {bigint} NOT NULL,
    answer TEXT NOT NULL CHECK (answer IN ('always', 'never')),
    answered_at {bigint} NOT NULL,
    PRIMARY KEY (owner_id, asker_id)
) {strict};

CREATE INDEX consents_of_asker ON consents (asker_id);

-- One member asks another; the id is that of the interaction that asked. Where it was asked from, and as whom,
-- is kept since the asker is not there when the answer comes. What is to be swapped is erased with the answer;
-- the row goes a day later, until when it keeps the asker from asking again.
CREATE TABLE consent_requests (
    id {bigint} NOT NULL PRIMARY KEY,
    asker_id {bigint} NOT NULL,
    owner_id {bigint} NOT NULL,
    guild_id {bigint} NOT NULL,
    channel_ids TEXT NOT NULL,
    role_ids TEXT NOT NULL,
    age_restricted {bigint} NOT NULL CHECK (age_restricted IN (0, 1)),
    locale TEXT NOT NULL,
    source TEXT,
    target TEXT,
    asked_at {bigint} NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'approved', 'denied', 'withdrawn', 'ended')),

    -- The interaction that answered, and when; nobody has answered what has ended.
    answered_by {bigint},
    answered_at {bigint} CHECK ((answered_at IS NULL) = (state = 'open')),

    CHECK (state = 'open' OR (source IS NULL AND target IS NULL))
) {strict};

CREATE UNIQUE INDEX open_request ON consent_requests (asker_id, owner_id) WHERE state = 'open';
CREATE INDEX requests_of_asker ON consent_requests (asker_id, asked_at);
CREATE INDEX requests_to_owner ON consent_requests (owner_id);

-- Whose avatar the target is, where that is another member's, who allowed it.
ALTER TABLE swaps ADD COLUMN subject_id {bigint};

CREATE INDEX swaps_of_subject ON swaps (subject_id) WHERE subject_id IS NOT NULL;
