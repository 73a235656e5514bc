import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** Node's flags and variables as the image sets them, read from the Dockerfile so that what is measured is what ships. */
export function imageFlags(): { args: readonly string[]; env: Readonly<Record<string, string>> } {
  const dockerfile = readFileSync(
    fileURLToPath(new URL('../../Dockerfile', import.meta.url)),
    'utf8',
  ).replaceAll('\\\n', ' ')
  const entrypoint = JSON.parse(/^ENTRYPOINT (\[.*\])/m.exec(dockerfile)?.[1] ?? '[]') as string[]
  const args = entrypoint.filter(word => word.startsWith('--') && word !== '--')
  const variables = /^ENV (.*)$/gm
  const env: Record<string, string> = {}
  for (const [, line = ''] of dockerfile.matchAll(variables)) {
    for (const [, name = '', value = ''] of line.matchAll(/(\w+)=(\S+)/g)) env[name] = value
  }
  if (args.length === 0 || Object.keys(env).length === 0) throw new Error('the Dockerfile sets no flags')
  return { args, env }
}
