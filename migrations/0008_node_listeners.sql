-- Where a media node listens for SIP, its media ports and certificate, as it told when it dialled in:
-- what is entered at a PBX and its firewall (LIN-046, LIN-078).
ALTER TABLE control.media_nodes ADD COLUMN listeners jsonb;
GRANT UPDATE (listeners) ON control.media_nodes TO trunkline_worker;

-- Of the node that serves a group of the transaction's tenant; null while it has not said.
CREATE FUNCTION control.listeners_of_group(wanted_group text)
  RETURNS jsonb
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
  SELECT n.listeners FROM control.media_nodes n
  JOIN control.node_assignments a ON a.node_id = n.id
  WHERE a.tenant_id = current_setting('app.tenant_id') AND a.line_group_id = wanted_group
    AND a.released_at IS NULL
$$;
REVOKE ALL ON FUNCTION control.listeners_of_group(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION control.listeners_of_group(text) TO trunkline_app;
