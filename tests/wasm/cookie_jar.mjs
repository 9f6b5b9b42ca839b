// document.cookie of one host and path: what a page reads, and the texts it writes.

export class CookieJar {
  kept = [];
  works = true;

  /** "a=b; c=d", as a page reads it. */
  read() {
    return this.kept.map(([name, value]) => `${name}=${value}`).join("; ");
  }

  value(name) {
    return this.kept.find((one) => one[0] === name)?.[1];
  }

  /** A text as for Set-Cookie. */
  write(text) {
    if (!this.works) return;
    const [pair, ...attributes] = text.split(/; */);
    const [name, value] = [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)];
    const ends = attributes.some((one) => /^max-age=(0|-\d+)$/i.test(one));
    this.kept = this.kept.filter((one) => one[0] !== name);
    if (!ends) this.kept.push([name, value]);
  }

  /** As cookies of other paths and domains would appear, too: a name may stand there twice. */
  replace(text) {
    const pairs = text.split("; ").filter(Boolean);
    this.kept = pairs.map((pair) => [pair.slice(0, pair.indexOf("=")), pair.split("=")[1] ?? ""]);
  }
}
