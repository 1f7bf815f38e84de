/** What a rendered baresip configuration depends on; all ports on 127.0.0.1. */
export interface BaresipConfig {
  readonly user: string;
  readonly password: string;
  readonly displayName: string | undefined;
  /** `host:port` of the registrar. */
  readonly registrar: string;
  readonly transport: 'udp' | 'tcp' | 'tls';
  /** Media encryption the account asks for. */
  readonly mediaEncryption: 'srtp' | 'srtp-mand' | undefined;
  readonly answerMode: 'manual' | 'auto';
  /** Sends everything to its registrar, whatever the host of the URI. */
  readonly outboundProxy: boolean;
  /** In order of preference, such as `PCMA/8000/1`. */
  readonly codecs: readonly string[];
  /** Seconds between registrations. */
  readonly registerSeconds: number;
  readonly sipPort: number;
  readonly controlPort: number;
  readonly rtpPorts: { readonly first: number; readonly last: number };
  /** WAV file the phone speaks. */
  readonly wav: string;
  /** Folder for recordings. */
  readonly recordings: string;
  readonly modulePath: string;
}

/** Folder of baresip's modules in Debian's package. */
export const MODULE_PATH = '/usr/lib/baresip/modules';

/** The file `config`: headless, audio from a WAV file, what is heard into WAV files. */
export function renderConfig(config: BaresipConfig): string {
  return `poll_method epoll
sip_listen 127.0.0.1:${config.sipPort}
sip_trans_def ${config.transport}
net_interface 127.0.0.1
call_local_timeout 120
call_max_calls 4
audio_path /nonexistent
audio_source aufile,${config.wav}
audio_player aubridge,speaker
audio_alert aubridge,ringer
ausrc_srate 8000
auplay_srate 8000
ausrc_channels 1
auplay_channels 1
audio_txmode thread
audio_level no
rtp_ports ${config.rtpPorts.first}-${config.rtpPorts.last}
rtcp_mux no
jitter_buffer_delay 1-10
rtp_stats yes
module_path ${config.modulePath}
module g711.so
module g722.so
module opus.so
module srtp.so
module aufile.so
module aubridge.so
module sndfile.so
module_tmp uuid.so
module_tmp account.so
module_app ctrl_tcp.so
module_app menu.so
ctrl_tcp_listen 127.0.0.1:${config.controlPort}
snd_path ${config.recordings}
`;
}

/** The file `accounts`. */
export function renderAccount(config: BaresipConfig): string {
  for (const text of [config.user, config.password, config.displayName ?? '']) {
    if (/[\s"<>;]/.test(text.replaceAll(' ', ''))) throw new Error('not fit for an account line');
  }
  const name = config.displayName === undefined ? '' : `"${config.displayName}" `;
  const parameters = [
    `auth_user=${config.user}`,
    `auth_pass=${config.password}`,
    `regint=${config.registerSeconds}`,
    `answermode=${config.answerMode}`,
    `audio_codecs=${config.codecs.join(',')}`,
    'dtmfmode=rtpevent',
    ...(config.outboundProxy
      ? [`outbound="sip:${config.registrar};transport=${config.transport}"`]
      : []),
    ...(config.mediaEncryption ? [`mediaenc=${config.mediaEncryption}`] : []),
  ];
  return `${name}<sip:${config.user}@${config.registrar};transport=${config.transport}>;${parameters.join(';')}\n`;
}
