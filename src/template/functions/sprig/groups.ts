import type { GroupEntry } from '../../functions.ts'

/** sprig's functions under the prefix of consul-template, one file for each of the original, loaded where one is called. */
export const sprigGroups: readonly GroupEntry[] = [
  {
    names: names(
      'regexMatch mustRegexMatch regexFind mustRegexFind regexFindAll mustRegexFindAll regexReplaceAll mustRegexReplaceAll',
      'regexReplaceAllLiteral mustRegexReplaceAllLiteral regexSplit mustRegexSplit regexQuoteMeta',
    ),
    load: async () => (await import('./regex.ts')).sprigRegexFunctions,
  },
]

function names(...lines: readonly string[]): readonly string[] {
  return lines.flatMap(line => line.split(' ')).map(name => `sprig_${name}`)
}
