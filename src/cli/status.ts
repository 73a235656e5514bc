import { formatDuration } from '../core/duration.ts'
import { type ExitCode, exitCodes } from '../core/errors.ts'
import type { NotifierStatus, OutputStatus, SecretStatus, Status } from '../core/status.ts'
import { askAgent } from './ask-agent.ts'
import { palette, type Terminal, table } from './terminal.ts'

export interface StatusOptions {
  readonly socketPath: string
  readonly json: boolean
  readonly now: number
}

/** Prints what a running agent knows of its secrets, outputs and notifiers. */
export async function showStatus(
  { socketPath, json, now }: StatusOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const { body } = await askAgent(socketPath, 'GET', '/status')
  terminal.out(json ? `${body}\n` : statusText(JSON.parse(body) as Status, now, terminal))
  return exitCodes.ok
}

/** The status as tables for people. */
export function statusText(status: Status, now: number, terminal: Pick<Terminal, 'colour'>): string {
  const { bold, dim, green, red, yellow } = palette(terminal)
  const ago = (instant: number | undefined) =>
    instant === undefined ? '-' : `${formatDuration(now - instant)} ago`
  const until = (instant: number | undefined) =>
    instant === undefined ? '-' : `in ${formatDuration(instant - now)}`
  const error = (text: string | undefined) => (text === undefined ? '' : red(text))
  const header = (...cells: string[]) => cells.map(dim)

  const state = status.ready
    ? green('ready')
    : status.published
      ? yellow('published, a secret is stale')
      : red('nothing published yet')
  const secretRow = (secret: SecretStatus) => [
    secret.names.join(', ') || '-',
    secret.reference,
    secret.version ?? '-',
    secret.stale ? yellow(ago(secret.fetchedAt)) : ago(secret.fetchedAt),
    until(secret.nextFetchAt),
    secret.leaseExpiresAt === undefined ? '' : until(secret.leaseExpiresAt),
    error(secret.lastError),
  ]
  const outputRows = ({ path, publishedAt, further = [], lastError }: OutputStatus) => [
    [path, ago(publishedAt), error(lastError)],
    ...further.map(declared => [`  ${declared}`, ago(publishedAt), '']),
  ]
  const notifierRow = (notifier: NotifierStatus) => [
    notifier.id,
    notifier.owedSince === undefined
      ? 'nothing owed'
      : yellow(`owed for ${formatDuration(now - notifier.owedSince)}`),
    notifier.lastDelivery === undefined
      ? '-'
      : `${ago(notifier.lastDelivery.at)}: ${notifier.lastDelivery.outcome}`,
    error(notifier.lastError),
  ]

  const sections = [
    `${bold('keyturn')} ${state}, up for ${formatDuration(now - status.startedAt)}\n`,
    table([
      header('SECRET', 'REFERENCE', 'VERSION', 'FETCHED', 'NEXT', 'LEASE ENDS', 'LAST ERROR'),
      ...status.secrets.map(secretRow),
    ]),
    table([header('OUTPUT', 'PUBLISHED', 'LAST ERROR'), ...status.outputs.flatMap(outputRows)]),
  ]
  if (status.notifiers.length > 0) {
    sections.push(
      table([
        header('NOTIFIER', 'OWED', 'LAST DELIVERY', 'LAST ERROR'),
        ...status.notifiers.map(notifierRow),
      ]),
    )
  }
  return sections.join('\n')
}
