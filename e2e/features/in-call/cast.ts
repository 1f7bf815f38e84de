import type { ClientUser } from '../../product/client-app.ts';
import type { Office } from '../office.ts';

/** Who plays in the scripts of talks; set when the office is open. */
export interface Cast {
  office: Office;
  /** Line 20, of a group whose calls are joined on the node. */
  anna: ClientUser;
  /** Line 21, of a group whose PBX transfers. */
  ben: ClientUser;
}
