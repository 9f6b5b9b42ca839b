#include "ledger/erasure_list.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <optional>
#include <stdexcept>

#include "formats/hexadecimal.h"
#include "formats/timestamp.h"
#include "ledger/sqlite_connection.h"
#include "process/file_descriptor.h"

namespace consent::server {
namespace {

constexpr std::size_t kHashDigits = 32;
constexpr std::size_t kLineBytes = kHashDigits + sizeof " 2026-11-23T10:00:00.000Z" - 1;

[[noreturn]] void fail(const std::string& path, const std::string& what) {
  throw std::runtime_error(path + ": " + what + ": " + std::strerror(errno));
}

std::string line_of(const ListedErasure& erasure) {
  return to_hex(erasure.subject) + ' ' + to_rfc3339(erasure.time) + '\n';
}

std::optional<ListedErasure> parse_line(std::string_view line) {
  ListedErasure erasure;
  if (line.size() != kLineBytes || line[kHashDigits] != ' ' ||
      !parse_hex(line.substr(0, kHashDigits), erasure.subject)) {
    return std::nullopt;
  }
  const auto time = parse_rfc3339(line.substr(kHashDigits + 1));
  if (!time) return std::nullopt;
  erasure.time = *time;
  return erasure;
}

void write_durably(const std::string& path, int flags, const std::string& text) {
  const FileDescriptor file(
      open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | flags, S_IRUSR | S_IWUSR));
  if (!file) fail(path, "cannot open the list of erasures");
  const std::span bytes(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
  if (!write_completely(file, bytes) || fsync(file.number()) != 0) {
    fail(path, "cannot write the list of erasures");
  }
}

bool ends_in_a_line(const std::string& path) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  if (!file || file.tellg() == std::ifstream::pos_type(0)) return true;
  file.seekg(-1, std::ios::end);
  return file.get() == '\n';
}

}  // namespace

std::string erasure_list_path(const std::string& zone_directory) {
  return zone_directory + "/erasures.txt";
}

std::vector<ListedErasure> read_erasure_list(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) fail(path, "cannot read the list of erasures");
  std::vector<ListedErasure> all;
  for (std::string line; std::getline(file, line);) {
    if (line.size() < kLineBytes) continue;
    const auto erasure = parse_line(line);
    if (!erasure) throw std::runtime_error(path + ": holds a line that is no erasure");
    all.push_back(*erasure);
  }
  return all;
}

void add_to_erasure_list(const std::string& path, const ListedErasure& erasure) {
  const std::string line = line_of(erasure);
  write_durably(path, O_APPEND, ends_in_a_line(path) ? line : '\n' + line);
}

void make_erasure_list(const std::string& path, SqliteConnection& connection) {
  std::string text;
  SqliteStatement rows = connection.prepare("SELECT hash FROM subjects WHERE wrapped_key IS NULL");
  while (rows.step()) {
    ListedErasure erasure;
    if (!rows.blob(0, erasure.subject)) throw std::runtime_error("a stored row is damaged");
    text += line_of(erasure);
  }
  const std::string draft = path + ".new";
  write_durably(draft, O_TRUNC, text);
  if (std::rename(draft.c_str(), path.c_str()) != 0) fail(path, "cannot store the erasures");
  if (!sync_directory_of(path)) fail(path, "cannot sync its directory");
}

}  // namespace consent::server
