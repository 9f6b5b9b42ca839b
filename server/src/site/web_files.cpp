#include "site/web_files.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <utility>

#include "representation/entity_tag.h"

namespace consent::server {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kTotalBytesMax = 64 * 1024 * 1024;

std::string_view media_type_of(std::string_view extension) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 15> kTypes{{
      {".html", "text/html; charset=utf-8"},
      {".js", "text/javascript; charset=utf-8"},
      {".mjs", "text/javascript; charset=utf-8"},
      {".css", "text/css; charset=utf-8"},
      {".wasm", "application/wasm"},
      {".json", "application/json"},
      {".map", "application/json"},
      {".svg", "image/svg+xml"},
      {".png", "image/png"},
      {".jpg", "image/jpeg"},
      {".webp", "image/webp"},
      {".ico", "image/vnd.microsoft.icon"},
      {".woff2", "font/woff2"},
      {".txt", "text/plain; charset=utf-8"},
      {".xml", "application/xml"},
  }};
  for (const auto& [known, type] : kTypes) {
    if (known == extension) return type;
  }
  return "application/octet-stream";
}

// "consent.3f9a01bc.wasm", "site-0a1b2c3d4e.css".
bool carries_hash(std::string_view name) {
  while (!name.empty()) {
    const std::size_t end = std::min(name.find_first_of(".-"), name.size());
    const std::string_view part = name.substr(0, end);
    const bool hexadecimal = part.find_first_not_of("0123456789abcdef") == part.npos;
    if (part.size() >= 8 && hexadecimal && part.find_first_of("0123456789") != part.npos)
      return true;
    name.remove_prefix(std::min(end + 1, name.size()));
  }
  return false;
}

std::string read_file(const fs::path& path) {
  std::string bytes(fs::file_size(path), '\0');
  std::ifstream in(path, std::ios::binary);
  in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (!in) throw std::runtime_error("cannot read " + path.string() + ": check its permissions");
  return bytes;
}

ContentCoding coding_of(const fs::path& path) {
  if (path.extension() == ".br") return ContentCoding::brotli;
  if (path.extension() == ".gz") return ContentCoding::gzip;
  return ContentCoding::identity;
}

WebFile::Encoded encoded(ContentCoding coding, std::string bytes) {
  std::string tag = entity_tag(bytes);
  return {coding, std::make_shared<const std::string>(std::move(bytes)), std::move(tag)};
}

WebFile load_file(const fs::path& path) {
  WebFile file;
  file.media_type = media_type_of(path.extension().string());
  file.immutable = carries_hash(path.filename().string());
  file.codings.push_back(encoded(ContentCoding::identity, read_file(path)));
  for (const auto& [suffix, coding] :
       {std::pair{".br", ContentCoding::brotli}, {".gz", ContentCoding::gzip}}) {
    const fs::path beside = path.string() + suffix;
    if (fs::is_regular_file(beside)) file.codings.push_back(encoded(coding, read_file(beside)));
  }
  return file;
}

// Regular files below `root` as (path on disk, path below root), without hidden ones and without
// encodings of files that are there themselves.
std::vector<std::pair<fs::path, std::string>> list_files(const fs::path& root) {
  std::vector<std::pair<fs::path, std::string>> files;
  if (!fs::is_directory(root)) return files;
  std::uintmax_t total = 0;
  for (auto entry = fs::recursive_directory_iterator(root); entry != fs::end(entry); ++entry) {
    const fs::path& path = entry->path();
    if (path.filename().string().starts_with('.')) {
      if (entry->is_directory()) entry.disable_recursion_pending();
      continue;
    }
    if (!entry->is_regular_file()) continue;
    total += entry->file_size();
    if (total > kTotalBytesMax) {
      throw std::runtime_error(root.string() +
                               " holds more than 64 MiB: is it really the web directory?");
    }
    const bool encoding = coding_of(path) != ContentCoding::identity;
    if (encoding && fs::is_regular_file(fs::path(path).replace_extension())) continue;
    files.emplace_back(path, '/' + path.lexically_relative(root).generic_string());
  }
  return files;
}

}  // namespace

WebFiles::WebFiles(const std::string& directory) {
  if (!fs::is_directory(directory)) {
    throw std::runtime_error("the web directory " + directory +
                             " is not a directory: build it with script/build, or "
                             "name another with --web-dir");
  }
  const fs::path root(directory);
  for (const auto& [path, below] : list_files(root / "v1"))
    files_.emplace("/v1" + below, load_file(path));
  for (const auto& [path, below] : list_files(root / "demo"))
    files_.emplace(below, load_file(path));
}

const WebFile* WebFiles::find(std::string_view path) const {
  auto found = files_.find(path);
  if (found == files_.end() && path.ends_with('/'))
    found = files_.find(std::string(path) + "index.html");
  if (found == files_.end()) found = files_.find(std::string(path) + ".html");
  return found == files_.end() ? nullptr : &found->second;
}

const WebFile::Encoded* choose_coding(const WebFile& file, std::string_view accept_encoding) {
  std::vector<ContentCoding> offered;
  for (const WebFile::Encoded& encoded : file.codings) offered.push_back(encoded.coding);
  const auto coding = choose_coding(accept_encoding, offered);
  const auto chosen =
      std::find_if(file.codings.begin(), file.codings.end(),
                   [&](const WebFile::Encoded& encoded) { return encoded.coding == coding; });
  return chosen == file.codings.end() ? nullptr : &*chosen;
}

}  // namespace consent::server
