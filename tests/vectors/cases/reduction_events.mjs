// Durations and names of custom events.

const duration = (ms, bucket, comment, skip) => ({
  comment: comment ?? `${ms} ms`,
  flag: "Duration",
  input: { duration_ms: ms },
  expect: { bucket },
  skip,
});

export const durations = [
  duration(0, "0-10s"),
  duration(1, "0-10s"),
  duration(9999, "0-10s"),
  duration(10_000, "10-30s"),
  duration(29_999, "10-30s"),
  duration(30_000, "30-60s"),
  duration(59_999, "30-60s"),
  duration(60_000, "1-3m"),
  duration(179_999, "1-3m"),
  duration(180_000, "3-10m"),
  duration(599_999, "3-10m"),
  duration(600_000, "10m+"),
  duration(86_400_000, "10m+", "a day"),
  duration(9_007_199_254_740_991, "10m+", "the largest whole number JSON carries"),
  duration(-1, "", "a negative duration says nothing"),
  duration(-9_007_199_254_740_991, "", "the most negative duration"),
];

const name = (text, kept, comment) => ({
  comment: comment ?? `name ${text}`,
  flag: "EventName",
  input: { event_name: text },
  expect: { kept },
});

export const eventNames = [
  name("signup", true),
  name("a", true, "one character"),
  name("demo_request.step-2", true),
  name("cta_click", true),
  name("video.25", true),
  name("x".repeat(4) + "_y".repeat(30), true, "64 characters"),
  name("x".repeat(5) + "_y".repeat(30), false, "65 characters"),
  name("", false, "empty"),
  name("Signup", false, "a capital letter"),
  name("sign up", false, "a blank"),
  name("sign/up", false, "a slash"),
  name("größe", false, "a letter that is not ASCII"),
  name("jane@example.org", false, "an e-mail address"),
  name("4155550123", false, "a telephone number"),
  name("1-415-555-0123", false, "a telephone number with hyphens"),
  name("123e4567-e89b-12d3-a456-426614174000", false, "a UUID"),
  name("deadbeefcafebabe", false, "sixteen hexadecimal digits"),
  name("192.0.2.1", false, "an address"),
];
