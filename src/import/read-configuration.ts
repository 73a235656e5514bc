import type { Block } from './tree.ts'

/**
 * Reads one configuration of Vault Agent, OpenBao agent or consul-template. As theirs, JSON is what begins with a brace.
 * The parser of HCL is loaded only for HCL.
 * @throws ConfigurationError naming the line
 */
export async function readConfiguration(text: string, file: string): Promise<Block> {
  if (text.trimStart().startsWith('{')) {
    const { readJson } = await import('./read-json.ts')
    return readJson(text, file)
  }
  const { readHcl } = await import('./read-hcl.ts')
  return readHcl(text, file)
}
