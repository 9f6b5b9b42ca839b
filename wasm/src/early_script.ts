// The text of an inline script in front of banner.js. `data-early` is the address of the notice;
// the text, and so its hash, is every site's.

import { askEarly } from "./ask_early";

askEarly(document.currentScript!.dataset.early);
