-- Firms, their members and invitations, and the audit log.

CREATE TABLE organization.organizations (
    id uuid NOT NULL,
    name text NOT NULL,
    name_sort text COLLATE "C" NOT NULL,
    name_search text COLLATE "C" NOT NULL,
    slug text NOT NULL,
    legal_name text,
    tax_office text,
    tax_id text,
    currency text NOT NULL,
    suspended_at timestamptz,
    suspended_reason text,
    version bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT organizations_key PRIMARY KEY (id),
    CONSTRAINT organizations_slug_once UNIQUE (slug),
    CONSTRAINT organizations_currency_known CHECK (currency IN ('TRY', 'EUR', 'USD', 'GBP')),
    CONSTRAINT organizations_suspended_with_reason CHECK ((suspended_at IS NULL) = (suspended_reason IS NULL))
);
CREATE INDEX organizations_by_name ON organization.organizations (name_sort, id);
ALTER TABLE organization.organizations ENABLE ROW LEVEL SECURITY;
ALTER TABLE organization.organizations FORCE ROW LEVEL SECURITY;
CREATE POLICY organizations_of_firm ON organization.organizations TO organization_tenant
    USING (id = nullif(current_setting('app.org', true), '')::uuid)
    WITH CHECK (id = nullif(current_setting('app.org', true), '')::uuid);
CREATE POLICY organizations_of_all ON organization.organizations TO organization_system, organization_owner
    USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE ON organization.organizations TO organization_tenant;
GRANT SELECT ON organization.organizations TO organization_system;

-- A row is an open invitation until somebody accepts it; then it is a member for as long as it stands. The hash of
-- the token stays, so that a repeated acceptance finds what the first one did.
CREATE TABLE organization.members (
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    user_id uuid,
    email text,
    email_key text COLLATE "C",
    name text,
    role text NOT NULL,
    own_permissions text[],
    scope jsonb NOT NULL,
    invitation_hash bytea,
    invitation_expires_at timestamptz,
    version bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT members_key PRIMARY KEY (id),
    CONSTRAINT members_of_organization FOREIGN KEY (organization_id) REFERENCES organization.organizations (id),
    CONSTRAINT members_user_once UNIQUE (organization_id, user_id),
    CONSTRAINT members_email_once UNIQUE (organization_id, email_key),
    CONSTRAINT members_invitation_once UNIQUE (invitation_hash),
    CONSTRAINT members_role_known
        CHECK (role IN ('owner', 'admin', 'event_manager', 'box_office', 'door', 'viewer')),
    CONSTRAINT members_owner_whole CHECK (role <> 'owner' OR own_permissions IS NULL),
    CONSTRAINT members_invited_or_active CHECK (
        (user_id IS NULL) = (invitation_expires_at IS NOT NULL)
        AND (user_id IS NOT NULL OR invitation_hash IS NOT NULL)
    )
);
CREATE INDEX members_in_order ON organization.members (organization_id, id);
CREATE INDEX members_by_user ON organization.members (user_id, id);
ALTER TABLE organization.members ENABLE ROW LEVEL SECURITY;
ALTER TABLE organization.members FORCE ROW LEVEL SECURITY;
CREATE POLICY members_of_firm ON organization.members TO organization_tenant
    USING (organization_id = nullif(current_setting('app.org', true), '')::uuid)
    WITH CHECK (organization_id = nullif(current_setting('app.org', true), '')::uuid);
CREATE POLICY members_of_all ON organization.members TO organization_system, organization_owner
    USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON organization.members TO organization_tenant;
GRANT SELECT ON organization.members TO organization_system;

-- Append-only: nobody is granted more than to add and to read.
CREATE TABLE organization.audit_entries (
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    actor text NOT NULL,
    action text NOT NULL,
    subject text NOT NULL,
    facts jsonb NOT NULL,
    CONSTRAINT audit_entries_key PRIMARY KEY (id)
) PARTITION BY RANGE (id);
CREATE INDEX audit_entries_newest ON organization.audit_entries (organization_id, id DESC);
CREATE TABLE organization.audit_entries_default PARTITION OF organization.audit_entries DEFAULT;
ALTER TABLE organization.audit_entries ENABLE ROW LEVEL SECURITY;
ALTER TABLE organization.audit_entries FORCE ROW LEVEL SECURITY;
CREATE POLICY audit_entries_of_firm ON organization.audit_entries TO organization_tenant
    USING (organization_id = nullif(current_setting('app.org', true), '')::uuid)
    WITH CHECK (organization_id = nullif(current_setting('app.org', true), '')::uuid);
CREATE POLICY audit_entries_of_all ON organization.audit_entries TO organization_system, organization_owner
    USING (true) WITH CHECK (true);
GRANT SELECT, INSERT ON organization.audit_entries TO organization_tenant;
