// Counts visits with two first-party cookies. It stands behind the consent gate and never runs
// without a choice that allows it; on withdrawal the gate removes both cookies.

(() => {
  const daySeconds = 86_400;
  // 13 months from the first visit, not extended by later ones.
  const counterSeconds = 395 * daySeconds;
  const sessionSeconds = 30 * 60;

  const read = (name) =>
    document.cookie
      .split("; ")
      .find((pair) => pair.startsWith(`${name}=`))
      ?.slice(name.length + 1);

  const write = (name, value, seconds) => {
    const secure = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = `${name}=${value}; Path=/; Max-Age=${seconds}; SameSite=Lax${secure}`;
  };

  const randomId = () =>
    btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(16))))
      .replaceAll("+", "-")
      .replaceAll("/", "_")
      .replaceAll("=", "");

  // `_dpa` is "<day of the first visit>.<visits>": a count, not an identifier.
  const countVisit = (nowSeconds) => {
    const today = Math.floor(nowSeconds / daySeconds);
    const [firstDay, visits] = (/^(\d{5})\.(\d{1,6})$/.exec(read("_dpa") ?? "") ?? [])
      .slice(1)
      .map(Number);
    const first = firstDay <= today ? firstDay : today;
    const left = first * daySeconds + counterSeconds - nowSeconds;
    write("_dpa", `${first}.${(first === firstDay ? visits : 0) + 1}`, Math.floor(left));
  };

  const known = /^[\w-]{22}$/.exec(read("_dpa_session") ?? "")?.[0];
  if (!known) countVisit(Date.now() / 1000);
  const session = known ?? randomId();
  write("_dpa_session", session, sessionSeconds);

  window.consent.track({ type: "page_view", session });
})();
