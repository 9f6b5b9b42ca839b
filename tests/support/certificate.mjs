// A certificate for loopback, and its key, as PEM files.

import { execFileSync } from "node:child_process";
import { join } from "node:path";

// Returns the paths of NAME.pem and NAME.key in `directory`.
export function makeCertificate(directory, name = "server") {
  const [certificate, key] = [join(directory, `${name}.pem`), join(directory, `${name}.key`)];
  execFileSync(
    "openssl",
    [
      ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"],
      ...["-days", "2", "-subj", `/CN=${name}`],
      ...["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"],
      ...["-keyout", key, "-out", certificate],
    ],
    { stdio: "ignore" },
  );
  return { certificate, key };
}
