// A MaxMind DB (format 2.0) that puts every IPv4 address into one country.

const text = (value) => Buffer.concat([Buffer.from([0x40 | value.length]), Buffer.from(value)]);
const number = (type, value, bytes) => {
  const body = Buffer.alloc(bytes);
  body.writeUIntBE(value, 0, bytes);
  // Types above 7 are written as 0 and their distance from 7.
  const control = type <= 7 ? [(type << 5) | bytes] : [bytes, type - 7];
  return Buffer.concat([Buffer.from(control), body]);
};
const uint16 = (value) => number(5, value, 2);
const uint32 = (value) => number(6, value, 4);
const uint64 = (value) => number(9, value, 6);
const map = (members) =>
  Buffer.concat([
    Buffer.from([0xe0 | Object.keys(members).length]),
    ...Object.entries(members).flatMap(([name, value]) => [text(name), value]),
  ]);

export function tinyGeoDatabase(country) {
  const nodes = 1;
  const record = nodes + 16; // the data section's first byte
  const tree = Buffer.alloc(6);
  tree.writeUIntBE(record, 0, 3);
  tree.writeUIntBE(record, 3, 3);
  return Buffer.concat([
    ...[tree, Buffer.alloc(16), map({ country: map({ iso_code: text(country) }) })],
    ...[Buffer.from("\xab\xcd\xefMaxMind.com", "latin1")],
    map({
      binary_format_major_version: uint16(2),
      binary_format_minor_version: uint16(0),
      build_epoch: uint64(1_760_000_000),
      database_type: text("Country"),
      description: map({}),
      ip_version: uint16(4),
      languages: Buffer.from([0x00, 0x04]),
      node_count: uint32(nodes),
      record_size: uint16(24),
    }),
  ]);
}
