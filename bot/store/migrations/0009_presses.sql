-- The last press of a button that must act once, however often and wherever it arrives.
CREATE TABLE presses (
    swap_id {bigint} NOT NULL REFERENCES swaps (id),
    button TEXT NOT NULL,
    interaction_id {bigint} NOT NULL,
    pressed_at {bigint} NOT NULL,
    PRIMARY KEY (swap_id, button)
) {strict};
