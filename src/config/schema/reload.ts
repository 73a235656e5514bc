import * as z from 'zod/mini'
import { argumentsSchema } from './outputs.ts'
import { described, duration, httpUrl, issueText, path, text } from './scalars.ts'

const common = {
  on: described(
    z.optional(z.array(text()).check(z.minLength(1))),
    'The outputs whose change it tells of; without it all.',
  ),
  splay: described(
    z.prefault(duration(0), '0s'),
    'The longest random wait before it, so that a fleet does not reload at once.',
  ),
}

const first = described(
  z.prefault(z.boolean(), false),
  'Also tell of the first publication, which nobody can have read before.',
)

const signal = z.strictObject({
  signal: described(
    z.enum(['SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGTERM', 'SIGUSR1', 'SIGUSR2', 'SIGWINCH']),
    'The signal to send.',
  ),
  process: described(
    z.optional(text()),
    'Who gets it: the processes of this name (the base name of the program, or comm) that belong to an owner of the outputs.',
  ),
  pid_file: described(z.optional(path()), 'Who gets it: the process whose number this file holds.'),
  pid: described(z.optional(z.int().check(z.gte(1))), 'Who gets it: the process of this number.'),
  any_owner: described(
    z.prefault(z.boolean(), false),
    "With `process`: consider processes of every user, not only of the outputs' owners.",
  ),
  ready_within: described(
    z.prefault(duration(), '30s'),
    'How long a process may take until it catches the signal; after that it is reported.',
  ),
  ...common,
})

const webhook = z.strictObject({
  webhook: described(httpUrl(), 'The URL that gets a POST with the names and versions of what changed.'),
  secret_file: described(
    z.optional(path()),
    'A file that holds the key of the signature (Standard Webhooks); without it the request is not signed.',
  ),
  ca_file: described(z.optional(path()), "A PEM file of certificate authorities, instead of the system's."),
  timeout: described(z.prefault(duration(), '10s'), 'How long the answer may take.'),
  first,
  ...common,
})

const command = z.strictObject({
  command: described(argumentsSchema(), "The program to run in the agent's container, and its arguments."),
  timeout: described(z.prefault(duration(), '30s'), 'When it is killed with all that it started.'),
  first,
  ...common,
})

/** One way to tell the application. */
export const notifierSchema = z.union([signal, webhook, command], {
  error: () =>
    issueText('an entry of reload is a mapping', 'write it like { signal: SIGHUP, process: nginx }'),
})

export type SignalInput = z.output<typeof signal>
export type NotifierInput = z.output<typeof notifierSchema>
