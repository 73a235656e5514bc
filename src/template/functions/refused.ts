/** The functions of consul-template that no template has here, each with the reason. */
export const refusedFunctions: ReadonlyMap<string, string> = new Map([
  ...because(
    'it asks Consul, which keyturn does not; leave this template to consul-template',
    'caLeaf caRoots connect datacenters exportedServices importedServices key keyExists keyExistsGet keyOrDefault ls',
    'node nodes partitions peerings safeLs safeTree service services tree',
  ),
  ...because(
    'it asks Nomad, which keyturn does not; leave this template to consul-template',
    'nomadService nomadServices nomadVar nomadVarExists nomadVarList nomadVarListSafe',
  ),
  ...because('it runs a program', 'plugin'),
  ...because(
    'it asks for the network interfaces of the agent, which are not those of the application',
    'sockaddr',
  ),
])

function because(
  reason: string,
  ...names: readonly string[]
): readonly (readonly [name: string, reason: string])[] {
  return names.flatMap(line => line.split(' ')).map(name => [name, reason])
}
