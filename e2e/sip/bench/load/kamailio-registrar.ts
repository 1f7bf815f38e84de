import { startKamailio } from './kamailio.ts';

/** A Kamailio as registrar with digest and bindings in memory; everybody has the same password. */
export function startKamailioRegistrar(
  algorithm: 'MD5' | 'SHA-256',
  realm: string,
  password: string,
): ReturnType<typeof startKamailio> {
  return startKamailio(
    ['sl', 'pv', 'textops', 'siputils', 'usrloc', 'registrar', 'auth'],
    `modparam("usrloc", "db_mode", 0)
modparam("usrloc", "hash_size", 14)
modparam("auth", "nonce_expire", 300)
modparam("auth", "qop", "auth")
modparam("auth", "algorithm", "${algorithm === 'MD5' ? '' : algorithm}")
request_route {
  if (is_method("OPTIONS")) { sl_send_reply("200", "OK"); exit; }
  if (!is_method("REGISTER")) { exit; }
  if (!pv_www_authenticate("${realm}", "${password}", "0")) { www_challenge("${realm}", "1"); exit; }
  if ($au != $tU) { sl_send_reply("403", "Not your account"); exit; }
  if (!save("location", "0x04")) { sl_reply_error(); }
}`,
  );
}
