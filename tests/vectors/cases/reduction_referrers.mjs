// Referrers, beside the page they were sent from.

const page = "https://dialphone.com/pricing";
const longHost =
  `${"telephone-".repeat(5)}a.`.repeat(4) + `news${"pages".repeat(5)}.readers.example`;
const referrer = (comment, text, kept, pageUrl = page) => ({
  comment,
  flag: "Referrer",
  input: { referrer: text, page_url: pageUrl },
  expect: { referrer: kept },
});

export const referrers = [
  referrer("a foreign page", "https://news.example/story?id=1#top", "news.example"),
  referrer("a foreign origin", "https://news.example", "news.example"),
  referrer("a foreign origin with a slash", "https://news.example/", "news.example"),
  referrer("without encryption", "http://news.example/", "news.example"),
  referrer("in capitals", "HTTPS://NEWS.EXAMPLE/Story", "news.example"),
  referrer("with a port", "https://news.example:8443/story", "news.example"),
  referrer("with credentials", "https://jane:secret@news.example/", "news.example"),
  referrer(
    "with an e-mail address as user",
    "https://jane%40example.org@news.example/",
    "news.example",
  ),
  referrer(
    "a query right behind the host",
    "https://news.example?email=jane@example.org",
    "news.example",
  ),
  referrer(
    "a fragment right behind the host",
    "https://news.example#jane@example.org",
    "news.example",
  ),
  referrer("a subdomain", "https://m.news.example/", "m.news.example"),
  referrer("an international name", "https://xn--bcher-kva.example/", "xn--bcher-kva.example"),
  referrer("the page itself", "https://dialphone.com/pricing", ""),
  referrer("another page of the site", "https://dialphone.com/users/jane@example.org", ""),
  referrer("the site in capitals", "https://DIALPHONE.COM/", ""),
  referrer("the site on another port", "https://dialphone.com:8443/", ""),
  referrer("the site without encryption", "http://dialphone.com/", ""),
  referrer("a sister host is foreign", "https://www.dialphone.com/", "www.dialphone.com"),
  referrer("a host that ends like the site", "https://notdialphone.com/", "notdialphone.com"),
  referrer(
    "a host that starts like the site",
    "https://dialphone.com.evil.example/",
    "dialphone.com.evil.example",
  ),
  referrer("an Android app", "android-app://com.google.android.gm/", "com.google.android.gm"),
  referrer(
    "an Android app without a slash",
    "android-app://com.google.android.googlequicksearchbox",
    "com.google.android.googlequicksearchbox",
  ),
  referrer("an IPv4 address", "http://192.0.2.7/x", ""),
  referrer("an IPv4 address with a port", "http://192.0.2.7:8080/x", ""),
  referrer("an IPv6 address", "http://[2001:db8::7]/x", ""),
  referrer("an address as one number", "http://3221225991/", ""),
  referrer("empty", "", ""),
  referrer("a path", "/pricing", ""),
  referrer("a word", "news.example", ""),
  referrer("about:blank", "about:blank", ""),
  referrer("a data URL", "data:text/html,jane@example.org", ""),
  referrer("a mail address", "mailto:jane@example.org", ""),
  referrer("no host", "https:///story", ""),
  referrer("a blank in the host", "https://news example/", ""),
  referrer("an encoded host", "https://jane%40example.org/", ""),
  referrer("a host of 253 characters", `https://${longHost}/`, longHost),
  referrer("a host of 254 characters", `https://n${longHost}/`, ""),
  referrer("over 4096 characters", `https://news.example/${"a/".repeat(2100)}`, ""),
];
