// The whole of banner.js as the text of an element in the page itself. It is no file: what its
// element says, also where the service is, stands in its attributes. It takes two short tasks, so
// that the page is read on between them, and the notice travels meanwhile.

import { askEarly } from "./ask_early";
import { startConsent, type ConsentOptions } from "./consent_module";

const { early, ...options } = { ...document.currentScript!.dataset };
askEarly(early);
setTimeout(() => startConsent(options as unknown as ConsentOptions, "data-"));
