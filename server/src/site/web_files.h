#pragma once
// The files of the web directory (banner, wasm, demo site), read into memory once at start. What is
// not in here does not exist: no request ever reaches the file system.

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "representation/content_coding.h"

namespace consent::server {

struct WebFile {
  struct Encoded {
    ContentCoding coding = ContentCoding::identity;
    // Who still sends them keeps them, also behind a reload.
    std::shared_ptr<const std::string> bytes;
    std::string etag;  // strong, with its quotes; differs by coding (RFC 9110 8.8.3.3)
  };
  std::string media_type;        // "text/javascript; charset=utf-8"
  std::vector<Encoded> codings;  // identity first
  bool immutable = false;        // the name carries a hash of the content
};

class WebFiles {
 public:
  WebFiles() = default;  // none
  // DIR/v1/** is served at /v1/**, DIR/demo/** at /**. X.br and X.gz beside X are its encodings.
  // Hidden files and whatever is no regular file are left out. Throws std::runtime_error with a
  // message for the operator when the directory cannot be read, or holds more than 64 MiB.
  explicit WebFiles(const std::string& directory);

  // The file for a request's path: itself, "/" as "/index.html", "/pricing" as "/pricing.html"; or
  // null.
  const WebFile* find(std::string_view path) const;
  std::size_t size() const { return files_.size(); }
  const std::map<std::string, WebFile, std::less<>>& all() const { return files_; }

 private:
  std::map<std::string, WebFile, std::less<>> files_;  // by path, "/v1/banner.js"
};

// The file in the best coding for an Accept-Encoding field; null when the client refuses all of
// them.
const WebFile::Encoded* choose_coding(const WebFile& file, std::string_view accept_encoding);

}  // namespace consent::server
