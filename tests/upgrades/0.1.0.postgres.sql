SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET transaction_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;
SET default_tablespace = '';
SET default_table_access_method = heap;
CREATE TABLE public.accounts (
    guild_id bigint NOT NULL,
    user_id bigint NOT NULL,
    held_micros bigint DEFAULT 0 NOT NULL,
    spent_micros bigint DEFAULT 0 NOT NULL,
    CONSTRAINT accounts_held_micros_check CHECK ((held_micros >= 0)),
    CONSTRAINT accounts_spent_micros_check CHECK ((spent_micros >= 0))
);
CREATE TABLE public.actions (
    interaction_id bigint NOT NULL,
    guild_id bigint NOT NULL,
    actor_id bigint NOT NULL,
    action text NOT NULL,
    detail text NOT NULL,
    acted_at bigint NOT NULL
);
CREATE TABLE public.allowed (
    guild_id bigint NOT NULL,
    kind text NOT NULL,
    target_id bigint NOT NULL,
    CONSTRAINT allowed_kind_check CHECK ((kind = ANY (ARRAY['channel'::text, 'role'::text])))
);
CREATE TABLE public.blocked_members (
    guild_id bigint NOT NULL,
    user_id bigint NOT NULL,
    blocked_at bigint NOT NULL
);
CREATE TABLE public.blocked_pictures (
    guild_id bigint NOT NULL,
    hash bigint NOT NULL,
    case_id bigint NOT NULL,
    blocked_at bigint NOT NULL
);
CREATE TABLE public.cases (
    id bigint NOT NULL,
    swap_id bigint NOT NULL,
    guild_id bigint NOT NULL,
    state text NOT NULL,
    grave bigint NOT NULL,
    picture bytea,
    opened_at bigint NOT NULL,
    decided_by bigint,
    decided_at bigint,
    log_channel_id bigint,
    log_message_id bigint,
    CONSTRAINT cases_check CHECK (((decided_at IS NULL) = (state = 'open'::text))),
    CONSTRAINT cases_check1 CHECK (((picture IS NULL) OR ((state = 'open'::text) AND (grave = 0)))),
    CONSTRAINT cases_grave_check CHECK ((grave = ANY (ARRAY[(0)::bigint, (1)::bigint]))),
    CONSTRAINT cases_state_check CHECK ((state = ANY (ARRAY['open'::text, 'restored'::text, 'confirmed'::text])))
);
CREATE TABLE public.consent_requests (
    id bigint NOT NULL,
    asker_id bigint NOT NULL,
    owner_id bigint NOT NULL,
    guild_id bigint NOT NULL,
    channel_ids text NOT NULL,
    role_ids text NOT NULL,
    age_restricted bigint NOT NULL,
    locale text NOT NULL,
    source text,
    target text,
    asked_at bigint NOT NULL,
    state text NOT NULL,
    answered_by bigint,
    answered_at bigint,
    CONSTRAINT consent_requests_age_restricted_check CHECK ((age_restricted = ANY (ARRAY[(0)::bigint, (1)::bigint]))),
    CONSTRAINT consent_requests_check CHECK (((answered_at IS NULL) = (state = 'open'::text))),
    CONSTRAINT consent_requests_check1 CHECK (((state = 'open'::text) OR ((source IS NULL) AND (target IS NULL)))),
    CONSTRAINT consent_requests_state_check CHECK ((state = ANY (ARRAY['open'::text, 'approved'::text, 'denied'::text, 'withdrawn'::text, 'ended'::text])))
);
CREATE TABLE public.consents (
    owner_id bigint NOT NULL,
    asker_id bigint NOT NULL,
    answer text NOT NULL,
    answered_at bigint NOT NULL,
    CONSTRAINT consents_answer_check CHECK ((answer = ANY (ARRAY['always'::text, 'never'::text])))
);
CREATE TABLE public.entries (
    id bigint NOT NULL,
    swap_id bigint NOT NULL,
    guild_id bigint NOT NULL,
    user_id bigint NOT NULL,
    amount_micros bigint NOT NULL,
    posted_at bigint NOT NULL,
    CONSTRAINT entries_amount_micros_check CHECK ((amount_micros >= 0))
);
ALTER TABLE public.entries ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.entries_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.erasures (
    user_id bigint NOT NULL,
    pressed_by bigint NOT NULL,
    asked_at bigint NOT NULL,
    next_at bigint NOT NULL
);
CREATE TABLE public.faces (
    user_id bigint NOT NULL,
    name text NOT NULL,
    channel_id bigint NOT NULL,
    message_id bigint NOT NULL,
    saved_at bigint NOT NULL
);
CREATE TABLE public.forms (
    id bigint NOT NULL,
    user_id bigint NOT NULL,
    pictures text NOT NULL,
    expires_at bigint NOT NULL,
    sent_by bigint
);
CREATE TABLE public.grant_moves (
    id bigint NOT NULL,
    grant_id bigint NOT NULL,
    swap_id bigint NOT NULL,
    kind text NOT NULL,
    moved_at bigint NOT NULL,
    CONSTRAINT grant_moves_kind_check CHECK ((kind = ANY (ARRAY['use'::text, 'give_back'::text])))
);
ALTER TABLE public.grant_moves ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.grant_moves_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.grants (
    id bigint NOT NULL,
    guild_id bigint NOT NULL,
    user_id bigint NOT NULL,
    units bigint NOT NULL,
    expires_at bigint,
    granted_at bigint NOT NULL,
    CONSTRAINT grants_units_check CHECK (((units >= 1) AND (units <= 1000)))
);
CREATE TABLE public.inputs (
    swap_id bigint NOT NULL,
    user_id bigint NOT NULL,
    source text NOT NULL,
    target text NOT NULL,
    prompt text NOT NULL,
    digest text NOT NULL,
    source_hash bigint NOT NULL,
    target_hash bigint NOT NULL,
    result_hash bigint,
    kept_at bigint NOT NULL
);
CREATE TABLE public.left_servers (
    guild_id bigint NOT NULL,
    left_at bigint NOT NULL
);
CREATE TABLE public.migrations (
    version bigint NOT NULL,
    applied_at bigint NOT NULL
);
CREATE TABLE public.opted_out (
    user_id bigint NOT NULL,
    opted_out_at bigint NOT NULL
);
CREATE TABLE public.presses (
    swap_id bigint NOT NULL,
    button text NOT NULL,
    interaction_id bigint NOT NULL,
    pressed_at bigint NOT NULL
);
CREATE TABLE public.reporters (
    guild_id bigint NOT NULL,
    user_id bigint NOT NULL,
    barred_at bigint
);
CREATE TABLE public.reports (
    id bigint NOT NULL,
    case_id bigint NOT NULL,
    reporter_id bigint NOT NULL,
    reason text NOT NULL,
    note text NOT NULL,
    channel_id bigint NOT NULL,
    message_id bigint NOT NULL,
    reported_at bigint NOT NULL
);
CREATE TABLE public.role_allowances (
    guild_id bigint NOT NULL,
    role_id bigint NOT NULL,
    daily bigint,
    CONSTRAINT role_allowances_daily_check CHECK ((daily >= 0))
);
CREATE TABLE public.settings (
    guild_id bigint NOT NULL,
    name text NOT NULL,
    value bigint,
    CONSTRAINT settings_guild_id_check CHECK ((guild_id <> 0)),
    CONSTRAINT settings_value_check CHECK ((value >= 0))
);
CREATE TABLE public.signing_chains (
    fingerprint text NOT NULL,
    chain text NOT NULL,
    first_used_at bigint NOT NULL
);
CREATE TABLE public.store_keys (
    name text NOT NULL,
    value bytea NOT NULL
);
CREATE TABLE public.swaps (
    id bigint NOT NULL,
    application_id bigint NOT NULL,
    guild_id bigint NOT NULL,
    channel_id bigint NOT NULL,
    user_id bigint NOT NULL,
    private bigint NOT NULL,
    upload_limit bigint NOT NULL,
    price_micros bigint NOT NULL,
    state text NOT NULL,
    token text,
    source_url text,
    target_url text,
    prompt text,
    picture bytea,
    image_format text NOT NULL,
    quality bigint NOT NULL,
    seed bigint NOT NULL,
    request_id text,
    reported_cost_micros bigint,
    reported_seed bigint,
    failure text,
    lease_owner text NOT NULL,
    lease_until bigint NOT NULL,
    message_id bigint,
    late_at bigint,
    held_at bigint NOT NULL,
    sent_at bigint,
    made_at bigint,
    ended_at bigint,
    daily_limit bigint,
    daily_used bigint NOT NULL,
    at_once_limit bigint,
    at_once_used bigint NOT NULL,
    server_day_limit bigint,
    server_day_used bigint NOT NULL,
    server_month_limit bigint,
    server_month_used bigint NOT NULL,
    bot_day_limit bigint,
    bot_day_used bigint NOT NULL,
    locale text DEFAULT 'en-US'::text NOT NULL,
    spoiler bigint DEFAULT 0 NOT NULL,
    asked_at bigint,
    confirmed_at bigint,
    removed_at bigint,
    subject_id bigint,
    CONSTRAINT ended_once CHECK (((state = ANY (ARRAY['delivered'::text, 'refunded'::text])) = (ended_at IS NOT NULL))),
    CONSTRAINT inputs_while_open CHECK ((((state = ANY (ARRAY['delivered'::text, 'refunded'::text])) = (source_url IS NULL)) AND ((state = ANY (ARRAY['delivered'::text, 'refunded'::text])) = (target_url IS NULL)) AND ((state = ANY (ARRAY['delivered'::text, 'refunded'::text])) = (prompt IS NULL)))),
    CONSTRAINT picture_until_ended CHECK (((state = 'made'::text) = (picture IS NOT NULL))),
    CONSTRAINT refunded_why CHECK (((state = 'refunded'::text) = (failure IS NOT NULL))),
    CONSTRAINT swaps_price_micros_check CHECK ((price_micros >= 0)),
    CONSTRAINT swaps_private_check CHECK ((private = ANY (ARRAY[(0)::bigint, (1)::bigint]))),
    CONSTRAINT swaps_state_check CHECK ((state = ANY (ARRAY['held'::text, 'sending'::text, 'running'::text, 'made'::text, 'delivered'::text, 'refunded'::text]))),
    CONSTRAINT swaps_user_id_check CHECK ((user_id <> 0)),
    CONSTRAINT token_while_open CHECK (((state = ANY (ARRAY['delivered'::text, 'refunded'::text])) = (token IS NULL))),
    CONSTRAINT within_at_once CHECK (((at_once_limit IS NULL) OR (at_once_used < at_once_limit))),
    CONSTRAINT within_bot_day CHECK (((price_micros = 0) OR (bot_day_limit IS NULL) OR ((bot_day_used + price_micros) <= bot_day_limit))),
    CONSTRAINT within_daily CHECK (((daily_limit IS NULL) OR (daily_used < daily_limit))),
    CONSTRAINT within_server_day CHECK (((price_micros = 0) OR (server_day_limit IS NULL) OR ((server_day_used + price_micros) <= server_day_limit))),
    CONSTRAINT within_server_month CHECK (((price_micros = 0) OR (server_month_limit IS NULL) OR ((server_month_used + price_micros) <= server_month_limit)))
);
INSERT INTO public.accounts VALUES (0, 0, 0, 0);
INSERT INTO public.accounts VALUES (0, 700700700700700701, 0, 50000);
INSERT INTO public.accounts VALUES (600600600600600602, 700700700700700701, 0, 150000);
INSERT INTO public.accounts VALUES (600600600600600602, 800800800800800802, 0, 100000);
INSERT INTO public.accounts VALUES (600600600600600602, 101, 50000, 0);
INSERT INTO public.accounts VALUES (600600600600600602, 102, 50000, 0);
INSERT INTO public.accounts VALUES (600600600600600602, 103, 50000, 0);
INSERT INTO public.accounts VALUES (600600600600600602, 0, 200000, 250000);
INSERT INTO public.accounts VALUES (600600600600600602, 104, 50000, 0);
INSERT INTO public.actions VALUES (10011, 600600600600600602, 700700700700700701, 'settings', '{"role 5": 7, "channels": [200], "paused": false, "log_channel_id": 201}', 1779019200000);
INSERT INTO public.actions VALUES (10012, 600600600600600602, 900900900900900902, 'block', '{"member": 700700700700700701}', 1779019200000);
INSERT INTO public.actions VALUES (10013, 600600600600600602, 900900900900900902, 'grant', '{"member": 700700700700700701, "units": 2, "expires": null}', 1779019200000);
INSERT INTO public.actions VALUES (10014, 600600600600600602, 900900900900900902, 'grant', '{"member": 700700700700700701, "units": 1, "expires": "2026-05-18T12:00:00+00:00"}', 1779019200000);
INSERT INTO public.actions VALUES (10015, 600600600600600602, 900900900900900902, 'confirm', '{"case": 10016}', 1779019200000);
INSERT INTO public.actions VALUES (10017, 600600600600600602, 700700700700700701, 'confirm', '{"case": 10018}', 1779019200000);
INSERT INTO public.actions VALUES (10019, 600600600600600602, 900900900900900902, 'restore', '{"case": 10020}', 1779019200000);
INSERT INTO public.actions VALUES (10021, 600600600600600602, 900900900900900902, 'bar_reporter', '{"member": 700700700700700701}', 1779019200000);
INSERT INTO public.allowed VALUES (600600600600600602, 'channel', 200);
INSERT INTO public.blocked_members VALUES (600600600600600602, 700700700700700701, 1779019200000);
INSERT INTO public.blocked_pictures VALUES (600600600600600602, 1095233372415, 99, 1779019200000);
INSERT INTO public.cases VALUES (10016, 1, 600600600600600602, 'confirmed', 0, NULL, 1779019200000, 900900900900900902, 1779019200000, NULL, NULL);
INSERT INTO public.cases VALUES (10018, 6, 600600600600600602, 'confirmed', 0, NULL, 1779019200000, 700700700700700701, 1779019200000, NULL, NULL);
INSERT INTO public.cases VALUES (10020, 7, 600600600600600602, 'restored', 0, NULL, 1779019200000, 900900900900900902, 1779019200000, NULL, NULL);
INSERT INTO public.consent_requests VALUES (31, 700700700700700701, 800800800800800802, 600600600600600602, '200', '', 0, 'de', 'https://cdn.discordapp.com/a.png?ex=1&hm=signature', 'avatar', 1779019200000, 'open', NULL, NULL);
INSERT INTO public.consent_requests VALUES (32, 800800800800800802, 700700700700700701, 600600600600600602, '200', '', 0, 'de', 'https://cdn.discordapp.com/a.png?ex=1&hm=signature', 'avatar', 1779019200000, 'open', NULL, NULL);
INSERT INTO public.consents VALUES (700700700700700701, 20, 'always', 1779019200000);
INSERT INTO public.consents VALUES (700700700700700701, 21, 'never', 1779019200000);
INSERT INTO public.consents VALUES (22, 700700700700700701, 'always', 1779019200000);
INSERT INTO public.consents VALUES (23, 700700700700700701, 'never', 1779019200000);
INSERT INTO public.entries OVERRIDING SYSTEM VALUE VALUES (1, 1, 600600600600600602, 700700700700700701, 50000, 1779019200000);
INSERT INTO public.entries OVERRIDING SYSTEM VALUE VALUES (2, 2, 600600600600600602, 700700700700700701, 50000, 1779019200000);
INSERT INTO public.entries OVERRIDING SYSTEM VALUE VALUES (3, 3, 600600600600600602, 700700700700700701, 50000, 1779019200000);
INSERT INTO public.entries OVERRIDING SYSTEM VALUE VALUES (4, 4, 0, 700700700700700701, 50000, 1779019200000);
INSERT INTO public.entries OVERRIDING SYSTEM VALUE VALUES (5, 6, 600600600600600602, 800800800800800802, 50000, 1779019200000);
INSERT INTO public.entries OVERRIDING SYSTEM VALUE VALUES (6, 7, 600600600600600602, 800800800800800802, 50000, 1779019200000);
INSERT INTO public.erasures VALUES (505, 20002, 1779019200000, 1779019200000);
INSERT INTO public.faces VALUES (700700700700700701, 'me', 1, 2, 1779019200000);
INSERT INTO public.forms VALUES (40, 700700700700700701, 'https://cdn.discordapp.com/b.png?ex=1&hm=signature', 1779021000000, NULL);
INSERT INTO public.grant_moves OVERRIDING SYSTEM VALUE VALUES (1, 10013, 1, 'use', 1779019200000);
INSERT INTO public.grants VALUES (10013, 600600600600600602, 700700700700700701, 2, NULL, 1779019200000);
INSERT INTO public.grants VALUES (10014, 600600600600600602, 700700700700700701, 1, 1779105600000, 1779019200000);
INSERT INTO public.inputs VALUES (2, 700700700700700701, 'https://cdn.discordapp.com/a.png', 'channel/message', 'a secret wish', 'digest', 3855, 61680, 15420, 1779019200000);
INSERT INTO public.inputs VALUES (3, 700700700700700701, 'https://cdn.discordapp.com/a.png', 'channel/message', 'a secret wish', 'digest', 3855, 61680, 15420, 1779019200000);
INSERT INTO public.inputs VALUES (4, 700700700700700701, 'https://cdn.discordapp.com/a.png', 'channel/message', 'a secret wish', 'digest', 3855, 61680, 15420, 1779019200000);
INSERT INTO public.inputs VALUES (7, 800800800800800802, 'https://cdn.discordapp.com/a.png', 'channel/message', 'a secret wish', 'digest', 3855, 61680, 15420, 1779019200000);
INSERT INTO public.left_servers VALUES (601, 1779019200000);
INSERT INTO public.migrations VALUES (1, 1779019200000);
INSERT INTO public.migrations VALUES (2, 1779019200000);
INSERT INTO public.migrations VALUES (3, 1779019200000);
INSERT INTO public.migrations VALUES (4, 1779019200000);
INSERT INTO public.migrations VALUES (5, 1779019200000);
INSERT INTO public.migrations VALUES (6, 1779019200000);
INSERT INTO public.migrations VALUES (7, 1779019200000);
INSERT INTO public.migrations VALUES (8, 1779019200000);
INSERT INTO public.migrations VALUES (9, 1779019200000);
INSERT INTO public.opted_out VALUES (700700700700700701, 1779019200000);
INSERT INTO public.presses VALUES (1, 'reroll', 20001, 1779019200000);
INSERT INTO public.reporters VALUES (600600600600600602, 810810810810810812, NULL);
INSERT INTO public.reporters VALUES (600600600600600602, 700700700700700701, 1779019200000);
INSERT INTO public.reports VALUES (10016, 10016, 810810810810810812, 'other', '', 200, 250, 1779019200000);
INSERT INTO public.reports VALUES (10018, 10018, 700700700700700701, 'other', '', 200, 250, 1779019200000);
INSERT INTO public.reports VALUES (10020, 10020, 700700700700700701, 'other', '', 200, 250, 1779019200000);
INSERT INTO public.role_allowances VALUES (600600600600600602, 5, 7);
INSERT INTO public.settings VALUES (600600600600600602, 'paused', 0);
INSERT INTO public.settings VALUES (600600600600600602, 'log_channel_id', 201);
INSERT INTO public.signing_chains VALUES ('ddddb6cbd348658f02fa6c8a46b6f51cf6b6bbe22d54fc6a4f0e3b3f59c5d012', '-----BEGIN CERTIFICATE-----', 1779019200000);
INSERT INTO public.store_keys VALUES ('a digest''s', '\xda8c6a416fce8fa69f49202f204ce34cfc9af353f4c2a394811f09e6ad7ea3ae');
INSERT INTO public.swaps VALUES (2, 900, 600600600600600602, 200, 700700700700700701, 0, 10000000, 50000, 'delivered', NULL, NULL, NULL, NULL, NULL, 'png', 95, 7, 'request-1', 50000, 7, NULL, '', 0, 52, NULL, 1779019200000, 1779019200000, 1779019200000, 1779019200000, NULL, 1, NULL, 0, NULL, 50000, NULL, 50000, NULL, 50000, 'en-US', 0, NULL, NULL, NULL, NULL);
INSERT INTO public.swaps VALUES (3, 900, 600600600600600602, 200, 700700700700700701, 0, 10000000, 50000, 'delivered', NULL, NULL, NULL, NULL, NULL, 'png', 95, 7, 'request-1', 50000, 7, NULL, '', 0, 53, NULL, 1779019200000, 1779019200000, 1779019200000, 1779019200000, NULL, 2, NULL, 0, NULL, 100000, NULL, 100000, NULL, 100000, 'en-US', 0, NULL, NULL, NULL, NULL);
INSERT INTO public.swaps VALUES (4, 900, 0, 200, 700700700700700701, 0, 10000000, 50000, 'delivered', NULL, NULL, NULL, NULL, NULL, 'png', 95, 7, 'request-1', 50000, 7, NULL, '', 0, 54, NULL, 1779019200000, 1779019200000, 1779019200000, 1779019200000, NULL, 0, NULL, 0, NULL, 0, NULL, 0, NULL, 150000, 'en-US', 0, NULL, NULL, NULL, NULL);
INSERT INTO public.swaps VALUES (5, 900, 600600600600600602, 200, 700700700700700701, 0, 10000000, 50000, 'refunded', NULL, NULL, NULL, NULL, NULL, 'png', 95, 7, NULL, NULL, NULL, 'NoFace', '', 0, NULL, NULL, 1779019200000, NULL, NULL, 1779019200000, NULL, 3, NULL, 0, NULL, 150000, NULL, 150000, NULL, 200000, 'en-US', 0, NULL, NULL, NULL, NULL);
INSERT INTO public.swaps VALUES (1, 900, 600600600600600602, 200, 700700700700700701, 0, 10000000, 50000, 'delivered', NULL, NULL, NULL, NULL, NULL, 'png', 95, 7, 'request-1', 50000, 7, NULL, '', 0, 51, NULL, 1779019200000, 1779019200000, 1779019200000, 1779019200000, NULL, 0, NULL, 0, NULL, 0, NULL, 0, NULL, 0, 'en-US', 0, NULL, NULL, 1779019200000, NULL);
INSERT INTO public.swaps VALUES (6, 900, 600600600600600602, 200, 800800800800800802, 0, 10000000, 50000, 'delivered', NULL, NULL, NULL, NULL, NULL, 'png', 95, 7, 'request-1', 50000, 7, NULL, '', 0, 56, NULL, 1779019200000, 1779019200000, 1779019200000, 1779019200000, NULL, 0, NULL, 0, NULL, 150000, NULL, 150000, NULL, 200000, 'en-US', 0, NULL, NULL, 1779019200000, 700700700700700701);
INSERT INTO public.swaps VALUES (7, 900, 600600600600600602, 200, 800800800800800802, 0, 10000000, 50000, 'delivered', NULL, NULL, NULL, NULL, NULL, 'png', 95, 7, 'request-1', 50000, 7, NULL, '', 0, 57, NULL, 1779019200000, 1779019200000, 1779019200000, 1779019200000, NULL, 1, NULL, 0, NULL, 200000, NULL, 200000, NULL, 250000, 'en-US', 0, NULL, NULL, NULL, NULL);
INSERT INTO public.swaps VALUES (101, 900, 600600600600600602, 200, 101, 0, 10000000, 50000, 'held', 'interaction-token', 'https://cdn.discordapp.com/a.png?ex=1', 'https://cdn.discordapp.com/b.png?ex=1', '', NULL, 'png', 95, 7, NULL, NULL, NULL, NULL, '', 0, NULL, NULL, 1779019080000, NULL, NULL, NULL, NULL, 0, NULL, 0, NULL, 250000, NULL, 250000, NULL, 300000, 'en-US', 0, NULL, NULL, NULL, NULL);
INSERT INTO public.swaps VALUES (102, 900, 600600600600600602, 200, 102, 0, 10000000, 50000, 'sending', 'interaction-token', 'https://cdn.discordapp.com/a.png?ex=1', 'https://cdn.discordapp.com/b.png?ex=1', '', NULL, 'png', 95, 7, NULL, NULL, NULL, NULL, '', 0, NULL, NULL, 1779019080000, 1779019080000, NULL, NULL, NULL, 0, NULL, 0, NULL, 300000, NULL, 300000, NULL, 350000, 'en-US', 0, NULL, NULL, NULL, NULL);
INSERT INTO public.swaps VALUES (103, 900, 600600600600600602, 200, 103, 0, 10000000, 50000, 'running', 'interaction-token', 'https://cdn.discordapp.com/a.png?ex=1', 'https://cdn.discordapp.com/b.png?ex=1', '', NULL, 'png', 95, 7, 'a job of the queue', NULL, NULL, NULL, '', 0, NULL, NULL, 1779019080000, 1779019080000, NULL, NULL, NULL, 0, NULL, 0, NULL, 350000, NULL, 350000, NULL, 400000, 'en-US', 0, NULL, NULL, NULL, NULL);
INSERT INTO public.swaps VALUES (104, 900, 600600600600600602, 200, 104, 0, 10000000, 50000, 'made', 'interaction-token', 'https://cdn.discordapp.com/a.png?ex=1', 'https://cdn.discordapp.com/b.png?ex=1', '', '\x70696374757265206279746573', 'png', 95, 7, 'request-1', 50000, 7, NULL, '', 0, NULL, NULL, 1779019080000, 1779019080000, 1779019080000, NULL, NULL, 0, NULL, 0, NULL, 400000, NULL, 400000, NULL, 450000, 'en-US', 0, NULL, NULL, NULL, NULL);
SELECT pg_catalog.setval('public.entries_id_seq', 6, true);
SELECT pg_catalog.setval('public.grant_moves_id_seq', 1, true);
ALTER TABLE ONLY public.accounts
    ADD CONSTRAINT accounts_pkey PRIMARY KEY (guild_id, user_id);
ALTER TABLE ONLY public.actions
    ADD CONSTRAINT actions_pkey PRIMARY KEY (interaction_id);
ALTER TABLE ONLY public.allowed
    ADD CONSTRAINT allowed_pkey PRIMARY KEY (guild_id, kind, target_id);
ALTER TABLE ONLY public.blocked_members
    ADD CONSTRAINT blocked_members_pkey PRIMARY KEY (guild_id, user_id);
ALTER TABLE ONLY public.blocked_pictures
    ADD CONSTRAINT blocked_pictures_pkey PRIMARY KEY (guild_id, hash, case_id);
ALTER TABLE ONLY public.cases
    ADD CONSTRAINT cases_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.consent_requests
    ADD CONSTRAINT consent_requests_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.consents
    ADD CONSTRAINT consents_pkey PRIMARY KEY (owner_id, asker_id);
ALTER TABLE ONLY public.entries
    ADD CONSTRAINT entries_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.entries
    ADD CONSTRAINT entries_swap_id_key UNIQUE (swap_id);
ALTER TABLE ONLY public.erasures
    ADD CONSTRAINT erasures_pkey PRIMARY KEY (user_id);
ALTER TABLE ONLY public.faces
    ADD CONSTRAINT faces_pkey PRIMARY KEY (user_id, name);
ALTER TABLE ONLY public.forms
    ADD CONSTRAINT forms_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.grant_moves
    ADD CONSTRAINT grant_moves_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.grant_moves
    ADD CONSTRAINT grant_moves_swap_id_kind_key UNIQUE (swap_id, kind);
ALTER TABLE ONLY public.grants
    ADD CONSTRAINT grants_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.inputs
    ADD CONSTRAINT inputs_pkey PRIMARY KEY (swap_id);
ALTER TABLE ONLY public.left_servers
    ADD CONSTRAINT left_servers_pkey PRIMARY KEY (guild_id);
ALTER TABLE ONLY public.migrations
    ADD CONSTRAINT migrations_pkey PRIMARY KEY (version);
ALTER TABLE ONLY public.opted_out
    ADD CONSTRAINT opted_out_pkey PRIMARY KEY (user_id);
ALTER TABLE ONLY public.presses
    ADD CONSTRAINT presses_pkey PRIMARY KEY (swap_id, button);
ALTER TABLE ONLY public.reporters
    ADD CONSTRAINT reporters_pkey PRIMARY KEY (guild_id, user_id);
ALTER TABLE ONLY public.reports
    ADD CONSTRAINT reports_case_id_reporter_id_key UNIQUE (case_id, reporter_id);
ALTER TABLE ONLY public.reports
    ADD CONSTRAINT reports_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.role_allowances
    ADD CONSTRAINT role_allowances_pkey PRIMARY KEY (guild_id, role_id);
ALTER TABLE ONLY public.settings
    ADD CONSTRAINT settings_pkey PRIMARY KEY (guild_id, name);
ALTER TABLE ONLY public.signing_chains
    ADD CONSTRAINT signing_chains_pkey PRIMARY KEY (fingerprint);
ALTER TABLE ONLY public.store_keys
    ADD CONSTRAINT store_keys_pkey PRIMARY KEY (name);
ALTER TABLE ONLY public.swaps
    ADD CONSTRAINT swaps_pkey PRIMARY KEY (id);
CREATE INDEX accounts_of_member ON public.accounts USING btree (user_id);
CREATE INDEX actions_of_server ON public.actions USING btree (guild_id, acted_at);
CREATE INDEX actions_with_details ON public.actions USING btree (acted_at) WHERE (actor_id <> 1);
CREATE INDEX blocked_by_case ON public.blocked_pictures USING btree (case_id);
CREATE INDEX cases_by_decision ON public.cases USING btree (decided_at) WHERE (decided_at IS NOT NULL);
CREATE INDEX cases_of_swap ON public.cases USING btree (swap_id);
CREATE INDEX consents_of_asker ON public.consents USING btree (asker_id);
CREATE INDEX entries_by_time ON public.entries USING btree (posted_at);
CREATE INDEX entries_of_member ON public.entries USING btree (user_id, posted_at);
CREATE INDEX entries_of_server ON public.entries USING btree (guild_id, posted_at);
CREATE INDEX erasures_by_time ON public.erasures USING btree (next_at);
CREATE INDEX forms_by_expiry ON public.forms USING btree (expires_at);
CREATE INDEX grants_by_time ON public.grants USING btree (granted_at);
CREATE INDEX grants_of_member ON public.grants USING btree (guild_id, user_id);
CREATE INDEX inputs_by_digest ON public.inputs USING btree (user_id, digest);
CREATE INDEX inputs_by_time ON public.inputs USING btree (kept_at);
CREATE INDEX left_servers_by_time ON public.left_servers USING btree (left_at);
CREATE INDEX moves_of_grant ON public.grant_moves USING btree (grant_id);
CREATE UNIQUE INDEX open_case_of_swap ON public.cases USING btree (swap_id) WHERE (state = 'open'::text);
CREATE INDEX open_cases ON public.cases USING btree (guild_id, opened_at) WHERE (state = 'open'::text);
CREATE UNIQUE INDEX open_request ON public.consent_requests USING btree (asker_id, owner_id) WHERE (state = 'open'::text);
CREATE INDEX open_swaps ON public.swaps USING btree (held_at) WHERE (state <> ALL (ARRAY['delivered'::text, 'refunded'::text]));
CREATE INDEX reports_of_member ON public.reports USING btree (reporter_id);
CREATE INDEX requests_of_asker ON public.consent_requests USING btree (asker_id, asked_at);
CREATE INDEX requests_to_owner ON public.consent_requests USING btree (owner_id);
CREATE INDEX swaps_of_member ON public.swaps USING btree (guild_id, user_id, held_at);
CREATE INDEX swaps_of_subject ON public.swaps USING btree (subject_id) WHERE (subject_id IS NOT NULL);
CREATE INDEX swaps_with_details ON public.swaps USING btree (ended_at) WHERE (channel_id <> 0);
ALTER TABLE ONLY public.cases
    ADD CONSTRAINT cases_swap_id_fkey FOREIGN KEY (swap_id) REFERENCES public.swaps(id);
ALTER TABLE ONLY public.entries
    ADD CONSTRAINT entries_guild_id_user_id_fkey FOREIGN KEY (guild_id, user_id) REFERENCES public.accounts(guild_id, user_id);
ALTER TABLE ONLY public.entries
    ADD CONSTRAINT entries_swap_id_fkey FOREIGN KEY (swap_id) REFERENCES public.swaps(id);
ALTER TABLE ONLY public.grant_moves
    ADD CONSTRAINT grant_moves_grant_id_fkey FOREIGN KEY (grant_id) REFERENCES public.grants(id);
ALTER TABLE ONLY public.grant_moves
    ADD CONSTRAINT grant_moves_swap_id_fkey FOREIGN KEY (swap_id) REFERENCES public.swaps(id);
ALTER TABLE ONLY public.grants
    ADD CONSTRAINT grants_id_fkey FOREIGN KEY (id) REFERENCES public.actions(interaction_id);
ALTER TABLE ONLY public.inputs
    ADD CONSTRAINT inputs_swap_id_fkey FOREIGN KEY (swap_id) REFERENCES public.swaps(id);
ALTER TABLE ONLY public.presses
    ADD CONSTRAINT presses_swap_id_fkey FOREIGN KEY (swap_id) REFERENCES public.swaps(id);
ALTER TABLE ONLY public.reports
    ADD CONSTRAINT reports_case_id_fkey FOREIGN KEY (case_id) REFERENCES public.cases(id);
ALTER TABLE ONLY public.swaps
    ADD CONSTRAINT swaps_guild_id_user_id_fkey FOREIGN KEY (guild_id, user_id) REFERENCES public.accounts(guild_id, user_id);
