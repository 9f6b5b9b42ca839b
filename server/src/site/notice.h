#pragma once
// What a visitor is shown: purposes and text of one policy version in one language, with a content hash.

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "site/site_policy.h"

namespace consent::server {

struct Notice {
  std::string id;              // "sha256:<hex>" of canonical_json
  std::string language;        // BCP 47 as chosen
  PolicyVersion policy = 0;
  std::string canonical_json;  // RFC 8785 form of {site, policy, language, purposes, text}
  std::string purposes_json;   // the `purposes` member as served
  std::string text_json;       // the `text` member as served
};

// RFC 4647 lookup of an Accept-Language (or a `language` parameter) among the site's languages, the default
// language otherwise. Malformed ranges are skipped. 256 bytes are read at most.
std::string choose_language(const SitePolicy& site, std::string_view accept_language);

// All notices of all policy versions and languages, rendered once at start.
class NoticeBook {
 public:
  explicit NoticeBook(const SitePolicy& site);
  const Notice& find(PolicyVersion version, std::string_view language) const;  // language as chosen above
  const Notice* find_by_id(std::string_view id) const;                         // or null

 private:
  std::vector<Notice> notices_;
};

}  // namespace consent::server
