/** Which single services may run (service_record.ts). */
export const serviceCookie = "dp_consent_services";
