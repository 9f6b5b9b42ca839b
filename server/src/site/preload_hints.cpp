#include "site/preload_hints.h"

#include <string_view>

namespace consent::server {
namespace {

// The name with a hash under which the banner loads a file: the same bytes beside it.
std::string_view lasting_name(const WebFiles& files, std::string_view path) {
  const WebFile* const plain = files.find(path);
  if (plain == nullptr) return {};
  const std::string_view stem = path.substr(0, path.rfind('.') + 1);
  for (const auto& [other, file] : files.all()) {
    const bool same = file.codings.front().etag == plain->codings.front().etag;
    if (file.immutable && same && other.starts_with(stem)) return other;
  }
  return {};
}

void add(std::string_view target, std::string_view parameters, std::string& links) {
  if (target.empty()) return;
  if (!links.empty()) links += ", ";
  links.append("<").append(target).append(">").append(parameters);
}

}  // namespace

PreloadHints preload_hints(const WebFiles& files) {
  constexpr std::string_view kBanner = "/v1/banner.js";
  PreloadHints hints;
  if (files.find(kBanner) == nullptr) return hints;
  for (std::string* const links : {&hints.undecided, &hints.decided}) {
    add(kBanner, "; rel=preload; as=script", *links);
  }
  add(lasting_name(files, "/v1/consent.wasm"), "; rel=preload; as=fetch; crossorigin",
      hints.decided);
  return hints;
}

}  // namespace consent::server
