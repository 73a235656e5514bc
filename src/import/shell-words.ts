/**
 * The words of a command line that needs no shell: separated by blanks, perhaps quoted. Undefined where a shell would do
 * anything else with it. What only hushes or forgives a command (`> /dev/null 2>&1`, `|| true`) is left out.
 */
export function plainWords(commandLine: string): readonly string[] | undefined {
  const line = commandLine.replace(forgiving, '').trim()
  const words: string[] = []
  let rest = line
  while (rest !== '') {
    const [found = '', word] = /^((?:[\w@%+=:,./-]|'[^']*'|"[^"\\$`]*")+)(?:\s+|$)/.exec(rest) ?? []
    if (word === undefined) return undefined
    words.push(word.replaceAll(/'([^']*)'|"([^"]*)"/g, '$1$2'))
    rest = rest.slice(found.length)
  }
  // `NAME=value program` sets a variable.
  return words.length === 0 || words[0]?.includes('=') ? undefined : words
}

const forgiving = /(?:\s*(?:[12&]?>>?\s*(?:\/dev\/null|&[12])|\|\|\s*(?:true|:)|;))*\s*$/
