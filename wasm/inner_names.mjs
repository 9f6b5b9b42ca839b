// Members that only the files of the banner know among themselves. The build shortens them, to the
// same in every file of a page. None may be anything else as well: a member of the web platform,
// of JSON, of the public API, or an export. tests/wasm/inner_names.test.mjs holds them to that.

export const names = [
  // Consent
  ...["around", "asked", "choose", "chosen", "deliver", "everything", "grant", "knows", "latest"],
  ...["listeners", "present", "recorded", "recordOnce", "refuse", "settle"],
  // PageState
  ...["chosenHere", "cookieText", "pendingState", "question", "readCookie", "reader", "settled"],
  ...["supply"],
  ...["takePending", "takeToken", "tokenText", "vetoed"],
  // Surroundings
  ...["cookieName", "loadCourier", "loadNotice", "outbox", "setCookie"],
  // the core's records
  ...["decidedAt", "deniedEventMs", "materialSince", "pageIn", "pageOut"],
  // Courier
  ...["ask", "attempt", "carrying", "changed", "corrected", "drain", "dropCookie", "dropOvertaken"],
  ...["keep", "last", "learnToRead", "remake", "sent", "tell", "tryLater"],
  // the view, and what follows a choice
  ...["acceptAll", "attach", "giveBack", "hide", "keepFor", "looks", "make", "mount"],
  ...["near", "prepare", "rejectAll", "run"],
  ...["busy", "fetching", "furnish", "noticeSource", "observer", "reading", "renew", "returns"],
  ...["room", "skewMs", "startGpp"],
  // the gate
  ...["clean", "complaint", "gate", "give", "holdBack", "overtaken", "told"],
];

export const innerNames = new RegExp(`^(${names.join("|")})$`);
