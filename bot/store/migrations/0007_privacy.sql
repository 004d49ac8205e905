-- Members who asked to be forgotten, until nothing of them has to wait any more; servers that the bot has left.

-- Until when the next part has to wait is in next_at; pressed_by is the interaction that confirmed it.
CREATE TABLE erasures (
    user_id {bigint} NOT NULL PRIMARY KEY,
    pressed_by {bigint} NOT NULL,
    asked_at {bigint} NOT NULL,
    next_at {bigint} NOT NULL
) {strict};

CREATE INDEX erasures_by_time ON erasures (next_at);

CREATE TABLE left_servers (
    guild_id {bigint} NOT NULL PRIMARY KEY,
    left_at {bigint} NOT NULL
) {strict};

CREATE INDEX left_servers_by_time ON left_servers (left_at);

-- What is looked for when its time is over. A swap whose details are gone has no channel any more, and an
-- action whose details are gone has the anonymous member (1) as its actor.
CREATE INDEX swaps_with_details ON swaps (ended_at) WHERE channel_id <> 0;
CREATE INDEX cases_by_decision ON cases (decided_at) WHERE decided_at IS NOT NULL;
CREATE INDEX actions_with_details ON actions (acted_at) WHERE actor_id <> 1;
CREATE INDEX grants_by_time ON grants (granted_at);
CREATE INDEX accounts_of_member ON accounts (user_id);
