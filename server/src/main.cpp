// consentd: reads what was typed and hands over.

#include <sys/prctl.h>
#include <sys/stat.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <exception>
#include <string>
#include <vector>

#include "application.h"
#include "audit/audit_commands.h"
#include "command_line.h"
#include "config.h"
#include "crypto/clean_memory.h"
#include "keys/key_commands.h"
#include "ledger/ledger_commands.h"
#include "process/exit_status.h"
#include "rights/retention_commands.h"
#include "site/site_file.h"

namespace consent::server {
namespace {

int check(const ConfigRead& read) {
  std::vector<std::string> errors = read.errors;
  const SiteFile site =
      load_site_file(read.config.site_file, read.config.data_dir, SystemClock().now());
  errors.insert(errors.end(), site.errors.begin(), site.errors.end());
  const std::string flaw = replication_flaw(site.policy.replication, read.config.zones);
  if (!flaw.empty()) errors.push_back(flaw);
  for (const std::string& warning : site.warnings)
    std::fprintf(stderr, "warning: %s\n", warning.c_str());
  for (const std::string& error : errors) std::fprintf(stderr, "%s\n", error.c_str());
  if (errors.empty()) std::printf("ok\n");
  return errors.empty() ? 0 : kFailed;
}

int serve(const Config& config) {
  Application(config).run();
  return 0;
}

int run(const CommandLine& line) {
  if (line.command == Command::help) return std::fputs(help_text(line.help_on).c_str(), stdout) < 0;
  if (line.command == Command::version)
    return std::printf("consentd %s\n", program_version().data()) < 0;
  const ConfigRead read = read_config(line);
  if (line.command == Command::check_config) return check(read);
  if (!read.errors.empty()) {
    for (const std::string& error : read.errors) complain(error, kFailed);
    return kFailed;
  }
  switch (line.command) {
    case Command::keys_issue:
      return issue_key(read.config);
    case Command::keys_list:
      return list_keys(read.config);
    case Command::keys_revoke:
      return revoke_key(read.config);
    case Command::keys_rotate:
      return rotate_zone_keys(read.config);
    case Command::backup:
      return back_up(read.config);
    case Command::restore:
      return restore(read.config);
    case Command::verify:
      return verify(read.config);
    case Command::audit_verify:
      return verify_ledger(read.config);
    case Command::audit_key:
      return print_log_keys(read.config);
    case Command::receipt_verify:
      return verify_receipt(read.config);
    case Command::certificate_verify:
      return verify_certificate(read.config);
    case Command::retention_sweep:
      return sweep_by_hand(read.config);
    default:
      return serve(read.config);
  }
}

// What nobody could read was not done.
int finish(int status) {
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return status;
  return complain(std::string("what there is to say cannot be written to standard output: ") +
                      std::strerror(errno) + "; see where it goes, and call the command again",
                  status == 0 ? kFailed : status);
}

}  // namespace
}  // namespace consent::server

int main(int argc, char** argv) {
  using namespace consent::server;
  ::umask(077);                 // whatever is made is for its owner only
  ::prctl(PR_SET_DUMPABLE, 0);  // no core dump, no debugger but root's
  keep_secrets_apart();
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  const CommandLine line = parse_command_line(arguments);
  if (!line.error.empty()) return complain(line.error, kMisused);
  try {
    return finish(run(line));
  } catch (const std::exception& failure) {
    return complain(failure.what(), kFailed);
  }
}
