-- Every chain of certificates that results were ever signed with, the root last: what was signed with one
-- stays believed when the next one is used. No key is kept here.
CREATE TABLE signing_chains (
    fingerprint TEXT NOT NULL PRIMARY KEY,
    chain TEXT NOT NULL,
    first_used_at {bigint} NOT NULL
) {strict};
