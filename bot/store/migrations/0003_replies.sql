-- What a reply needs beyond the swap itself, what a swap can be made again from, saved faces, blocked pictures.

-- The language the member reads, as Discord names it, and whether the result is shown as a spoiler.
ALTER TABLE swaps ADD COLUMN locale TEXT NOT NULL DEFAULT 'en-US';
ALTER TABLE swaps ADD COLUMN spoiler {bigint} NOT NULL DEFAULT 0;

-- When the member was asked whether to pay although no face was seen, and when that was answered with yes.
ALTER TABLE swaps ADD COLUMN asked_at {bigint};
ALTER TABLE swaps ADD COLUMN confirmed_at {bigint};

-- When the result was deleted or taken down.
ALTER TABLE swaps ADD COLUMN removed_at {bigint};

-- What a swap was made from, until it is deleted, purged, or the swap is refunded. A picture is an address
-- without its signature, or a message; the hashes are perceptual ones, as signed 64-bit numbers.
CREATE TABLE inputs (
    swap_id {bigint} NOT NULL PRIMARY KEY REFERENCES swaps (id),
    user_id {bigint} NOT NULL,
    source TEXT NOT NULL,
    target TEXT NOT NULL,
    prompt TEXT NOT NULL,

    -- Of the contents of both pictures, the options and the member, keyed: the same again is free.
    digest TEXT NOT NULL,
    source_hash {bigint} NOT NULL,
    target_hash {bigint} NOT NULL,
    result_hash {bigint},
    kept_at {bigint} NOT NULL
) {strict};

CREATE INDEX inputs_by_digest ON inputs (user_id, digest);
CREATE INDEX inputs_by_time ON inputs (kept_at);

-- Faces that members saved under a name; the picture is in a direct message to the member, and nowhere else.
CREATE TABLE faces (
    user_id {bigint} NOT NULL,
    name TEXT NOT NULL,
    channel_id {bigint} NOT NULL,
    message_id {bigint} NOT NULL,
    saved_at {bigint} NOT NULL,
    PRIMARY KEY (user_id, name)
) {strict};

-- Perceptual hashes of pictures that may not be used, by the report case that blocked them; guild_id 0 is the
-- whole bot, -1 are all places without a server.
CREATE TABLE blocked_pictures (
    guild_id {bigint} NOT NULL,
    hash {bigint} NOT NULL,
    case_id {bigint} NOT NULL,
    blocked_at {bigint} NOT NULL,
    PRIMARY KEY (guild_id, hash, case_id)
) {strict};

-- Random keys that this store made for itself.
CREATE TABLE store_keys (
    name TEXT NOT NULL PRIMARY KEY,
    value {blob} NOT NULL
) {strict};
