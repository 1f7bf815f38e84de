/** What a rendered Kamailio configuration depends on. */
export interface KamailioConfig {
  readonly port: number;
  readonly modulePath: string;
  readonly realm: string;
  readonly algorithm: 'MD5' | 'SHA-256';
  /** Password by user. */
  readonly users: Readonly<Record<string, string>>;
  /** Registered user by dialled number. */
  readonly aliases: Readonly<Record<string, string>>;
  /** Signs and encrypts on this port too, with the files of a key and its certificate. */
  readonly tls:
    | { readonly port: number; readonly keyFile: string; readonly certFile: string }
    | undefined;
  /** Port (UDP, TCP; TLS one above it) for fixed-IP trunks: who calls there need not authenticate. */
  readonly trunkPort: number;
  /** Numbers of a registered trunk: dialled number → user whose contact takes it. */
  readonly trunkUsers: Readonly<Record<string, string>>;
  /** Numbers of a fixed-IP trunk: dialled number → SIP URI of the far end. */
  readonly trunkUris: Readonly<Record<string, string>>;
  /** Seconds a digest nonce stays good. */
  readonly nonceSeconds: number;
  /** Bounds and default of a registration, in seconds. */
  readonly expires: { readonly min: number; readonly max: number; readonly default: number };
  /** Seconds until an unanswered INVITE is given up with 408. */
  readonly ringSeconds: number;
}

/** Marks the log lines that carry a SIP message, base64 behind direction and source. */
export const SIP_LINE = 'TRUNKLINE-SIP';

/** Path of the JSON-RPC door on the SIP port over TCP. */
export const RPC_PATH = '/rpc';

/** Writes a string literal of Kamailio's configuration language. */
function literal(text: string): string {
  if (/[^\x20-\x7e]/.test(text)) throw new Error('only printable ASCII goes into a configuration');
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

function table(name: string, entries: Readonly<Record<string, string>>): string {
  return Object.entries(entries)
    .map(([key, value]) => {
      if (!/^[\w+*#.-]+$/.test(key)) throw new Error(`not a user or number: ${key}`);
      return `  $sht(${name}=>${key}) = ${literal(value)};`;
    })
    .join('\n');
}

/**
 * A telephone system of a customer: registrar and stateful, record-routing proxy with digest
 * authentication out of a table, one binding a user. One worker each for UDP and TCP, so that it
 * never reorders messages. It sends to 127.0.0.1 only.
 */
export function renderKamailioConfig(config: KamailioConfig): string {
  const realm = literal(config.realm);
  const { tls, trunkPort } = config;
  return `#!KAMAILIO
debug=2
log_stderror=yes
fork=yes
children=1
tcp_children=1
auto_aliases=no
dns=no
rev_dns=no
use_dns_cache=no
server_header="Server: Kamailio (customer PBX)"
listen=udp:127.0.0.1:${config.port}
listen=tcp:127.0.0.1:${config.port}
listen=udp:127.0.0.1:${trunkPort}
listen=tcp:127.0.0.1:${trunkPort}
${
  tls
    ? `enable_tls=yes
listen=tls:127.0.0.1:${tls.port}
listen=tls:127.0.0.1:${trunkPort + 1}`
    : ''
}
alias=${realm}
# Some phones leave its port out where they name a user of it.
alias=udp:127.0.0.1:5060
mpath=${literal(config.modulePath)}
loadmodule "kex.so"
loadmodule "corex.so"
loadmodule "tm.so"
loadmodule "tmx.so"
loadmodule "sl.so"
loadmodule "rr.so"
loadmodule "pv.so"
loadmodule "maxfwd.so"
loadmodule "textops.so"
loadmodule "siputils.so"
loadmodule "xlog.so"
loadmodule "sanity.so"
loadmodule "usrloc.so"
loadmodule "registrar.so"
loadmodule "htable.so"
loadmodule "auth.so"
loadmodule "nathelper.so"
loadmodule "xhttp.so"
loadmodule "jsonrpcs.so"
${
  tls
    ? `loadmodule "tls.so"
modparam("tls", "private_key", ${literal(tls.keyFile)})
modparam("tls", "certificate", ${literal(tls.certFile)})
modparam("tls", "tls_method", "TLSv1.2+")`
    : ''
}
modparam("jsonrpcs", "transport", 1)
modparam("usrloc", "db_mode", 0)
modparam("usrloc", "timer_interval", 1)
modparam("registrar", "min_expires", ${config.expires.min})
modparam("registrar", "max_expires", ${config.expires.max})
modparam("registrar", "default_expires", ${config.expires.default})
modparam("registrar", "append_branches", 0)
modparam("registrar", "max_contacts", 1)
modparam("registrar", "case_sensitive", 1)
modparam("nathelper|registrar", "received_avp", "$avp(RECEIVED)")
modparam("auth", "nonce_expire", ${config.nonceSeconds})
modparam("auth", "qop", "auth")
modparam("auth", "algorithm", "${config.algorithm === 'MD5' ? '' : config.algorithm}")
modparam("htable", "htable", "users=>size=8;")
modparam("htable", "htable", "aliases=>size=8;")
modparam("htable", "htable", "trunkusers=>size=8;")
modparam("htable", "htable", "trunkuris=>size=8;")
modparam("htable", "htable", "refused=>size=4;")
modparam("rr", "enable_full_lr", 1)
modparam("tm", "fr_inv_timer", ${config.ringSeconds * 1000})
modparam("xlog", "buf_size", 65536)
modparam("xlog", "force_color", 0)

event_route[htable:mod-init] {
${table('users', config.users)}
${table('aliases', config.aliases)}
${table('trunkusers', config.trunkUsers)}
${table('trunkuris', config.trunkUris)}
  return; # A block must not be empty.
}

event_route[xhttp:request] {
  if ($hu != "${RPC_PATH}") { xhttp_reply("404", "Not Found", "text/plain", "no such page"); exit; }
  jsonrpc_dispatch();
}

route[LOG] {
  xlog("L_NOTICE", "${SIP_LINE} received $si:$sp $(mb{s.encode.base64})\\n");
}

reply_route { route(LOG); }

event_route[sl:local-response] {
  xlog("L_NOTICE", "${SIP_LINE} sent - $(mb{s.encode.base64})\\n");
}

# Whatever a Contact or Route says, nothing leaves this machine.
onsend_route {
  if ($sndto(ip) != "127.0.0.1") { xlog("L_ERR", "dropped: $sndto(ip) is not local\\n"); drop; }
}

request_route {
  route(LOG);
  if (!mf_process_maxfwd_header("10")) { sl_send_reply("483", "Too Many Hops"); exit; }
  if (!sanity_check("17895", "7")) { exit; }
  if (is_method("CANCEL")) { if (t_check_trans()) { t_relay(); } exit; }

  if (has_totag()) {
    if (loose_route()) { t_relay(); exit; }
    # A contact may be written with this proxy's own name: look the user up, for ACK too, or the
    # far end waits for it for ever.
    if (is_method("ACK") && t_check_trans()) { t_relay(); exit; }
    if (uri == myself && lookup("location")) { t_relay(); exit; }
    if (!is_method("ACK")) { sl_send_reply("481", "Call/Transaction Does Not Exist"); }
    exit;
  }
  if (is_method("ACK")) { exit; }
  t_check_trans();
  # Phones that take this proxy for everything name it in a Route.
  remove_hf("Route");

  if ($sht(refused=>$rm) != $null) { sl_send_reply("$sht(refused=>$rm)", "Refused on purpose"); exit; }
  if (is_method("OPTIONS") && uri == myself && $rU == $null) { sl_send_reply("200", "OK"); exit; }

  if (is_method("REGISTER")) {
    if (!has_credentials(${realm}) || $sht(users=>$au) == $null
        || !pv_www_authenticate(${realm}, "$sht(users=>$au)", "0")) {
      www_challenge(${realm}, "1");
      exit;
    }
    if ($au != $tU) { sl_send_reply("403", "Not your account"); exit; }
    force_rport();
    fix_nated_register();
    if (!save("location")) { sl_reply_error(); }
    exit;
  }

  if ($Rp != ${trunkPort} && $Rp != ${trunkPort + 1}) {
    route(AUTHENTICATE);
  }
  if (uri != myself) { sl_send_reply("403", "No relaying"); exit; }
  record_route();
  if ($sht(trunkuris=>$rU) != $null) {
    $var(number) = $rU;
    $ru = $sht(trunkuris=>$rU);
    $rU = $var(number);
    t_relay();
    exit;
  }
  if ($sht(trunkusers=>$rU) != $null) {
    # The registered contact takes the whole range: only the host is its own.
    $var(number) = $rU;
    $rU = $sht(trunkusers=>$rU);
    if (!lookup("location")) { sl_send_reply("480", "Temporarily Unavailable"); exit; }
    $rU = $var(number);
    t_relay();
    exit;
  }
  if ($sht(aliases=>$rU) != $null) { $rU = $sht(aliases=>$rU); }
  if ($sht(users=>$rU) == $null) { sl_send_reply("404", "Not Found"); exit; }
  if (!lookup("location")) { sl_send_reply("480", "Temporarily Unavailable"); exit; }
  t_relay();
}

route[AUTHENTICATE] {
  if (!has_credentials(${realm}) || $sht(users=>$au) == $null
      || !pv_proxy_authenticate(${realm}, "$sht(users=>$au)", "0")) {
    proxy_challenge(${realm}, "1");
    exit;
  }
  consume_credentials();
}
`;
}
