-- What a form that is open is about, since it cannot hold that itself: the addresses of a message's pictures,
-- as Discord signed them, one a line. The id is that of the interaction that opened the form; the row goes
-- once the form was sent, or has expired.
CREATE TABLE forms (
    id {bigint} NOT NULL PRIMARY KEY,
    user_id {bigint} NOT NULL,
    pictures TEXT NOT NULL,
    expires_at {bigint} NOT NULL,

    -- The interaction by which it was sent, so that a second one does nothing.
    sent_by {bigint}
) {strict};

CREATE INDEX forms_by_expiry ON forms (expires_at);
