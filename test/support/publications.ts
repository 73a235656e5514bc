import type { Publication, PublishedOutput } from '../../src/core/ports.ts'

/** A rotation of one output of user 10001, except where said otherwise. */
export function publicationOf(
  overrides: Partial<Publication> = {},
  output: Partial<PublishedOutput> = {},
): Publication {
  return {
    id: 'publication-1',
    publishedAt: 1_700_000_000_000,
    publishedUptimeMs: 1_000_000,
    outputs: [
      {
        path: '/run/secrets/db_password',
        owners: [10001],
        versions: { 'vault:secret/db': '7' },
        first: false,
        ...output,
      },
    ],
    ...overrides,
  }
}
