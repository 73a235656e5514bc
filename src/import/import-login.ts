import type { Settings } from './draft.ts'
import type { Section } from './section.ts'

/** A login as keyturn writes it, and what of it belongs to the provider as a whole. */
export interface Login {
  readonly auth: Settings
  readonly namespace?: string | undefined
  /** The client certificate of a login by certificate. */
  readonly tls?: Settings
}

/** The login of `auto_auth`. One that keyturn does not have becomes a token file, which somebody else must write. */
export function importLogin(autoAuth: Section): Login | undefined {
  const { report } = autoAuth
  for (const key of ['sink', 'sinks']) autoAuth.list(key, 'todo', sinkRemedy)
  autoAuth.list('enable_reauth_on_new_credentials', 'difference', 'credentials are read at each login')
  const method = methodOf(autoAuth)
  if (method === undefined) return undefined
  const { type, section } = method
  section.list('wrap_ttl', 'todo', 'the token stays in the agent, so nothing has to wrap it')
  for (const key of ['min_backoff', 'max_backoff']) section.list(key, 'difference', backoffRemedy)
  if (section.flag('exit_on_err') === true)
    report.difference(section.originOf('exit_on_err'), section.name('exit_on_err'), exitRemedy)
  const mount = section
    .text('mount_path')
    ?.replace(/^auth\//, '')
    .replace(/\/$/, '')
  const namespace = section.text('namespace')
  const config = section.section('config') ?? section
  const login = methods[type]?.(config) ?? otherLogin(section, type)
  report.mapped(section.origin, `auto_auth ${type}`, 'providers.vault.auth')
  const { method: name, ...rest } = login.auth
  const withMount = mount === undefined || mount === name || name === 'token_file' ? {} : { mount }
  return { ...login, namespace, auth: { method: name, ...withMount, ...rest } }
}

/** `method "approle" { … }`, or `method { type = "approle" … }`. */
function methodOf(autoAuth: Section): { readonly type: string; readonly section: Section } | undefined {
  const method = autoAuth.section('method')
  if (method === undefined) return undefined
  if (method.keys.includes('type'))
    return { type: (method.text('type') ?? '').toLowerCase(), section: method }
  const [labelled] = method.labelled()
  return labelled && { type: labelled.label.toLowerCase(), section: labelled.section }
}

const methods: Readonly<Record<string, (config: Section) => Login>> = {
  approle: approleLogin,
  jwt: jwtLogin,
  kubernetes: kubernetesLogin,
  cert: certificateLogin,
  token_file: tokenFileLogin,
  'token-file': tokenFileLogin,
}

function approleLogin(config: Section): Login {
  const secretIdFile = config.text('secret_id_file_path')
  const wrapped = config.text('secret_id_response_wrapping_path')
  if (secretIdFile === undefined) {
    config.report.todo(config.origin, config.name('secret_id_file_path'), noSecretIdRemedy)
  }
  return {
    auth: {
      method: 'approle',
      role_id_file:
        config.text('role_id_file_path') ?? missing(config, 'role_id_file_path', '/run/bootstrap/role_id'),
      [wrapped === undefined ? 'secret_id_file' : 'wrapped_secret_id_file']:
        secretIdFile ?? '/run/bootstrap/secret_id',
      ...removal(config, 'remove_secret_id_file_after_reading'),
    },
  }
}

function jwtLogin(config: Section): Login {
  const path = config.text('path') ?? missing(config, 'path', '/run/bootstrap/jwt')
  config.list(
    'remove_jwt_follows_symlinks',
    'difference',
    'a link is removed itself, and not what it points to',
  )
  config.list('jwt_read_period', 'difference', 'the file is read at each login')
  return {
    auth: {
      method: 'jwt',
      role: config.text('role') ?? missing(config, 'role', 'ROLE'),
      token_file: path,
      ...removal(config, 'remove_jwt_after_reading'),
    },
  }
}

function kubernetesLogin(config: Section): Login {
  const tokenFile = config.text('token_path')
  return {
    auth: {
      method: 'kubernetes',
      role: config.text('role') ?? missing(config, 'role', 'ROLE'),
      ...(tokenFile === undefined ? {} : { token_file: tokenFile }),
    },
  }
}

function certificateLogin(config: Section): Login {
  config.flag('reload')
  const name = config.text('name')
  const files = {
    ca_file: config.text('ca_cert'),
    cert_file: config.text('client_cert'),
    key_file: config.text('client_key'),
  }
  return { auth: { method: 'cert', ...(name === undefined ? {} : { name }) }, tls: files }
}

function tokenFileLogin(config: Section): Login {
  const tokenFile = config.text('token_file_path')
  return {
    auth: {
      method: 'token_file',
      token_file: tokenFile ?? missing(config, 'token_file_path', '/run/bootstrap/token'),
    },
  }
}

function otherLogin(section: Section, type: string): Login {
  section.list('config', 'todo', 'it belongs to the login above')
  section.report.todo(
    section.origin,
    `auto_auth.method "${type}"`,
    'keyturn has no such login: create a role for approle, jwt, kubernetes or cert and write it under providers.vault.auth, ' +
      'where a token file now stands in its place',
  )
  return { auth: { method: 'token_file', token_file: '/run/bootstrap/token' } }
}

/** The agents remove a credential once they have read it, unless they are told not to. */
function removal(config: Section, key: string): Settings {
  return config.flag(key) === false ? {} : { remove: true }
}

function missing(config: Section, key: string, placeholder: string): string {
  config.report.todo(
    config.origin,
    config.name(key),
    `it is not there, so write what "${placeholder}" stands for`,
  )
  return placeholder
}

const sinkRemedy =
  'the token stays in the agent: who reads it from there should log in by a role of its own, or get its secrets as files'
const backoffRemedy = 'keyturn tries again by itself, with jitter and at most 5s apart while nothing answers'
const exitRemedy =
  'a refused login ends the agent after "start_timeout" (60s) while nothing is published, and never later'
const noSecretIdRemedy =
  'a login without a secret id is not known to keyturn: have the role demand one, and put it into the file that is named now'
