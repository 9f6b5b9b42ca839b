// Members that only the files of the banner know among themselves. The build shortens them, to the
// same in every file of a page. None may be anything else as well: a member of the web platform,
// of JSON, of the public API, or an export. tests/wasm/inner_names.test.mjs holds them to that.

export const names = [
  // Consent
  ...["around", "asked", "choose", "chosen", "deliver", "everything", "knows", "latest"],
  ...["listeners", "present", "recorded", "recordOnce", "refuse", "settle", "veto"],
  // PageState
  ...["chosenHere", "cookieText", "pendingState", "question", "readCookie", "settled", "supply"],
  ...["takePending", "takeToken", "tokenText", "vetoed"],
  // Surroundings
  ...["cookieName", "loadCourier", "loadNotice", "outbox", "setCookie"],
  // the core's records
  ...["decidedAt", "deniedEventMs", "materialSince", "pageIn", "pageOut"],
  // Courier
  ...["carrying", "corrected", "drain", "dropCookie", "dropOvertaken", "learnToRead", "remake"],
  ...["changed", "tryLater"],
  // the view, and what follows a choice
  ...["acceptAll", "attach", "giveBack", "keepFor", "looks", "mount", "prepare", "rejectAll"],
  ...["busy", "fetching", "observer", "reading", "renew", "returns"],
  ...["room", "skewMs", "startGpp"],
];

export const innerNames = new RegExp(`^(${names.join("|")})$`);
