-- The edge logs in as router: it asks whether a node may speak for a tenant before it believes it.
GRANT EXECUTE ON FUNCTION control.node_serves(text, text) TO trunkline_router;
