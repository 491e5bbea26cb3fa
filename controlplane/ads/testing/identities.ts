import { createAdmission, type Admission, type AdmissionOptions } from '../access/admission.ts';
import type { ProxyConfigs } from '../proxy-configs.ts';
import { countProxies } from '../access/proxy-quotas.ts';

/** Returns an admission without authentication and limits, unless `options` say otherwise. For tests. */
export function admitAll(options: Partial<AdmissionOptions> = {}): Admission {
  return createAdmission({
    authorities: {
      tokens: undefined,
      clientCa: undefined,
      signers: undefined,
      trust: undefined,
      verifications: () => 0,
      region: 'eu-west-1',
    },
    newcomers: () => 0,
    proxies: countProxies({ proxies: undefined, proxiesPerResource: undefined }),
    ownerOf: () => undefined,
    onRefusal: () => undefined,
    ...options,
  });
}

/** No proxy is connected. For tests. */
export const NO_PROXIES: Pick<ProxyConfigs, 'connected' | 'circumstances' | 'dependents' | 'hasOthers'> = {
  hasOthers: () => false,
  connected: () => undefined,
  circumstances: () => ({ isConnected: () => false, held: () => undefined }),
  dependents: { callersOf: () => [] },
};
