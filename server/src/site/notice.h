#pragma once
// What a visitor is shown: purposes and text of one policy version in one language, with a content
// hash.

#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "representation/gzip.h"
#include "site/site_policy.h"

namespace consent::server {

// What follows the visitor's own part of GET /v1/notice: `,"purposes":[...],"text":{...}}`.
struct NoticeTail {
  std::string json;
  GzipTail gzip;
};

struct Notice {
  std::string id;        // "sha256:<hex>" of canonical_json
  std::string language;  // BCP 47 as chosen
  PolicyVersion policy = 0;
  // RFC 8785 form of {site, policy, language, purposes, text}. It holds no `default`: that follows
  // from the visitor's regime, which the record keeps beside the notice.
  std::string canonical_json;
  // The `purposes` member as served: the canonical one with `default` for each purpose.
  std::string purposes_json;          // nothing optional runs before a choice
  std::string purposes_json_opt_out;  // analytics runs unless the visitor opts out
  std::string text_json;              // the `text` member as served
  NoticeTail tail;                    // the two above, joined and compressed
  NoticeTail tail_opt_out;
};

// A banner reads 128 Ki letters of an answer (wasm/src/notice.ts), and the visitor's own part comes
// in front.
inline constexpr std::size_t kNoticeBytesMax = std::size_t{120} * 1024;

// Of `purposes` and `text` in the language whose texts are given; both must be complete.
std::size_t notice_bytes(const PolicyText& policy, const std::string& language,
                         const std::map<std::string, std::string>& texts);

// RFC 4647 lookup of an Accept-Language (or a `language` parameter) among the languages offered,
// the default language otherwise. Older names are known (iw, no), zh-TW is read as zh-Hant and
// zh-CN as zh-Hans; a range that meets nothing takes the same language of another region, but of no
// other script. Malformed ranges are skipped. 256 bytes are read at most.
std::string choose_language(const SitePolicy& site, std::string_view accept_language);

// All notices of all policy versions and languages, rendered once at start.
class NoticeBook {
 public:
  explicit NoticeBook(const SitePolicy& site);
  NoticeBook(NoticeBook&&) = default;
  NoticeBook& operator=(NoticeBook&&) = default;
  NoticeBook(const NoticeBook&) = delete;
  NoticeBook& operator=(const NoticeBook&) = delete;
  // `language` as chosen above; both must be the site's.
  const Notice& find(PolicyVersion version, std::string_view language) const;
  const Notice* find_by_id(std::string_view id) const;  // or null

 private:
  std::map<std::pair<PolicyVersion, std::string>, Notice> notices_;
  std::unordered_map<std::string_view, const Notice*> by_id_;  // their own ids
};

}  // namespace consent::server
