import { readFileSync } from 'node:fs'
import { ConfigurationError } from '../../core/errors.ts'

/**
 * The text of a file that the command line names.
 * @param reads is told of it before
 * @throws ConfigurationError where it cannot be read
 */
export function readGiven(
  file: string,
  { name, reads }: { name: string; reads: (file: string) => void },
): string {
  reads(file)
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error'
    throw new ConfigurationError(`"${name}" cannot be read: ${code}`)
  }
}
