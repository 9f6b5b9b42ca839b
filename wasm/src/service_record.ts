// Which services of a granted purpose may run, where the visitor has chosen among them: a cookie of
// this browser, "save.analytics:one.marketing:two", without any identifier. It can only take away:
// the purpose itself is granted by the recorded choice or not at all. Being a cookie, it shares the
// fate of the one that holds the grant.

import { serviceCookie } from "./service_cookie";

const keptSeconds = 182 * 86_400;

/** The action that the names belong to, and every "purpose:service" that may run. */
export type ServiceRecord = [action: string, ...names: string[]];

/** Undefined where there is none. Of two, at least one is not ours: that names no service. */
export function readServices(cookies: string): ServiceRecord | undefined {
  const [, kept, other] = `; ${cookies}`.split(`; ${serviceCookie}=`);
  if (other !== undefined) return ["twice"];
  return kept?.split(";")[0]!.split(".") as ServiceRecord | undefined;
}

/** The Set-Cookie text that keeps it. */
export function keepServices(record: ServiceRecord): string {
  return `${serviceCookie}=${record.join(".")}; Path=/; SameSite=Lax; Max-Age=${keptSeconds}`;
}
