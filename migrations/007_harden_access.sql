-- What apps can be held to: where they call from, for whom, how they sign and how often; a second live secret while callers change
-- over; calls that must not come twice; and creations that may be repeated without making a second ticket.
-- A secret is the token itself, which the v1 signature needs, or only the v2 key that is derived from it.
ALTER TABLE app_tokens
    ADD COLUMN secret_form           text NOT NULL DEFAULT 'token'
               CONSTRAINT app_tokens_secret_form CHECK (secret_form IN ('token', 'v2_key')),
    ADD COLUMN former_secret         bytea,
    ADD COLUMN former_secret_form    text
               CONSTRAINT app_tokens_former_secret_form CHECK (former_secret_form IN ('token', 'v2_key')),
    ADD COLUMN former_expires_at     timestamptz,
    ADD COLUMN allow_cidrs           text[] NOT NULL DEFAULT '{}',
    ADD COLUMN allow_users           text[] NOT NULL DEFAULT '{}',
    ADD COLUMN min_signature_version smallint NOT NULL DEFAULT 1
               CONSTRAINT app_tokens_min_signature_version CHECK (min_signature_version IN (1, 2)),
    ADD COLUMN replay_check          boolean NOT NULL DEFAULT false,
    ADD COLUMN rate_per_minute       integer NOT NULL DEFAULT 0
               CONSTRAINT app_tokens_rate_per_minute CHECK (rate_per_minute >= 0),
    ADD CONSTRAINT app_tokens_former_whole CHECK (num_nulls(former_secret, former_secret_form, former_expires_at) IN (0, 3)),
    -- an app that may sign with v1 must have the token for it
    ADD CONSTRAINT app_tokens_v1_needs_token CHECK (min_signature_version = 2 OR secret_form = 'token');

-- Calls that were accepted lately: v2 nonces, and v1 calls of apps with the replay check. `mark` is a SHA-256 of what must not repeat.
CREATE TABLE seen_calls (
    app_token_id bigint NOT NULL CONSTRAINT seen_calls_app_token_fkey REFERENCES app_tokens (id),
    mark         bytea NOT NULL CONSTRAINT seen_calls_mark_length CHECK (length(mark) = 32),
    expires_at   timestamptz NOT NULL,
    CONSTRAINT seen_calls_pkey PRIMARY KEY (app_token_id, mark)
);
CREATE INDEX seen_calls_expires_idx ON seen_calls (expires_at);

-- I18: what was answered to a creation with an Idempotency-Key. app_token_id 0 is an administrator's session, so there is no
-- foreign key. Written before the ticket in the same transaction, which is why ticket_id has none either.
CREATE TABLE idempotency_keys (
    app_token_id bigint NOT NULL,
    key          text NOT NULL CONSTRAINT idempotency_keys_key_length CHECK (length(key) BETWEEN 1 AND 200),
    body_hash    bytea NOT NULL CONSTRAINT idempotency_keys_body_hash_length CHECK (length(body_hash) = 32),
    ticket_id    bigint NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT idempotency_keys_pkey PRIMARY KEY (app_token_id, key)
);
CREATE INDEX idempotency_keys_created_idx ON idempotency_keys (created_at);
