import * as z from 'zod/mini'
import { outputSchema } from './outputs.ts'
import { providerSchema } from './providers.ts'
import { notifierSchema } from './reload.ts'
import { described, duration, issueText, mode, numericId, path, text } from './scalars.ts'
import { templatesSchema } from './templates.ts'

const secretSchema = z.union(
  [
    text(),
    z.strictObject({
      from: described(text(), 'The reference: `provider:path[?version=N|stage=S]`.'),
      refresh: described(
        z.optional(duration()),
        "How often it is read; without it the provider's `refresh`.",
      ),
      max_stale: described(
        z.optional(duration()),
        'The age at which the agent is no longer ready; without it ten times `refresh` and at least 15m, for a lease its end.',
      ),
      optional: described(
        z.prefault(z.boolean(), false),
        'Go on without it where it does not exist; templates then see null.',
      ),
      revoke_after: described(
        z.optional(duration(0)),
        "How long its earlier lease stays once a new one is published and everybody is told; without it the provider's.",
      ),
      on_revoked: described(
        z.prefault(z.enum(['keep', 'remove']), 'keep'),
        'What becomes of the outputs that use it once the backend says for good that it is forbidden or missing.',
      ),
    }),
  ],
  {
    error: () =>
      issueText(
        'a secret is a reference',
        'write it like vault:secret/my-api/db, or { from: vault:secret/my-api/db }',
      ),
  },
)

const defaults = z.strictObject({
  owner: described(z.optional(numericId()), "The uid that owns the files; without it the agent's own."),
  group: described(z.optional(numericId()), 'Their gid; without it the number of the owner.'),
  mode: described(z.prefault(mode(), '0400'), 'Their permission bits in octal.'),
})

const state = z.strictObject({
  keep: described(
    z.optional(path()),
    'A directory on a tmpfs that no application mounts, for tokens and leases: a restart then issues no new ones.',
  ),
})

const log = z.strictObject({
  level: described(
    z.prefault(z.enum(['debug', 'info', 'warn', 'error']), 'info'),
    'The least severe line that is logged.',
  ),
})

/** The one place of keys and defaults. What this cannot say (a reference to something undeclared) `resolve` checks. */
export const configurationSchema = z.strictObject({
  providers: described(
    z.prefault(z.record(nameSchema('provider'), providerSchema), {}),
    'The backends by name. `file` needs no entry.',
  ),
  secrets: described(
    z.prefault(z.record(nameSchema('secret'), secretSchema), {}),
    'What to fetch, by the name that outputs and templates use.',
  ),
  outputs: described(
    z.record(text(), outputSchema),
    'What to write, by path. A path that ends in `/` has `files`.',
  ),
  templates: described(z.prefault(templatesSchema, {}), 'What templates may do.'),
  defaults: described(z.prefault(defaults, {}), 'What files have that do not say otherwise.'),
  reload: described(
    z.prefault(z.array(notifierSchema), []),
    'How the application is told, once per publication.',
  ),
  settle: described(
    z.prefault(duration(0), '100ms'),
    'How long a rotation waits for others that belong with it before it is published.',
  ),
  start_timeout: described(
    z.prefault(duration(), '60s'),
    'How long a refused login, a forbidden or a missing secret is borne before anything is published.',
  ),
  state_dir: described(
    z.optional(path()),
    'Where the agent keeps its state; without it `.keyturn` in the deepest directory common to the outputs.',
  ),
  state: described(z.prefault(state, {}), 'What of it outlives the agent.'),
  allow_non_tmpfs: described(
    z.prefault(z.array(path()), []),
    'Directories in and below which outputs may lie on something else than tmpfs.',
  ),
  listen: described(
    z.optional(text()),
    'A TCP address for `/healthz`, `/readyz` and `/metrics`, such as `127.0.0.1:9102`.',
  ),
  log: described(z.prefault(log, {}), 'What is logged.'),
})

export type ConfigurationInput = z.output<typeof configurationSchema>
export type SecretInput = z.output<typeof secretSchema>

function nameSchema(kind: string) {
  return z.string().check(
    z.regex(/^[A-Za-z][\w-]*$/, {
      error: () =>
        issueText(
          `this is not a name for a ${kind}`,
          'write letters, digits, "_" and "-", with a letter first',
        ),
    }),
  )
}
