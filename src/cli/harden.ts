import { ConfigurationError } from '../core/errors.ts'
import type { ProgramContext } from './context.ts'

const foreignCode = 'would put foreign code into the agent'
const printing = 'would print what the agent reads and sends'

/** What of the environment Node, the loader, OpenSSL or a library obeys without asking us, and what that would mean. */
const refusedVariables: Readonly<Record<string, string>> = {
  NODE_OPTIONS: foreignCode,
  NODE_PATH: foreignCode,
  NODE_COMPILE_CACHE: foreignCode,
  LD_PRELOAD: foreignCode,
  LD_AUDIT: foreignCode,
  LD_LIBRARY_PATH: foreignCode,
  OPENSSL_CONF: foreignCode,
  OPENSSL_MODULES: foreignCode,
  OPENSSL_ENGINES: foreignCode,
  NODE_DEBUG: printing,
  NODE_DEBUG_NATIVE: printing,
  // Of the package "yaml".
  LOG_TOKENS: printing,
  LOG_STREAM: printing,
}

/**
 * For a process that is going to hold secrets.
 * @throws ConfigurationError where foreign code may run in it, or something would make it talk
 */
export function harden({
  environment,
  forbidCoreDumps,
}: Pick<ProgramContext, 'environment' | 'forbidCoreDumps'>): void {
  for (const [name, consequence] of Object.entries(refusedVariables)) {
    if ((environment[name] ?? '') !== '') refuse(name, consequence)
  }
  if (environment['NODE_TLS_REJECT_UNAUTHORIZED'] === '0')
    refuse('NODE_TLS_REJECT_UNAUTHORIZED', 'would make the agent trust every server')
  try {
    forbidCoreDumps()
  } catch {
    // A kernel without the filter or a read-only /proc; or the kernel protects this process even from itself, and dumps nothing.
  }
}

function refuse(name: string, consequence: string): never {
  throw new ConfigurationError(`${name} is set, and ${consequence}`, { hint: `unset ${name}` })
}
