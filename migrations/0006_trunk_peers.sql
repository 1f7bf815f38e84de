-- Addresses fixed-IP trunks take calls from, per media node: two tenants on one node must not both
-- claim an address, or one could take the other's calls (LIN-079, LIN-080).
CREATE TABLE control.trunk_peers (
  tenant_id     text COLLATE "C" NOT NULL REFERENCES control.tenants (id) ON DELETE CASCADE,
  line_group_id text COLLATE "C" NOT NULL,
  node_id       text COLLATE "C" NOT NULL REFERENCES control.media_nodes (id),
  range         inet NOT NULL,
  created_at    timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, line_group_id, range)
);
CREATE INDEX trunk_peers_node ON control.trunk_peers (node_id);
GRANT SELECT ON control.trunk_peers TO trunkline_operator;

-- Called inside the transaction that changes a line group: replaces the group's claims. False when
-- another tenant on the same node has one of the addresses; the caller must undo its work.
CREATE FUNCTION control.claim_peers(wanted_group text, ranges text[])
  RETURNS boolean
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  wanted_tenant text := current_setting('app.tenant_id');
  node text;
BEGIN
  DELETE FROM control.trunk_peers p
  WHERE p.tenant_id = wanted_tenant AND p.line_group_id = wanted_group;
  SELECT a.node_id INTO node FROM control.node_assignments a
  WHERE a.tenant_id = wanted_tenant AND a.line_group_id = wanted_group AND a.released_at IS NULL;
  IF NOT FOUND OR cardinality(ranges) = 0 THEN
    RETURN true;
  END IF;
  -- Two tenants that claim at the same moment wait for each other.
  PERFORM pg_advisory_xact_lock(hashtextextended('trunk peers ' || node, 0));
  IF EXISTS (
    SELECT 1 FROM control.trunk_peers p JOIN unnest(ranges) AS w (wanted) ON p.range && w.wanted::inet
    WHERE p.node_id = node AND p.tenant_id <> wanted_tenant) THEN
    RETURN false;
  END IF;
  INSERT INTO control.trunk_peers (tenant_id, line_group_id, node_id, range)
  SELECT DISTINCT wanted_tenant, wanted_group, node, wanted::inet FROM unnest(ranges) AS w (wanted);
  RETURN true;
END
$$;
REVOKE ALL ON FUNCTION control.claim_peers(text, text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION control.claim_peers(text, text[]) TO trunkline_app;
