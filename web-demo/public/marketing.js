// Remembers for 90 days which campaign brought a visitor here, so that a later request can be
// credited to it. It stands behind the consent gate; on withdrawal the gate removes the cookie.
// Nothing is shared with anybody.

(() => {
  const lifetimeSeconds = 90 * 86_400;
  if (/(?:^|; )_dpm=/.test(document.cookie)) return;
  const campaign = new URLSearchParams(location.search).get("utm_campaign") ?? "";
  const value = /^[a-z0-9_-]{1,40}$/i.test(campaign) ? campaign.toLowerCase() : "none";
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `_dpm=${value}; Path=/; Max-Age=${lifetimeSeconds}; SameSite=Lax${secure}`;
})();
