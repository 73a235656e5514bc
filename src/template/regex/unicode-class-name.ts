/** Categories by their long names, which Go takes beside the short ones, as Unicode's PropertyValueAliases.txt has them. */
const categories: Readonly<Record<string, string>> = {
  Casedletter: 'Lc',
  Closepunctuation: 'Pe',
  Cntrl: 'Cc',
  Combiningmark: 'M',
  Connectorpunctuation: 'Pc',
  Control: 'Cc',
  Currencysymbol: 'Sc',
  Dashpunctuation: 'Pd',
  Decimalnumber: 'Nd',
  Digit: 'Nd',
  Enclosingmark: 'Me',
  Finalpunctuation: 'Pf',
  Format: 'Cf',
  Initialpunctuation: 'Pi',
  Letter: 'L',
  Letternumber: 'Nl',
  Lineseparator: 'Zl',
  Lowercaseletter: 'Ll',
  Mark: 'M',
  Mathsymbol: 'Sm',
  Modifierletter: 'Lm',
  Modifiersymbol: 'Sk',
  Nonspacingmark: 'Mn',
  Number: 'N',
  Openpunctuation: 'Ps',
  Other: 'C',
  Otherletter: 'Lo',
  Othernumber: 'No',
  Otherpunctuation: 'Po',
  Othersymbol: 'So',
  Paragraphseparator: 'Zp',
  Privateuse: 'Co',
  Punct: 'P',
  Punctuation: 'P',
  Separator: 'Z',
  Spaceseparator: 'Zs',
  Spacingmark: 'Mc',
  Surrogate: 'Cs',
  Symbol: 'S',
  Titlecaseletter: 'Lt',
  Unassigned: 'Cn',
  Uppercaseletter: 'Lu',
}

/**
 * The name of a class of Unicode characters as the library knows it. Go takes any case, underscores, hyphens and spaces.
 * @param name what stands behind `\p`, with a `^` in front where the class is negated
 */
export function unicodeClassName(name: string): string {
  if (name.startsWith('^')) return `^${unicodeClassName(name.slice(1))}`
  const letters = [...name].filter(character => !'_- '.includes(character)).join('')
  const canonical = letters.slice(0, 1).toUpperCase() + letters.slice(1).toLowerCase()
  const category = Object.hasOwn(categories, canonical) ? categories[canonical] : undefined
  // Scripts of several words, such as Old_Italic, have their underscores.
  return category ?? (name.includes('_') ? name : canonical)
}
