import { ConfigurationError } from '../core/errors.ts'
import type { Block, Entry } from './tree.ts'

/** The file that stands for an option in origins. */
const option = '--template'

/**
 * consul-template's `-template SOURCE:DESTINATION[:COMMAND]` as a block `template`. Colons after the second belong to the
 * command.
 * @throws ConfigurationError
 */
export function readTriple(triple: string): Block {
  const [source, destination, ...command] = triple.split(':')
  if (!source?.trim() || !destination) {
    throw new ConfigurationError(`"${triple}" is not a template and its destination`, {
      hint: 'write it as for consul-template: --template SOURCE:DESTINATION or --template SOURCE:DESTINATION:COMMAND',
    })
  }
  const origin = { file: option, line: undefined }
  const entry = (key: string, value: Entry['value']): Entry => ({ key, origin, value })
  const entries = [
    entry('source', source),
    entry('destination', destination),
    ...(command.length === 0 ? [] : [entry('command', [command.join(':')])]),
  ]
  return { origin, entries: [entry('template', { origin, entries })] }
}
