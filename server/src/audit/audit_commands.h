#pragma once
// The commands that check: each prints what it found and returns the exit status, 0 when all is as
// it was written. Progress goes to standard error.

#include "config.h"

namespace consent::server {

int verify_ledger(const Config& config);       // consentd audit verify
int print_log_keys(const Config& config);      // consentd audit key
int verify_receipt(const Config& config);      // consentd receipt verify
int verify_certificate(const Config& config);  // consentd certificate verify

}  // namespace consent::server
