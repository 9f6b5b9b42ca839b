// google-consent-mode.js: <script src="/v1/google-consent-mode.js"></script> before banner.js.

import { installGoogleConsentMode } from "./google_consent_mode";

installGoogleConsentMode();
