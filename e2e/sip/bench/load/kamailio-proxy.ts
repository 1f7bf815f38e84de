import { startKamailio } from './kamailio.ts';

/** A Kamailio that does nothing but relay with state and Record-Route. */
export function startKamailioProxy(target: string): ReturnType<typeof startKamailio> {
  return startKamailio(
    ['tm', 'sl', 'rr', 'pv', 'maxfwd', 'textops', 'siputils'],
    `request_route {
  if (!mf_process_maxfwd_header("10")) { sl_send_reply("483", "Too Many Hops"); exit; }
  if (is_method("OPTIONS")) { sl_send_reply("200", "OK"); exit; }
  if (has_totag()) {
    if (loose_route()) { t_relay(); exit; }
    if (is_method("ACK") && t_check_trans()) { t_relay(); exit; }
    exit;
  }
  if (is_method("CANCEL")) { if (t_check_trans()) { t_relay(); } exit; }
  t_check_trans();
  if (is_method("INVITE")) { record_route(); }
  $du = "sip:${target}";
  t_relay();
}`,
  );
}
