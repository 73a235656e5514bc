import type { Finding } from './report.ts'
import type { Value } from './tree.ts'

/** A key of a whole file that keyturn has nothing for. */
export interface WithoutCounterpart {
  readonly key: string
  readonly severity: Finding['severity']
  readonly remedy: string
  /** True for a value that asks for nothing. */
  readonly unless?: (value: Value | undefined) => boolean
}

const off = (value: Value | undefined) => value === false || value === 'false' || value === 0 || value === ''

const noProxy =
  'keyturn is no proxy and keeps no cache for others: applications read files; who must ask Vault itself needs a proxy beside it'
const log = 'the log goes to the standard output; "log.level" and "--log-format" say how'
const consul = 'keyturn asks neither Consul nor Nomad: leave templates that need them to consul-template'
const container = 'a container is addressed by its name'

/** Of Vault Agent and OpenBao agent, then of consul-template. */
export const withoutCounterpart: readonly WithoutCounterpart[] = [
  todo('cache', noProxy),
  todo('api_proxy', noProxy),
  todo('listener', `${noProxy}; for metrics and health write "listen"`),
  todo('telemetry', 'write "listen: 127.0.0.1:9102" and have /metrics there scraped'),
  todo('exit_after_auth', 'run "keyturn once" instead of "keyturn run"', off),
  difference('pid_file', container, off),
  difference(
    'disable_mlock',
    'values lie in memory and on tmpfs: give the container no swap (memswap_limit)',
    off,
  ),
  difference('disable_idle_connections', 'connections are kept as long as they are used'),
  difference('disable_keep_alives', 'connections are kept as long as they are used'),
  difference('log_file', log, off),
  difference('log_format', log, off),
  difference('log_rotate_duration', log),
  difference('log_rotate_bytes', log),
  difference('log_rotate_max_files', log),
  todo('consul', consul),
  todo('nomad', consul),
  todo('deduplicate', consul),
  difference('max_stale', consul),
  difference('block_query_wait', consul),
  difference('syslog', log),
  difference('kill_signal', 'SIGTERM and SIGINT end keyturn'),
  difference('reload_signal', 'SIGHUP has keyturn load its configuration and templates anew'),
  difference('template_error_fatal', 'a template that fails harms its own output alone'),
  difference(
    'err_on_failed_lookup',
    'a secret that cannot be read ends the start after "start_timeout" (60s)',
  ),
]

function todo(key: string, remedy: string, unless?: WithoutCounterpart['unless']): WithoutCounterpart {
  return { key, severity: 'todo', remedy, ...(unless && { unless }) }
}

function difference(key: string, remedy: string, unless?: WithoutCounterpart['unless']): WithoutCounterpart {
  return { key, severity: 'difference', remedy, ...(unless && { unless }) }
}
