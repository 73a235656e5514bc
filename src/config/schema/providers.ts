import * as z from 'zod/mini'
import { described, duration, httpUrl, path, size, text } from './scalars.ts'

const roleIdKeys = {
  role_id: described(z.optional(text()), 'The role id itself, which is a name and no credential.'),
  role_id_file: described(z.optional(path()), 'A file that holds the role id.'),
}

const approle = z.strictObject({
  method: described(z.literal('approle'), 'How to log in.'),
  mount: mount('approle'),
  ...roleIdKeys,
  secret_id_file: described(z.optional(path()), 'A file that holds the secret id.'),
  wrapped_secret_id_file: described(
    z.optional(path()),
    'A file that holds a wrapping token for the secret id, which is unwrapped once; its creation path is verified.',
  ),
  remove: removeKey(),
})

const jwt = z.strictObject({
  method: described(z.literal('jwt'), 'How to log in.'),
  mount: mount('jwt'),
  role: described(text(), 'The role to log in as.'),
  token_file: described(path(), 'A file that holds the JWT, read again at each login.'),
  remove: removeKey(),
})

const kubernetes = z.strictObject({
  method: described(z.literal('kubernetes'), 'How to log in.'),
  mount: mount('kubernetes'),
  role: described(text(), 'The role to log in as.'),
  token_file: described(
    z.prefault(path(), '/var/run/secrets/kubernetes.io/serviceaccount/token'),
    'A file that holds the service account token, read again at each login.',
  ),
})

const cert = z.strictObject({
  method: described(z.literal('cert'), 'How to log in: with `tls.cert_file` and `tls.key_file`.'),
  mount: mount('cert'),
  name: described(
    z.optional(text()),
    'The certificate role; without it Vault tries all that fit the certificate.',
  ),
})

const tokenFile = z.strictObject({
  method: described(z.literal('token_file'), 'How to log in.'),
  token_file: described(path(), 'A file that holds a token, read again when it changes.'),
  remove: removeKey(),
})

const tls = z.strictObject({
  ca_file: described(z.optional(path()), "A PEM file of certificate authorities, instead of the system's."),
  ca_dir: described(z.optional(path()), 'A directory of such files.'),
  cert_file: described(z.optional(path()), 'The client certificate, read again when it changes.'),
  key_file: described(z.optional(path()), 'The key of the client certificate.'),
  server_name: described(
    z.optional(text()),
    "The name that the server's certificate must have, where it is not the host of `address`.",
  ),
  skip_verify: described(
    z.prefault(z.boolean(), false),
    "Accept any certificate. Whoever can answer in the server's place then gets the login.",
  ),
})

const network = {
  timeout: described(z.prefault(duration(), '10s'), 'How long one request may take.'),
  max_connections: described(
    z.prefault(z.int().check(z.gte(1), z.lte(1000)), 10),
    'Requests under way at a time.',
  ),
  max_response_size: described(z.prefault(size(), '1MiB'), 'The longest answer that is read.'),
}

const vault = z.strictObject({
  type: type('vault'),
  address: described(httpUrl(), 'The server, such as `https://vault.example.com:8200`.'),
  namespace: described(z.optional(text()), 'The namespace of all requests.'),
  auth: described(
    z.discriminatedUnion('method', [approle, jwt, kubernetes, cert, tokenFile]),
    'How the agent proves who it is.',
  ),
  tls: described(z.prefault(tls, {}), "How the server is verified, and the client's certificate."),
  ...network,
  refresh: refresh('60s'),
  revoke_after: described(
    z.prefault(duration(0), '1m'),
    'How long an earlier lease stays once a new one is published and everybody is told, so that running work ends.',
  ),
  on_exit: described(
    z.prefault(z.enum(['keep', 'revoke']), 'keep'),
    'What becomes of the token and its leases when the agent is told to end. The application may still use them.',
  ),
})

const assumeRole = z.strictObject({
  arn: described(text(), 'The role to assume.'),
  external_id: described(z.optional(text()), "The external id that the role's trust policy asks for."),
  session_name: described(z.optional(text()), 'The name of the session, as CloudTrail shows it.'),
})

const aws = z.strictObject({
  type: type('aws'),
  region: described(
    z.optional(text()),
    "The region; without it that of the SDK (`AWS_REGION`, or the profile's).",
  ),
  profile: described(z.optional(text()), 'The profile of the shared configuration files.'),
  endpoint: described(z.optional(httpUrl()), 'Another endpoint, such as that of a VPC.'),
  assume_role: described(
    z.optional(assumeRole),
    "A role to assume with the credentials that the SDK's chain finds.",
  ),
  ...network,
  refresh: refresh('5m'),
})

const file = z.strictObject({
  type: type('file'),
  refresh: described(
    z.prefault(duration(), '10s'),
    'How often files are looked at where no event tells of a change; a change that an event tells of is read at once.',
  ),
})

export const providerTypes = [vault, aws, file] as const

/** One provider. `type` is filled in with the provider's name before this sees it. */
export const providerSchema = z.discriminatedUnion('type', providerTypes)

export type VaultInput = z.output<typeof vault>
export type AwsInput = z.output<typeof aws>

function type<Name extends string>(name: Name) {
  return described(z.literal(name), "The kind of backend; without it the provider's name says so.")
}

function mount(name: string) {
  return described(z.prefault(text(), name), 'Where the auth method is mounted, without `auth/`.')
}

function removeKey() {
  return described(
    z.prefault(z.boolean(), false),
    'Remove the credential once it is read, and keep it in memory. A new file of that name is taken in its place.',
  )
}

function refresh(byDefault: string) {
  return described(
    z.prefault(duration(), byDefault),
    'How often its secrets are read that have no `refresh` of their own.',
  )
}
