-- Who may see what. The login roles exist already (the migration runner makes them); none of them
-- owns a table or bypasses row security.
--   app       one tenant at a time: the transaction names it in app.tenant_id
--   worker    event ingest and configuration, one tenant at a time; the outbox across tenants
--   router    finds the tenant of a domain, alias or key: functions only
--   operator  cross-tenant verbs on the global tables

DO $$
DECLARE
  t text;
BEGIN
  FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'tenant' LOOP
    EXECUTE format('ALTER TABLE tenant.%I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE tenant.%I FORCE ROW LEVEL SECURITY', t);
    EXECUTE format(
      'CREATE POLICY tenant_isolation ON tenant.%I TO trunkline_app, trunkline_worker '
      'USING (tenant_id = current_setting(''app.tenant_id'', true)) '
      'WITH CHECK (tenant_id = current_setting(''app.tenant_id'', true))', t);
  END LOOP;
END
$$;

-- The outbox is emptied for all tenants by one query; rows are still written one tenant at a time.
CREATE POLICY outbox_delivery ON tenant.outbox TO trunkline_worker
  USING (true) WITH CHECK (tenant_id = current_setting('app.tenant_id', true));

REVOKE ALL ON SCHEMA control, tenant FROM PUBLIC;
GRANT USAGE ON SCHEMA tenant TO trunkline_app, trunkline_worker;
GRANT USAGE ON SCHEMA control TO trunkline_app, trunkline_worker, trunkline_router, trunkline_operator;

GRANT SELECT, INSERT, UPDATE, DELETE ON
  tenant.users, tenant.user_phones, tenant.password_credentials, tenant.devices, tenant.sessions,
  tenant.locations, tenant.line_groups, tenant.lines, tenant.line_assignments,
  tenant.presence_manual TO trunkline_app;
GRANT SELECT, UPDATE (note, seen, updated_at) ON tenant.journal_entries TO trunkline_app;
GRANT SELECT ON tenant.line_states, tenant.call_events TO trunkline_app;
GRANT SELECT, INSERT ON tenant.audit TO trunkline_app;
GRANT INSERT ON tenant.outbox TO trunkline_app;

GRANT SELECT ON
  tenant.users, tenant.user_phones, tenant.locations, tenant.line_groups, tenant.lines,
  tenant.line_assignments TO trunkline_worker;
GRANT SELECT, INSERT ON tenant.call_events, tenant.journal_entries TO trunkline_worker;
GRANT SELECT, INSERT, UPDATE ON tenant.line_states, tenant.config_versions TO trunkline_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON tenant.outbox TO trunkline_worker;

GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA control TO trunkline_operator;
REVOKE UPDATE, DELETE ON control.audit FROM trunkline_operator;
GRANT SELECT (id, state, region) ON control.tenants TO trunkline_worker;
GRANT SELECT ON control.media_nodes, control.edges, control.node_assignments TO trunkline_worker;

-- The tenant of this transaction, and no other.
CREATE VIEW control.current_tenant WITH (security_barrier) AS
  SELECT id, alias, display_name, presence_domain, region, state, time_zone, default_language
  FROM control.tenants
  WHERE id = current_setting('app.tenant_id', true);
GRANT SELECT ON control.current_tenant TO trunkline_app, trunkline_worker;

-- Router: one row for one exact key; no function lists anything.
CREATE FUNCTION control.route_tenant(wanted text)
  RETURNS TABLE (tenant_id text, state text, region text, partner_id text)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
  SELECT t.id, t.state, t.region, t.partner_id FROM control.tenants t WHERE t.id = wanted
$$;

CREATE FUNCTION control.route_domain(wanted text)
  RETURNS TABLE (tenant_id text, state text, region text, partner_id text)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
  SELECT t.id, t.state, t.region, t.partner_id
  FROM control.domains d JOIN control.tenants t ON t.id = d.tenant_id
  WHERE d.name = lower(wanted) AND d.verified_at IS NOT NULL
$$;

CREATE FUNCTION control.route_alias(wanted text)
  RETURNS TABLE (tenant_id text, state text, region text, partner_id text)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
  SELECT t.id, t.state, t.region, t.partner_id
  FROM control.tenant_aliases a JOIN control.tenants t ON t.id = a.tenant_id
  WHERE a.alias = lower(btrim(wanted))
    AND (a.redirect_until IS NULL OR a.redirect_until > now())
$$;

CREATE FUNCTION control.route_api_key(wanted text)
  RETURNS TABLE (id text, partner_id text, tenant_id text, secret_hash text, scopes text[],
                 expires_at timestamptz, revoked_at timestamptz)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
  SELECT k.id, k.partner_id, k.tenant_id, k.secret_hash, k.scopes, k.expires_at, k.revoked_at
  FROM control.api_keys k WHERE k.prefix = wanted
$$;

CREATE FUNCTION control.route_link_peer(wanted_role text, wanted text)
  RETURNS TABLE (id text, region text, state text, sign_public_jwk jsonb)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
  SELECT n.id, n.region, n.state, n.sign_public_jwk FROM control.media_nodes n
  WHERE wanted_role = 'node' AND n.id = wanted
  UNION ALL
  SELECT e.id, e.region, 'ready', e.sign_public_jwk FROM control.edges e
  WHERE wanted_role = 'edge' AND e.id = wanted
$$;

-- Does this node serve this tenant now, or did it within the spool's life (30 days)?
CREATE FUNCTION control.node_serves(wanted_node text, wanted_tenant text)
  RETURNS boolean
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
  SELECT EXISTS (
    SELECT 1 FROM control.node_assignments a
    WHERE a.node_id = wanted_node AND a.tenant_id = wanted_tenant
      AND (a.released_at IS NULL OR a.released_at > now() - interval '30 days'))
$$;

-- Called inside the transaction that makes a line group: the ready node of the tenant's region
-- with the fewest groups takes it. The tenant comes from the transaction, never from a parameter.
CREATE FUNCTION control.assign_node(wanted_group text)
  RETURNS text
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  wanted_tenant text := current_setting('app.tenant_id');
  chosen text;
BEGIN
  SELECT a.node_id INTO chosen FROM control.node_assignments a
  WHERE a.tenant_id = wanted_tenant AND a.line_group_id = wanted_group AND a.released_at IS NULL;
  IF FOUND THEN
    RETURN chosen;
  END IF;
  SELECT n.id INTO chosen
  FROM control.media_nodes n
  JOIN control.tenants t ON t.region = n.region AND t.id = wanted_tenant
  LEFT JOIN control.node_assignments a ON a.node_id = n.id AND a.released_at IS NULL
  WHERE n.state = 'ready'
  GROUP BY n.id
  ORDER BY count(a.line_group_id), n.id
  LIMIT 1;
  IF chosen IS NOT NULL THEN
    INSERT INTO control.node_assignments (tenant_id, line_group_id, node_id)
    VALUES (wanted_tenant, wanted_group, chosen)
    ON CONFLICT (tenant_id, line_group_id, node_id) DO UPDATE SET released_at = NULL;
  END IF;
  RETURN chosen;
END
$$;

CREATE FUNCTION control.release_node(wanted_group text)
  RETURNS void
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
  UPDATE control.node_assignments SET released_at = now()
  WHERE tenant_id = current_setting('app.tenant_id') AND line_group_id = wanted_group
    AND released_at IS NULL
$$;

-- Stores the reply of a POST in the transaction of its change, so that a crash between the two
-- cannot make the change twice.
CREATE FUNCTION control.finish_idempotent(wanted text, reply_status integer, reply_body jsonb)
  RETURNS boolean
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  UPDATE control.idempotency_keys SET state = 'done', status = reply_status, body = reply_body
  WHERE id = wanted AND state = 'running';
  -- False: somebody else finished it; the caller must undo its work.
  RETURN FOUND;
END
$$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA control FROM PUBLIC;
GRANT EXECUTE ON FUNCTION control.route_tenant(text), control.route_domain(text),
  control.route_alias(text), control.route_api_key(text),
  control.route_link_peer(text, text) TO trunkline_router;
GRANT EXECUTE ON FUNCTION control.node_serves(text, text) TO trunkline_worker;
GRANT EXECUTE ON FUNCTION control.assign_node(text), control.release_node(text),
  control.finish_idempotent(text, integer, jsonb) TO trunkline_app;

-- Wakes whoever empties the outbox; polling finds the rows anyway.
CREATE FUNCTION tenant.outbox_notify() RETURNS trigger
  LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  PERFORM pg_notify('trunkline_outbox', '');
  RETURN NULL;
END
$$;
CREATE TRIGGER outbox_notify AFTER INSERT ON tenant.outbox
  FOR EACH STATEMENT EXECUTE FUNCTION tenant.outbox_notify();
