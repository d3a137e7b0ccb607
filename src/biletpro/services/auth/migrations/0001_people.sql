-- People, their sessions, failed sign-ins, firms' API keys, and the versions that end a token early.

-- Not a firm's but a person's, as are sessions and failures: only the system role is granted anything here.
CREATE TABLE auth.users (
    id uuid NOT NULL,
    email text NOT NULL,
    email_key text COLLATE "C" NOT NULL,
    name text NOT NULL,
    locale text NOT NULL,
    password_hash text NOT NULL,
    operator boolean NOT NULL,
    last_organization_id uuid,
    version bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    verified_at timestamptz,
    disabled_at timestamptz,
    CONSTRAINT users_key PRIMARY KEY (id),
    CONSTRAINT users_one_per_email UNIQUE (email_key),
    CONSTRAINT users_locale_known CHECK (locale IN ('tr', 'en'))
);
GRANT SELECT, INSERT, UPDATE ON auth.users TO auth_system;

-- A session is one family of refresh tokens. Its end is fixed when it begins.
CREATE TABLE auth.sessions (
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    organization_id uuid,
    created_at timestamptz NOT NULL,
    used_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz,
    CONSTRAINT sessions_key PRIMARY KEY (id),
    CONSTRAINT sessions_of_user FOREIGN KEY (user_id) REFERENCES auth.users (id)
);
CREATE INDEX sessions_by_user ON auth.sessions (user_id, id DESC);
CREATE INDEX sessions_by_end ON auth.sessions (expires_at);
CREATE INDEX sessions_by_revocation ON auth.sessions (revoked_at) WHERE revoked_at IS NOT NULL;
GRANT SELECT, INSERT, UPDATE, DELETE ON auth.sessions TO auth_system;

-- Used tokens stay until their session is gone: that is how a second use is noticed.
CREATE TABLE auth.refresh_tokens (
    token_hash bytea NOT NULL,
    session_id uuid NOT NULL,
    used_at timestamptz,
    CONSTRAINT refresh_tokens_key PRIMARY KEY (token_hash),
    CONSTRAINT refresh_tokens_of_session FOREIGN KEY (session_id) REFERENCES auth.sessions (id) ON DELETE CASCADE,
    CONSTRAINT refresh_tokens_sha256 CHECK (octet_length(token_hash) = 32)
);
CREATE INDEX refresh_tokens_by_session ON auth.refresh_tokens (session_id);
GRANT SELECT, INSERT, UPDATE, DELETE ON auth.refresh_tokens TO auth_system;

-- By hash: what was typed as an e-mail may be nobody's, or a password in the wrong field.
CREATE TABLE auth.sign_in_failures (
    email_hash bytea NOT NULL,
    failures bigint NOT NULL,
    last_at timestamptz NOT NULL,
    locked_until timestamptz,
    CONSTRAINT sign_in_failures_key PRIMARY KEY (email_hash),
    CONSTRAINT sign_in_failures_counted CHECK (failures >= 0)
);
CREATE INDEX sign_in_failures_by_age ON auth.sign_in_failures (last_at);
GRANT SELECT, INSERT, UPDATE, DELETE ON auth.sign_in_failures TO auth_system;

-- A subject is a user, a session or an API key; its tokens older than the version are dead. Versions are given out
-- under an advisory lock that lasts until the commit, so a higher one is never seen before a lower one.
CREATE TABLE auth.access_changes (
    version bigint GENERATED ALWAYS AS IDENTITY,
    subject uuid NOT NULL,
    changed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT access_changes_key PRIMARY KEY (version)
);
CREATE INDEX access_changes_by_age ON auth.access_changes (changed_at);
GRANT INSERT ON auth.access_changes TO auth_tenant;
GRANT SELECT, INSERT, DELETE ON auth.access_changes TO auth_system;

CREATE TABLE auth.api_keys (
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    name text NOT NULL,
    prefix text NOT NULL,
    key_hash bytea NOT NULL,
    permissions text[] NOT NULL,
    created_by text NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz,
    revoked_at timestamptz,
    CONSTRAINT api_keys_key PRIMARY KEY (id),
    CONSTRAINT api_keys_hash_once UNIQUE (key_hash),
    CONSTRAINT api_keys_sha256 CHECK (octet_length(key_hash) = 32),
    CONSTRAINT api_keys_may_something CHECK (cardinality(permissions) > 0)
);
CREATE INDEX api_keys_live ON auth.api_keys (organization_id, id DESC) WHERE revoked_at IS NULL;
ALTER TABLE auth.api_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE auth.api_keys FORCE ROW LEVEL SECURITY;
CREATE POLICY api_keys_of_firm ON auth.api_keys TO auth_tenant
    USING (organization_id = nullif(current_setting('app.org', true), '')::uuid)
    WITH CHECK (organization_id = nullif(current_setting('app.org', true), '')::uuid);
CREATE POLICY api_keys_of_all ON auth.api_keys TO auth_system, auth_owner USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE ON auth.api_keys TO auth_tenant;
GRANT SELECT ON auth.api_keys TO auth_system;
