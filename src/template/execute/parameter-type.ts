/** A Go type name; `any` takes everything, nil included. Nothing is converted, but a literal takes the type asked for. */
export type ParameterType =
  | 'any'
  | 'string'
  | 'bool'
  | 'int'
  | 'float64'
  | 'uint32'
  | 'time.Time'
  | `[]${string}`
  | `map[${string}`
  | `func(${string}`
  | `*${string}`
