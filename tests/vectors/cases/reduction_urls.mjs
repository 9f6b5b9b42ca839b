// URLs of pages, and what is kept of them.

const url = (flag, comment, text, path, { source = "", medium = "", name = "" } = {}) => ({
  comment,
  flag,
  input: { url: text },
  expect: { path, campaign: { source, medium, name } },
});
const site = "https://dialphone.com";
const paths = (flag, list) =>
  list.map(([comment, text, path, campaign]) =>
    url(flag, comment, `${site}${text}`, path, campaign),
  );

const ordinary = paths("Path", [
  ["the root", "/", "/"],
  ["no path at all", "", "/"],
  ["a page", "/pricing", "/pricing"],
  ["a page with its ending", "/pricing.html", "/pricing.html"],
  ["a directory keeps its slash", "/blog/", "/blog/"],
  ["several segments", "/de/produkte/cloud-telefonie", "/de/produkte/cloud-telefonie"],
  ["capital letters stay", "/Pricing/Teams", "/Pricing/Teams"],
  ["an encoded letter stays as it was", "/caf%C3%A9", "/caf%C3%A9"],
  ["an encoded blank stays as it was", "/unified%20communications", "/unified%20communications"],
  ["a query behind the root", "?lang=de", "/"],
  ["a query behind a page", "/pricing?plan=teams", "/pricing"],
  ["a fragment", "/pricing#teams", "/pricing"],
  ["a query inside a fragment", "/pricing#teams?email=jane@example.org", "/pricing"],
  ["a question mark inside a query", "/pricing?a=b?c", "/pricing"],
]);

const credentials = [
  url("Credentials", "user and password", "https://jane:secret@dialphone.com/pricing", "/pricing"),
  url(
    "Credentials",
    "an e-mail address as user",
    "https://jane%40example.org@dialphone.com/pricing",
    "/pricing",
  ),
  url("Credentials", "a port", "http://localhost:8080/pricing", "/pricing"),
  url("Credentials", "an address as host", "http://192.0.2.7/pricing", "/pricing"),
  url("Credentials", "an IPv6 address as host", "http://[2001:db8::7]:8080/pricing", "/pricing"),
  url("Credentials", "scheme and host in capitals", "HTTPS://DIALPHONE.COM/pricing", "/pricing"),
  url("Credentials", "a path alone", "/pricing?utm_source=x", "/pricing", { source: "x" }),
];

const uuid = "123e4567-e89b-12d3-a456-426614174000";
const jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJqYW5lIn0.c2lnbmF0dXJl";
const personal = [
  ...paths("Email", [
    ["in the open", "/u/jane@example.org", "/u/:email"],
    ["in the open, as the first segment", "/jane.doe@example.org", "/:email"],
    ["between others", "/u/jane@example.org/settings", "/u/:email/settings"],
    ["with a tag", "/u/jane+dialphone@mail.example.org", "/u/:email"],
    ["in capitals", "/u/JANE@EXAMPLE.ORG", "/u/:email"],
    ["encoded once", "/u/jane%40example.org", "/u/:email"],
    ["encoded twice", "/u/jane%2540example.org", "/u/:email"],
    ["encoded three times", "/u/jane%252540example.org", "/u/:email"],
    ["every character encoded", "/u/%6A%61%6E%65%40%65%78%61%6D%70%6C%65%2E%6F%72%67", "/u/:email"],
    ["behind other text", "/unsubscribe-jane@example.org", "/:email"],
    [
      "inside a nested URL",
      "/go/https%3A%2F%2Fnews.example%2F%3Fu%3Djane%40example.org",
      "/go/:email",
    ],
    ["two of them", "/jane@example.org/joe@example.org", "/:email/:email"],
    ["with a slash behind", "/u/jane@example.org/", "/u/:email/"],
    ["a handle is treated alike", "/@jane", "/:email"],
  ]),
  ...paths("Phone", [
    ["international", "/call/+14155550123", "/call/:phone"],
    ["international, encoded", "/call/%2B14155550123", "/call/:phone"],
    ["with hyphens", "/call/+1-415-555-0123", "/call/:phone"],
    ["national", "/call/0301234567", "/call/:phone"],
    ["with parentheses", "/call/(415)555-0123", "/call/:phone"],
    ["with encoded blanks", "/call/+49%2030%201234567", "/call/:phone"],
    ["seven digits", "/call/5550123", "/call/:phone"],
  ]),
  ...paths("Identifier", [
    ["a UUID", `/orders/${uuid}`, "/orders/:id"],
    ["a UUID in capitals", `/orders/${uuid.toUpperCase()}`, "/orders/:id"],
    ["a UUID between others", `/orders/${uuid}/items`, "/orders/:id/items"],
    ["a JSON web token", `/session/${jwt}`, "/session/:id"],
    ["sixteen hexadecimal digits", "/o/deadbeefcafebabe", "/o/:id"],
    ["an MD5 hash", "/o/d41d8cd98f00b204e9800998ecf8427e", "/o/:id"],
    [
      "a SHA-256 hash",
      `/o/${"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}`,
      "/o/:id",
    ],
    ["a random token", "/t/Zx8Kq2vP0sLm7RtYw3NcB1", "/t/:id"],
    ["a consent subject", "/t/AAECAwQFBgcICQoLDA0ODw", "/t/:id"],
    ["a subject with few digits", "/t/rvuavyfaNogSgis7Aegviy", "/t/:id"],
    ["a subject with hyphens", "/t/WGhcVoYxs-2HXevqaSdncM", "/t/:id"],
    ["a random token with an underscore", "/t/KqbtJktxwDHVhRs_NAOFu27M", "/t/:id"],
    ["a random token of lower-case letters and digits", "/t/e0142vgizajxjhztltbq", "/t/:id"],
    ["a long random token", "/t/9f8Aq-Zk_3LmN0pQ7rSt2UvW5xY", "/t/:id"],
    ["a card number", "/pay/4111111111111111", "/pay/:id"],
    ["an IPv4 address", "/from/192.0.2.45", "/from/:id"],
    ["an IPv6 address", "/from/2001:db8::7", "/from/:id"],
    ["a UUID, encoded", `/orders/${uuid.replaceAll("-", "%2D")}`, "/orders/:id"],
  ]),
  ...paths("Plain", [
    ["a year and a month", "/blog/2026/11/", "/blog/2026/11/"],
    ["a short number", "/plans/42", "/plans/42"],
    ["six digits", "/post/123456", "/post/123456"],
    ["a version", "/docs/api/v2.1", "/docs/api/v2.1"],
    ["a language tag", "/de-AT/preise", "/de-AT/preise"],
    [
      "a long slug",
      "/blog/how-to-choose-a-business-phone-system-for-a-growing-team",
      "/blog/how-to-choose-a-business-phone-system-for-a-growing-team",
    ],
    [
      "a slug with a year",
      "/blog/ten-trends-in-unified-communications-2026",
      "/blog/ten-trends-in-unified-communications-2026",
    ],
    [
      "a slug with an underscore",
      "/help/getting_started_with_your_account",
      "/help/getting_started_with_your_account",
    ],
    ["a hexadecimal word", "/decade", "/decade"],
  ]),
];

const full = { source: "newsletter", medium: "email", name: "spring" };
const campaigns = [
  ...paths("Campaign", [
    [
      "all three",
      "/pricing?utm_source=newsletter&utm_medium=email&utm_campaign=spring",
      "/pricing",
      full,
    ],
    [
      "all three in another order, among others",
      "/?x=1&utm_campaign=spring&y=2&utm_medium=email&utm_source=newsletter&z",
      "/",
      full,
    ],
    ["only a source", "/?utm_source=partner-7", "/", { source: "partner-7" }],
    ["empty values", "/?utm_source=&utm_medium=&utm_campaign=", "/"],
    ["no value", "/?utm_source", "/"],
    [
      "term and content are not kept",
      "/?utm_term=voip&utm_content=banner&utm_source=x",
      "/",
      { source: "x" },
    ],
    ["a parameter that only ends like one", "/?my_utm_source=x", "/"],
    ["a parameter that only starts like one", "/?utm_sources=x", "/"],
    ["behind the fragment it is no parameter", "/#?utm_source=x", "/"],
    ["an e-mail address is dropped", "/?utm_source=jane@example.org", "/"],
    ["an encoded e-mail address is dropped", "/?utm_campaign=jane%40example.org", "/"],
    ["a doubly encoded e-mail address is dropped", "/?utm_campaign=jane%2540example.org", "/"],
    ["a telephone number is dropped", "/?utm_medium=%2B14155550123", "/"],
    ["a UUID is dropped", `/?utm_campaign=${uuid}`, "/"],
    ["a random token is dropped", "/?utm_campaign=Zx8Kq2vP0sLm7RtYw3NcB1", "/"],
  ]),
  ...paths("Limit", [
    [
      "a campaign value of 64 characters",
      `/?utm_source=${"ab_".repeat(21)}z`,
      "/",
      { source: `${"ab_".repeat(21)}z` },
    ],
    ["a campaign value of 65 characters is dropped", `/?utm_source=${"ab_".repeat(21)}zz`, "/"],
    ["a path of 512 characters", `${"/abcdefg".repeat(64)}`, "/abcdefg".repeat(64)],
    [
      "a longer path is cut at the end of a segment",
      `${"/abcdefg".repeat(65)}`,
      "/abcdefg".repeat(64),
    ],
    ["a URL of 4096 characters", `/a?x=${"y".repeat(4070)}`, "/a"],
    ["a URL of 4097 characters leaves nothing", `/a?x=${"y".repeat(4071)}`, ""],
  ]),
  ...paths("ClickId", [
    ["Google", "/pricing?gclid=Cj0KCQiA&gbraid=0AAAA&wbraid=x", "/pricing"],
    ["Facebook", "/pricing?fbclid=IwAR0abc", "/pricing"],
    ["Microsoft", "/pricing?msclkid=abc", "/pricing"],
    ["an e-mail address in a parameter", "/pricing?email=jane@example.org", "/pricing"],
    ["a session in a parameter", "/pricing?sid=abc&PHPSESSID=def", "/pricing"],
    [
      "a nested URL with a campaign of its own",
      "/?next=https%3A%2F%2Fx.example%2F%3Futm_source%3Dy",
      "/",
    ],
  ]),
];

const notUrls = [
  ["empty", ""],
  ["a blank", " "],
  ["a word", "pricing"],
  ["a mail address", "mailto:jane@example.org"],
  ["a script", "javascript:alert(1)"],
  ["data", "data:text/plain,jane@example.org"],
  ["a file", "file:///home/jane/plan.html"],
  ["another scheme", "ftp://dialphone.com/plan"],
  ["a scheme alone", "https:"],
  ["a scheme and slashes", "https://"],
  ["a scheme with one slash", "https:/pricing"],
  ["no host", "https:///pricing"],
  ["a query alone", "?utm_source=x"],
  ["a fragment alone", "#top"],
  ["about:blank", "about:blank"],
].map(([comment, text]) => url("NotUrl", comment, text, ""));

export const urls = [...ordinary, ...credentials, ...personal, ...campaigns, ...notUrls];
