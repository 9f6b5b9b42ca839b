// The whole of banner.js as the text of an element in the page itself. It is no file: what its
// element says, also where the service is, stands in its attributes.

import { startConsent, type ConsentOptions } from "./consent_module";

startConsent({ ...document.currentScript!.dataset } as unknown as ConsentOptions, "data-");
