// What the reduction vectors ask. Every answer is written down by hand from what an event may keep
// (law.md 5.3 and the "Pseudonymised event" of the HTTP contract); there is nothing to compute.

import { addresses } from "./reduction_addresses.mjs";
import { durations, eventNames } from "./reduction_events.mjs";
import { hiddenValues } from "./reduction_hidden.mjs";
import { referrers } from "./reduction_referrers.mjs";
import { urls } from "./reduction_urls.mjs";
import { userAgents } from "./reduction_user_agents.mjs";

export const area = "reduction";
export const flags = {
  Path: "what is kept of a path, byte for byte",
  Credentials: "user, password, host, port and fragment never survive",
  Email: "an e-mail address in a path or campaign, however it is encoded",
  Phone: "a telephone number in a path or campaign",
  Identifier: "a token, id, hash, card number or address in a path or campaign",
  Plain: "ordinary words, slugs and short numbers are not mistaken for ids",
  Hidden: "what hides in matrix parameters, other encodings and other pages' addresses",
  Campaign: "of the query only utm_source, utm_medium and utm_campaign",
  ClickId: "click ids and other parameters never survive",
  NotUrl: "what is no http(s) URL and no path leaves nothing",
  Limit: "lengths at and over a limit",
  Referrer: "of a foreign referrer the host, of one's own nothing",
  Browser: "family and major version of current browsers",
  Disguise: "browsers that carry other browsers' names",
  Bot: "crawlers and programs are bots whatever browser they name",
  UserAgentLimit: "no, odd or over-long user agents",
  Address: "IPv4 to /24, IPv6 to /48",
  Embedded: "an IPv4 address inside an IPv6 one is treated as IPv4",
  BadAddress: "what is no address is never guessed at",
  Duration: "buckets, at their borders",
  EventName: "names of custom events",
};

const outcomes = new Map();
export const cases = [
  ...urls,
  ...referrers,
  ...userAgents,
  ...addresses,
  ...durations,
  ...eventNames,
  ...hiddenValues,
].map(({ comment, flag, input, expect, skip }) => {
  outcomes.set(JSON.stringify(input), expect);
  return { comment, flags: [flag], input, skip };
});

export const answer = (input) => outcomes.get(JSON.stringify(input));
export const flatten = (expect) => expect;
