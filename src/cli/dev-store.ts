import { writeFileSync } from 'node:fs'
import { ConfigurationError, type ExitCode, exitCodes, messageOf } from '../core/errors.ts'
import { openDevStore } from '../dev-store/dev-store.ts'
import { readSeed } from '../dev-store/seed.ts'
import type { ProgramContext } from './context.ts'

export interface DevStoreCommandOptions {
  readonly listen: string
  readonly data?: string
  readonly seed?: string
  readonly tokenFile?: string
}

/** Runs the embedded development store until it is told to end. */
export async function devStore(context: ProgramContext, options: DevStoreCommandOptions): Promise<ExitCode> {
  const { terminal, terminate } = context
  await using store = await open(options, line => terminal.error(`keyturn dev-store: ${line}\n`))
  if (options.tokenFile === undefined) terminal.out(`root token: ${store.rootToken}\n`)
  else writeFileSync(options.tokenFile, store.rootToken, { mode: 0o600 })
  await new Promise<void>(resolve => {
    if (terminate.aborted) resolve()
    terminate.addEventListener('abort', () => resolve(), { once: true })
  })
  return exitCodes.ok
}

async function open({ listen, data, seed }: DevStoreCommandOptions, log: (line: string) => void) {
  const [, host = '', port = ''] = /^(.*):(\d+)$/.exec(listen) ?? []
  if (port === '')
    throw new ConfigurationError(`"${listen}" is not an address`, {
      hint: 'write HOST:PORT, such as 127.0.0.1:8200',
    })
  try {
    return await openDevStore({
      host,
      port: Number(port),
      log,
      ...(data === undefined ? {} : { dataFile: data }),
      ...(seed === undefined ? {} : { seed: readSeed(seed) }),
    })
  } catch (error) {
    throw new ConfigurationError(`the store cannot be opened: ${messageOf(error)}`)
  }
}
