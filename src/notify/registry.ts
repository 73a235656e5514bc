import { createHash } from 'node:crypto'
import type { Clock, Journal, Notifier } from '../core/ports.ts'
import { localProcesses } from '../platform/local-processes.ts'
import type { CommandSettings } from './command.ts'
import { createSignalNotifier, type SignalSettings } from './signal.ts'
import type { WebhookSettings } from './webhook.ts'

export type NotifierSettings = SignalSettings | WebhookSettings | CommandSettings

export interface NotifierPorts {
  readonly clock: Clock
  readonly journal: Journal
}

/** The notifier that settings describe; code that only another kind needs is not loaded. */
export async function openNotifier(settings: NotifierSettings, ports: NotifierPorts): Promise<Notifier> {
  const id = notifierId(settings)
  switch (settings.kind) {
    case 'signal':
      return createSignalNotifier(settings, id, { ...ports, ...localProcesses() })
    case 'webhook':
      return (await import('./webhook.ts')).createWebhookNotifier(settings, id, ports)
    case 'command':
      return (await import('./command.ts')).createCommandNotifier(settings, id)
  }
}

/** Says who is told, by what, of which outputs. Timing is left out, so that changing it forgets no debt. */
function notifierId(settings: NotifierSettings): string {
  const on = settings.on === undefined ? '' : ` on ${settings.on.toSorted().join(', ')}`
  return `${settings.kind} ${receiver(settings)}${on}`
}

function receiver(settings: NotifierSettings): string {
  if (settings.kind === 'command') return settings.command.map(quoted).join(' ')
  if (settings.kind === 'webhook') return withoutCredentials(new URL(settings.url))
  const { signal, target } = settings
  if ('process' in target) return `${signal} ${target.process}`
  return 'pid' in target ? `${signal} pid ${target.pid}` : `${signal} ${target.pidFile}`
}

/** A query may hold a token: a digest stands for it. */
function withoutCredentials({ origin, pathname, search }: URL): string {
  if (search === '') return origin + pathname
  return `${origin}${pathname}?${createHash('sha256').update(search).digest('hex').slice(0, 8)}`
}

function quoted(argument: string): string {
  return /^[\w./:=@%+,-]+$/.test(argument) ? argument : JSON.stringify(argument)
}
