import type { ClientUser } from '../../product/client-app.ts';
import type { Office } from '../office.ts';

/** Who plays in the scripts of a company's rules; set when the office is open. */
export interface Cast {
  office: Office;
  anna: ClientUser;
  ben: ClientUser;
}
