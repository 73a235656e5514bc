import { listField, textField } from './fields.ts'
import { matchesGlob } from './glob.ts'
import { isJsonObject, type JsonObject } from './go-json.ts'
import { configOf, methodRoutes, rolesOf, setConfig } from './method-routes.ts'
import { refuse } from './refusal.ts'
import { type Answer, type Call, param, type Route } from './route.ts'
import { logIn, type TokenParameters, tokenParameters } from './token-parameters.ts'
import { audiencesOf, readPublicKey, timeProblem, verifyJwt } from './verify-jwt.ts'

interface KubernetesRole extends TokenParameters {
  readonly alias_name_source: string
  readonly audience: string
  readonly bound_service_account_names: string[]
  readonly bound_service_account_namespaces: string[]
}

interface KubernetesConfig {
  readonly kubernetes_host: string
  readonly pem_keys: string[]
}

interface ServiceAccount {
  readonly name: string
  readonly namespace: string
  readonly uid: string
}

/** The Kubernetes method, with the cluster's keys in `pem_keys`: where Vault asks the cluster too, this store has none to ask. */
export const kubernetesRoutes: readonly Route[] = methodRoutes(writeConfig, writeRole, login)

function writeConfig(call: Call): undefined {
  const pemKeys = listField(call.body, 'pem_keys')
  if (pemKeys.length === 0) refuse(400, 'the development store asks no cluster: pem_keys must be set')
  for (const key of pemKeys) readPublicKey(key)
  setConfig<KubernetesConfig>(call, {
    kubernetes_host: textField(call.body, 'kubernetes_host'),
    pem_keys: pemKeys,
  })
}

function writeRole(call: Call): undefined {
  const { body } = call
  const role: KubernetesRole = {
    ...tokenParameters(body, rolesOf<KubernetesRole>(call)[param(call, 'name')]),
    alias_name_source: 'serviceaccount_uid',
    audience: textField(body, 'audience'),
    bound_service_account_names: listField(body, 'bound_service_account_names'),
    bound_service_account_namespaces: listField(body, 'bound_service_account_namespaces'),
  }
  if (role.bound_service_account_names.length === 0)
    refuse(400, '"bound_service_account_names" can not be empty')
  if (role.bound_service_account_namespaces.length === 0) {
    refuse(400, '"bound_service_account_namespaces" can not be empty')
  }
  rolesOf<KubernetesRole>(call)[param(call, 'name')] = role
}

function login(call: Call): Answer {
  const { body } = call
  const name = textField(body, 'role')
  if (name === '') return refuse(400, 'missing role')
  const jwt = textField(body, 'jwt')
  if (jwt === '') return refuse(400, 'missing jwt')
  const role = rolesOf<KubernetesRole>(call)[name] ?? refuse(400, `invalid role name "${name}"`)
  const settings = configOf<KubernetesConfig>(call) ?? refuse(500, 'could not load backend configuration')

  const claims = verifyJwt(jwt, settings.pem_keys.map(readPublicKey)) ?? refuse(403, 'permission denied')
  const problem = timeProblem(claims, call.store.now())
  if (problem !== undefined) refuse(403, problem)
  if (role.audience !== '' && !audiencesOf(claims).includes(role.audience)) {
    refuse(403, 'invalid audience (aud) claim: audience claim does not match any expected audience')
  }
  const account = serviceAccount(claims)
  if (!role.bound_service_account_names.some(glob => matchesGlob(glob, account.name))) {
    refuse(403, 'service account name not authorized')
  }
  if (!role.bound_service_account_namespaces.some(glob => matchesGlob(glob, account.namespace))) {
    refuse(403, 'namespace not authorized')
  }
  return logIn(call, role, {
    displayName: `kubernetes-${account.namespace}-${account.name}`,
    meta: {
      role: name,
      service_account_name: account.name,
      service_account_namespace: account.namespace,
      service_account_secret_name: '',
      service_account_uid: account.uid,
    },
  })
}

/** A projected token names its account in the claim `kubernetes.io`, an old one in flat claims. */
function serviceAccount(claims: JsonObject): ServiceAccount {
  const projected = claims['kubernetes.io']
  const account = isJsonObject(projected) ? projected['serviceaccount'] : undefined
  if (isJsonObject(projected) && isJsonObject(account)) {
    return {
      name: String(account['name']),
      namespace: String(projected['namespace']),
      uid: String(account['uid']),
    }
  }
  const flat = (name: string) => textField(claims, `kubernetes.io/serviceaccount/${name}`)
  return {
    name: flat('service-account.name'),
    namespace: flat('namespace'),
    uid: flat('service-account.uid'),
  }
}
