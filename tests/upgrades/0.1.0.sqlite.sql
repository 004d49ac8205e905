BEGIN TRANSACTION;
CREATE TABLE accounts (
    guild_id INTEGER NOT NULL,
    user_id INTEGER NOT NULL,
    held_micros INTEGER NOT NULL DEFAULT 0 CHECK (held_micros >= 0),
    spent_micros INTEGER NOT NULL DEFAULT 0 CHECK (spent_micros >= 0),
    PRIMARY KEY (guild_id, user_id)
) STRICT;
INSERT INTO "accounts" VALUES(0,0,0,0);
INSERT INTO "accounts" VALUES(600600600600600602,0,200000,250000);
INSERT INTO "accounts" VALUES(600600600600600602,700700700700700701,0,150000);
INSERT INTO "accounts" VALUES(0,700700700700700701,0,50000);
INSERT INTO "accounts" VALUES(600600600600600602,800800800800800802,0,100000);
INSERT INTO "accounts" VALUES(600600600600600602,101,50000,0);
INSERT INTO "accounts" VALUES(600600600600600602,102,50000,0);
INSERT INTO "accounts" VALUES(600600600600600602,103,50000,0);
INSERT INTO "accounts" VALUES(600600600600600602,104,50000,0);
CREATE TABLE actions (
    interaction_id INTEGER NOT NULL PRIMARY KEY,
    guild_id INTEGER NOT NULL,
    actor_id INTEGER NOT NULL,
    action TEXT NOT NULL,
    detail TEXT NOT NULL,
    acted_at INTEGER NOT NULL
) STRICT;
INSERT INTO "actions" VALUES(10000,600600600600600602,700700700700700701,'settings','{"role 5": 7, "channels": [200], "paused": false, "log_channel_id": 201}',1779019200000);
INSERT INTO "actions" VALUES(10001,600600600600600602,900900900900900902,'block','{"member": 700700700700700701}',1779019200000);
INSERT INTO "actions" VALUES(10002,600600600600600602,900900900900900902,'grant','{"member": 700700700700700701, "units": 2, "expires": null}',1779019200000);
INSERT INTO "actions" VALUES(10003,600600600600600602,900900900900900902,'grant','{"member": 700700700700700701, "units": 1, "expires": "2026-05-18T12:00:00+00:00"}',1779019200000);
INSERT INTO "actions" VALUES(10004,600600600600600602,900900900900900902,'confirm','{"case": 10005}',1779019200000);
INSERT INTO "actions" VALUES(10006,600600600600600602,700700700700700701,'confirm','{"case": 10007}',1779019200000);
INSERT INTO "actions" VALUES(10008,600600600600600602,900900900900900902,'restore','{"case": 10009}',1779019200000);
INSERT INTO "actions" VALUES(10010,600600600600600602,900900900900900902,'bar_reporter','{"member": 700700700700700701}',1779019200000);
CREATE TABLE allowed (
    guild_id INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('channel', 'role')),
    target_id INTEGER NOT NULL,
    PRIMARY KEY (guild_id, kind, target_id)
) STRICT;
INSERT INTO "allowed" VALUES(600600600600600602,'channel',200);
CREATE TABLE blocked_members (
    guild_id INTEGER NOT NULL,
    user_id INTEGER NOT NULL,
    blocked_at INTEGER NOT NULL,
    PRIMARY KEY (guild_id, user_id)
) STRICT;
INSERT INTO "blocked_members" VALUES(600600600600600602,700700700700700701,1779019200000);
CREATE TABLE blocked_pictures (
    guild_id INTEGER NOT NULL,
    hash INTEGER NOT NULL,
    case_id INTEGER NOT NULL,
    blocked_at INTEGER NOT NULL,
    PRIMARY KEY (guild_id, hash, case_id)
) STRICT;
INSERT INTO "blocked_pictures" VALUES(600600600600600602,1095233372415,99,1779019200000);
CREATE TABLE cases (
    id INTEGER NOT NULL PRIMARY KEY,
    swap_id INTEGER NOT NULL REFERENCES swaps (id),
    guild_id INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'restored', 'confirmed')),
    grave INTEGER NOT NULL CHECK (grave IN (0, 1)),
    picture BLOB,
    opened_at INTEGER NOT NULL,

    decided_by INTEGER,
    decided_at INTEGER CHECK ((decided_at IS NULL) = (state = 'open')),

    log_channel_id INTEGER,
    log_message_id INTEGER,

    CHECK (picture IS NULL OR (state = 'open' AND grave = 0))
) STRICT;
INSERT INTO "cases" VALUES(10005,1,600600600600600602,'confirmed',0,NULL,1779019200000,900900900900900902,1779019200000,NULL,NULL);
INSERT INTO "cases" VALUES(10007,6,600600600600600602,'confirmed',0,NULL,1779019200000,700700700700700701,1779019200000,NULL,NULL);
INSERT INTO "cases" VALUES(10009,7,600600600600600602,'restored',0,NULL,1779019200000,900900900900900902,1779019200000,NULL,NULL);
CREATE TABLE consent_requests (
    id INTEGER NOT NULL PRIMARY KEY,
    asker_id INTEGER NOT NULL,
    owner_id INTEGER NOT NULL,
    guild_id INTEGER NOT NULL,
    channel_ids TEXT NOT NULL,
    role_ids TEXT NOT NULL,
    age_restricted INTEGER NOT NULL CHECK (age_restricted IN (0, 1)),
    locale TEXT NOT NULL,
    source TEXT,
    target TEXT,
    asked_at INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'approved', 'denied', 'withdrawn', 'ended')),

    answered_by INTEGER,
    answered_at INTEGER CHECK ((answered_at IS NULL) = (state = 'open')),

    CHECK (state = 'open' OR (source IS NULL AND target IS NULL))
) STRICT;
INSERT INTO "consent_requests" VALUES(31,700700700700700701,800800800800800802,600600600600600602,'200','',0,'de','https://cdn.discordapp.com/a.png?ex=1&hm=signature','avatar',1779019200000,'open',NULL,NULL);
INSERT INTO "consent_requests" VALUES(32,800800800800800802,700700700700700701,600600600600600602,'200','',0,'de','https://cdn.discordapp.com/a.png?ex=1&hm=signature','avatar',1779019200000,'open',NULL,NULL);
CREATE TABLE consents (
    owner_id INTEGER NOT NULL,
    asker_id INTEGER NOT NULL,
    answer TEXT NOT NULL CHECK (answer IN ('always', 'never')),
    answered_at INTEGER NOT NULL,
    PRIMARY KEY (owner_id, asker_id)
) STRICT;
INSERT INTO "consents" VALUES(700700700700700701,20,'always',1779019200000);
INSERT INTO "consents" VALUES(700700700700700701,21,'never',1779019200000);
INSERT INTO "consents" VALUES(22,700700700700700701,'always',1779019200000);
INSERT INTO "consents" VALUES(23,700700700700700701,'never',1779019200000);
CREATE TABLE entries (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    swap_id INTEGER NOT NULL UNIQUE REFERENCES swaps (id),
    guild_id INTEGER NOT NULL,
    user_id INTEGER NOT NULL,
    amount_micros INTEGER NOT NULL CHECK (amount_micros >= 0),
    posted_at INTEGER NOT NULL,
    FOREIGN KEY (guild_id, user_id) REFERENCES accounts (guild_id, user_id)
) STRICT;
INSERT INTO "entries" VALUES(1,1,600600600600600602,700700700700700701,50000,1779019200000);
INSERT INTO "entries" VALUES(2,2,600600600600600602,700700700700700701,50000,1779019200000);
INSERT INTO "entries" VALUES(3,3,600600600600600602,700700700700700701,50000,1779019200000);
INSERT INTO "entries" VALUES(4,4,0,700700700700700701,50000,1779019200000);
INSERT INTO "entries" VALUES(5,6,600600600600600602,800800800800800802,50000,1779019200000);
INSERT INTO "entries" VALUES(6,7,600600600600600602,800800800800800802,50000,1779019200000);
CREATE TABLE erasures (
    user_id INTEGER NOT NULL PRIMARY KEY,
    pressed_by INTEGER NOT NULL,
    asked_at INTEGER NOT NULL,
    next_at INTEGER NOT NULL
) STRICT;
INSERT INTO "erasures" VALUES(505,20002,1779019200000,1779019200000);
CREATE TABLE faces (
    user_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    channel_id INTEGER NOT NULL,
    message_id INTEGER NOT NULL,
    saved_at INTEGER NOT NULL,
    PRIMARY KEY (user_id, name)
) STRICT;
INSERT INTO "faces" VALUES(700700700700700701,'me',1,2,1779019200000);
CREATE TABLE forms (
    id INTEGER NOT NULL PRIMARY KEY,
    user_id INTEGER NOT NULL,
    pictures TEXT NOT NULL,
    expires_at INTEGER NOT NULL,

    sent_by INTEGER
) STRICT;
INSERT INTO "forms" VALUES(40,700700700700700701,'https://cdn.discordapp.com/b.png?ex=1&hm=signature',1779021000000,NULL);
CREATE TABLE grant_moves (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    grant_id INTEGER NOT NULL REFERENCES grants (id),
    swap_id INTEGER NOT NULL REFERENCES swaps (id),
    kind TEXT NOT NULL CHECK (kind IN ('use', 'give_back')),
    moved_at INTEGER NOT NULL,
    UNIQUE (swap_id, kind)
) STRICT;
INSERT INTO "grant_moves" VALUES(1,10002,1,'use',1779019200000);
CREATE TABLE grants (
    id INTEGER NOT NULL PRIMARY KEY REFERENCES actions (interaction_id),
    guild_id INTEGER NOT NULL,
    user_id INTEGER NOT NULL,
    units INTEGER NOT NULL CHECK (units BETWEEN 1 AND 1000),
    expires_at INTEGER,
    granted_at INTEGER NOT NULL
) STRICT;
INSERT INTO "grants" VALUES(10002,600600600600600602,700700700700700701,2,NULL,1779019200000);
INSERT INTO "grants" VALUES(10003,600600600600600602,700700700700700701,1,1779105600000,1779019200000);
CREATE TABLE inputs (
    swap_id INTEGER NOT NULL PRIMARY KEY REFERENCES swaps (id),
    user_id INTEGER NOT NULL,
    source TEXT NOT NULL,
    target TEXT NOT NULL,
    prompt TEXT NOT NULL,

    digest TEXT NOT NULL,
    source_hash INTEGER NOT NULL,
    target_hash INTEGER NOT NULL,
    result_hash INTEGER,
    kept_at INTEGER NOT NULL
) STRICT;
INSERT INTO "inputs" VALUES(2,700700700700700701,'https://cdn.discordapp.com/a.png','channel/message','a secret wish','digest',3855,61680,15420,1779019200000);
INSERT INTO "inputs" VALUES(3,700700700700700701,'https://cdn.discordapp.com/a.png','channel/message','a secret wish','digest',3855,61680,15420,1779019200000);
INSERT INTO "inputs" VALUES(4,700700700700700701,'https://cdn.discordapp.com/a.png','channel/message','a secret wish','digest',3855,61680,15420,1779019200000);
INSERT INTO "inputs" VALUES(7,800800800800800802,'https://cdn.discordapp.com/a.png','channel/message','a secret wish','digest',3855,61680,15420,1779019200000);
CREATE TABLE left_servers (
    guild_id INTEGER NOT NULL PRIMARY KEY,
    left_at INTEGER NOT NULL
) STRICT;
INSERT INTO "left_servers" VALUES(601,1779019200000);
CREATE TABLE migrations (version INTEGER NOT NULL PRIMARY KEY, applied_at INTEGER NOT NULL) STRICT;
INSERT INTO "migrations" VALUES(1,1779019200000);
INSERT INTO "migrations" VALUES(2,1779019200000);
INSERT INTO "migrations" VALUES(3,1779019200000);
INSERT INTO "migrations" VALUES(4,1779019200000);
INSERT INTO "migrations" VALUES(5,1779019200000);
INSERT INTO "migrations" VALUES(6,1779019200000);
INSERT INTO "migrations" VALUES(7,1779019200000);
INSERT INTO "migrations" VALUES(8,1779019200000);
INSERT INTO "migrations" VALUES(9,1779019200000);
CREATE TABLE opted_out (
    user_id INTEGER NOT NULL PRIMARY KEY,
    opted_out_at INTEGER NOT NULL
) STRICT;
INSERT INTO "opted_out" VALUES(700700700700700701,1779019200000);
CREATE TABLE presses (
    swap_id INTEGER NOT NULL REFERENCES swaps (id),
    button TEXT NOT NULL,
    interaction_id INTEGER NOT NULL,
    pressed_at INTEGER NOT NULL,
    PRIMARY KEY (swap_id, button)
) STRICT;
INSERT INTO "presses" VALUES(1,'reroll',20001,1779019200000);
CREATE TABLE reporters (
    guild_id INTEGER NOT NULL,
    user_id INTEGER NOT NULL,
    barred_at INTEGER,
    PRIMARY KEY (guild_id, user_id)
) STRICT;
INSERT INTO "reporters" VALUES(600600600600600602,810810810810810812,NULL);
INSERT INTO "reporters" VALUES(600600600600600602,700700700700700701,1779019200000);
CREATE TABLE reports (
    id INTEGER NOT NULL PRIMARY KEY,
    case_id INTEGER NOT NULL REFERENCES cases (id),
    reporter_id INTEGER NOT NULL,
    reason TEXT NOT NULL,
    note TEXT NOT NULL,
    channel_id INTEGER NOT NULL,
    message_id INTEGER NOT NULL,
    reported_at INTEGER NOT NULL,
    UNIQUE (case_id, reporter_id)
) STRICT;
INSERT INTO "reports" VALUES(10005,10005,810810810810810812,'other','',200,250,1779019200000);
INSERT INTO "reports" VALUES(10007,10007,700700700700700701,'other','',200,250,1779019200000);
INSERT INTO "reports" VALUES(10009,10009,700700700700700701,'other','',200,250,1779019200000);
CREATE TABLE role_allowances (
    guild_id INTEGER NOT NULL,
    role_id INTEGER NOT NULL,
    daily INTEGER CHECK (daily >= 0),
    PRIMARY KEY (guild_id, role_id)
) STRICT;
INSERT INTO "role_allowances" VALUES(600600600600600602,5,7);
CREATE TABLE settings (
    guild_id INTEGER NOT NULL CHECK (guild_id <> 0),
    name TEXT NOT NULL,
    value INTEGER CHECK (value >= 0),
    PRIMARY KEY (guild_id, name)
) STRICT;
INSERT INTO "settings" VALUES(600600600600600602,'paused',0);
INSERT INTO "settings" VALUES(600600600600600602,'log_channel_id',201);
CREATE TABLE signing_chains (
    fingerprint TEXT NOT NULL PRIMARY KEY,
    chain TEXT NOT NULL,
    first_used_at INTEGER NOT NULL
) STRICT;
INSERT INTO "signing_chains" VALUES('ddddb6cbd348658f02fa6c8a46b6f51cf6b6bbe22d54fc6a4f0e3b3f59c5d012','-----BEGIN CERTIFICATE-----',1779019200000);
CREATE TABLE store_keys (
    name TEXT NOT NULL PRIMARY KEY,
    value BLOB NOT NULL
) STRICT;
INSERT INTO "store_keys" VALUES('a digest''s',X'6AA40CB5C0AE8D515B96976BDCD3B4B5F9772385BF32DC4FC441D06B70201747');
CREATE TABLE swaps (
    id INTEGER NOT NULL PRIMARY KEY,
    application_id INTEGER NOT NULL,
    guild_id INTEGER NOT NULL,
    channel_id INTEGER NOT NULL,
    user_id INTEGER NOT NULL CHECK (user_id <> 0),
    private INTEGER NOT NULL CHECK (private IN (0, 1)),
    upload_limit INTEGER NOT NULL,
    price_micros INTEGER NOT NULL CHECK (price_micros >= 0),
    state TEXT NOT NULL CHECK (state IN ('held', 'sending', 'running', 'made', 'delivered', 'refunded')),

    token TEXT,
    source_url TEXT,
    target_url TEXT,
    prompt TEXT,
    picture BLOB,

    image_format TEXT NOT NULL,
    quality INTEGER NOT NULL,
    seed INTEGER NOT NULL,

    request_id TEXT,
    reported_cost_micros INTEGER,
    reported_seed INTEGER,

    failure TEXT,

    lease_owner TEXT NOT NULL,
    lease_until INTEGER NOT NULL,

    message_id INTEGER,
    late_at INTEGER,

    held_at INTEGER NOT NULL,
    sent_at INTEGER,
    made_at INTEGER,
    ended_at INTEGER,

    daily_limit INTEGER,
    daily_used INTEGER NOT NULL,
    at_once_limit INTEGER,
    at_once_used INTEGER NOT NULL,
    server_day_limit INTEGER,
    server_day_used INTEGER NOT NULL,
    server_month_limit INTEGER,
    server_month_used INTEGER NOT NULL,
    bot_day_limit INTEGER,
    bot_day_used INTEGER NOT NULL, locale TEXT NOT NULL DEFAULT 'en-US', spoiler INTEGER NOT NULL DEFAULT 0, asked_at INTEGER, confirmed_at INTEGER, removed_at INTEGER, subject_id INTEGER,

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
) STRICT;
INSERT INTO "swaps" VALUES(1,900,600600600600600602,200,700700700700700701,0,10000000,50000,'delivered',NULL,NULL,NULL,NULL,NULL,'png',95,7,'request-1',50000,7,NULL,'',0,51,NULL,1779019200000,1779019200000,1779019200000,1779019200000,NULL,0,NULL,0,NULL,0,NULL,0,NULL,0,'en-US',0,NULL,NULL,1779019200000,NULL);
INSERT INTO "swaps" VALUES(2,900,600600600600600602,200,700700700700700701,0,10000000,50000,'delivered',NULL,NULL,NULL,NULL,NULL,'png',95,7,'request-1',50000,7,NULL,'',0,52,NULL,1779019200000,1779019200000,1779019200000,1779019200000,NULL,1,NULL,0,NULL,50000,NULL,50000,NULL,50000,'en-US',0,NULL,NULL,NULL,NULL);
INSERT INTO "swaps" VALUES(3,900,600600600600600602,200,700700700700700701,0,10000000,50000,'delivered',NULL,NULL,NULL,NULL,NULL,'png',95,7,'request-1',50000,7,NULL,'',0,53,NULL,1779019200000,1779019200000,1779019200000,1779019200000,NULL,2,NULL,0,NULL,100000,NULL,100000,NULL,100000,'en-US',0,NULL,NULL,NULL,NULL);
INSERT INTO "swaps" VALUES(4,900,0,200,700700700700700701,0,10000000,50000,'delivered',NULL,NULL,NULL,NULL,NULL,'png',95,7,'request-1',50000,7,NULL,'',0,54,NULL,1779019200000,1779019200000,1779019200000,1779019200000,NULL,0,NULL,0,NULL,0,NULL,0,NULL,150000,'en-US',0,NULL,NULL,NULL,NULL);
INSERT INTO "swaps" VALUES(5,900,600600600600600602,200,700700700700700701,0,10000000,50000,'refunded',NULL,NULL,NULL,NULL,NULL,'png',95,7,NULL,NULL,NULL,'NoFace','',0,NULL,NULL,1779019200000,NULL,NULL,1779019200000,NULL,3,NULL,0,NULL,150000,NULL,150000,NULL,200000,'en-US',0,NULL,NULL,NULL,NULL);
INSERT INTO "swaps" VALUES(6,900,600600600600600602,200,800800800800800802,0,10000000,50000,'delivered',NULL,NULL,NULL,NULL,NULL,'png',95,7,'request-1',50000,7,NULL,'',0,56,NULL,1779019200000,1779019200000,1779019200000,1779019200000,NULL,0,NULL,0,NULL,150000,NULL,150000,NULL,200000,'en-US',0,NULL,NULL,1779019200000,700700700700700701);
INSERT INTO "swaps" VALUES(7,900,600600600600600602,200,800800800800800802,0,10000000,50000,'delivered',NULL,NULL,NULL,NULL,NULL,'png',95,7,'request-1',50000,7,NULL,'',0,57,NULL,1779019200000,1779019200000,1779019200000,1779019200000,NULL,1,NULL,0,NULL,200000,NULL,200000,NULL,250000,'en-US',0,NULL,NULL,NULL,NULL);
INSERT INTO "swaps" VALUES(101,900,600600600600600602,200,101,0,10000000,50000,'held','interaction-token','https://cdn.discordapp.com/a.png?ex=1','https://cdn.discordapp.com/b.png?ex=1','',NULL,'png',95,7,NULL,NULL,NULL,NULL,'',0,NULL,NULL,1779019080000,NULL,NULL,NULL,NULL,0,NULL,0,NULL,250000,NULL,250000,NULL,300000,'en-US',0,NULL,NULL,NULL,NULL);
INSERT INTO "swaps" VALUES(102,900,600600600600600602,200,102,0,10000000,50000,'sending','interaction-token','https://cdn.discordapp.com/a.png?ex=1','https://cdn.discordapp.com/b.png?ex=1','',NULL,'png',95,7,NULL,NULL,NULL,NULL,'',0,NULL,NULL,1779019080000,1779019080000,NULL,NULL,NULL,0,NULL,0,NULL,300000,NULL,300000,NULL,350000,'en-US',0,NULL,NULL,NULL,NULL);
INSERT INTO "swaps" VALUES(103,900,600600600600600602,200,103,0,10000000,50000,'running','interaction-token','https://cdn.discordapp.com/a.png?ex=1','https://cdn.discordapp.com/b.png?ex=1','',NULL,'png',95,7,'a job of the queue',NULL,NULL,NULL,'',0,NULL,NULL,1779019080000,1779019080000,NULL,NULL,NULL,0,NULL,0,NULL,350000,NULL,350000,NULL,400000,'en-US',0,NULL,NULL,NULL,NULL);
INSERT INTO "swaps" VALUES(104,900,600600600600600602,200,104,0,10000000,50000,'made','interaction-token','https://cdn.discordapp.com/a.png?ex=1','https://cdn.discordapp.com/b.png?ex=1','',X'70696374757265206279746573','png',95,7,'request-1',50000,7,NULL,'',0,NULL,NULL,1779019080000,1779019080000,1779019080000,NULL,NULL,0,NULL,0,NULL,400000,NULL,400000,NULL,450000,'en-US',0,NULL,NULL,NULL,NULL);
CREATE INDEX swaps_of_member ON swaps (guild_id, user_id, held_at);
CREATE INDEX open_swaps ON swaps (held_at) WHERE state NOT IN ('delivered', 'refunded');
CREATE INDEX entries_of_server ON entries (guild_id, posted_at);
CREATE INDEX entries_of_member ON entries (user_id, posted_at);
CREATE INDEX entries_by_time ON entries (posted_at);
CREATE INDEX actions_of_server ON actions (guild_id, acted_at);
CREATE INDEX grants_of_member ON grants (guild_id, user_id);
CREATE INDEX moves_of_grant ON grant_moves (grant_id);
CREATE INDEX inputs_by_digest ON inputs (user_id, digest);
CREATE INDEX inputs_by_time ON inputs (kept_at);
CREATE UNIQUE INDEX open_case_of_swap ON cases (swap_id) WHERE state = 'open';
CREATE INDEX cases_of_swap ON cases (swap_id);
CREATE INDEX open_cases ON cases (guild_id, opened_at) WHERE state = 'open';
CREATE INDEX reports_of_member ON reports (reporter_id);
CREATE INDEX blocked_by_case ON blocked_pictures (case_id);
CREATE INDEX consents_of_asker ON consents (asker_id);
CREATE UNIQUE INDEX open_request ON consent_requests (asker_id, owner_id) WHERE state = 'open';
CREATE INDEX requests_of_asker ON consent_requests (asker_id, asked_at);
CREATE INDEX requests_to_owner ON consent_requests (owner_id);
CREATE INDEX swaps_of_subject ON swaps (subject_id) WHERE subject_id IS NOT NULL;
CREATE INDEX erasures_by_time ON erasures (next_at);
CREATE INDEX left_servers_by_time ON left_servers (left_at);
CREATE INDEX swaps_with_details ON swaps (ended_at) WHERE channel_id <> 0;
CREATE INDEX cases_by_decision ON cases (decided_at) WHERE decided_at IS NOT NULL;
CREATE INDEX actions_with_details ON actions (acted_at) WHERE actor_id <> 1;
CREATE INDEX grants_by_time ON grants (granted_at);
CREATE INDEX accounts_of_member ON accounts (user_id);
CREATE INDEX forms_by_expiry ON forms (expires_at);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('entries',6);
INSERT INTO "sqlite_sequence" VALUES('grant_moves',1);
COMMIT;
