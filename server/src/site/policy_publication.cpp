#include "site/policy_publication.h"

#include <algorithm>
#include <chrono>
#include <limits>
#include <optional>
#include <stdexcept>
#include <utility>

#include "formats/timestamp.h"
#include "site/published_policies.h"
#include "site/site_file.h"
#include "wire/json_fields.h"
#include "wire/json_writer.h"

namespace consent::server {
namespace {

using Outcome = PolicyPublication::Outcome;

PolicyPublication ended(Outcome outcome) {
  PolicyPublication end;
  end.outcome = outcome;
  return end;
}

PolicyPublication failed(std::string why) {
  PolicyPublication end = ended(Outcome::failed);
  end.failure = std::move(why);
  return end;
}

PolicyPublication invalid(std::vector<JsonError> errors) {
  PolicyPublication end = ended(Outcome::invalid);
  end.errors = std::move(errors);
  return end;
}

JsonArray policies_in(std::string_view published) {
  if (published.empty()) return {};
  const JsonParse parsed = parse_json(published);
  const JsonValue* const list = parsed.value.find("policies");
  return list == nullptr || list->array() == nullptr ? JsonArray() : *list->array();
}

// Those of the member that is brought last, as pointers into it.
std::vector<JsonError> errors_of(const std::vector<SiteError>& errors, std::size_t index) {
  const std::string place = "/policies/" + std::to_string(index);
  std::vector<JsonError> own;
  for (const SiteError& error : errors) {
    const bool within = error.pointer.starts_with(place);
    own.push_back({within ? error.pointer.substr(place.size()) : "", error.detail});
  }
  return own;
}

// What of a version is the service's to settle.
class Draft {
 public:
  Draft(const SitePolicy& site, const JsonValue& policy, TimePoint now)
      : site_(site), now_(now), fields_(policy, "", errors_) {
    if (!fields_.is_object()) return;
    for (const JsonMember& member : *policy.object()) {
      const bool settled =
          member.name == "site" || member.name == "version" || member.name == "published_at";
      if (!settled) members_.push_back(member);
    }
    settle_site();
    settle_version();
    settle_publication();
  }

  const std::vector<JsonError>& errors() const { return errors_; }
  PolicyVersion version() const { return version_; }
  bool is_new() const { return version_ > site_.policies.back().version; }
  // The version of this number that there is; or null.
  const PolicyText* earlier() const { return site_.find(version_); }

  JsonObject members() const {
    const TimePoint time = earlier() == nullptr ? published_at_ : earlier()->published_at;
    JsonObject all{{"version", version_}, {"published_at", to_rfc3339(time)}};
    all.insert(all.end(), members_.begin(), members_.end());
    return all;
  }

 private:
  void settle_site() {
    const std::string* const name = fields_.string("site", Presence::optional);
    if (name != nullptr && *name != site_.site) fields_.fail("site", "is not this service's site");
  }

  void settle_version() {
    constexpr PolicyVersion kMax = std::numeric_limits<PolicyVersion>::max();
    const PolicyVersion newest = site_.policies.back().version;
    const auto given = fields_.integer("version", Presence::optional, {1, kMax});
    if (!given && newest == kMax) fields_.fail("there is no number left for another version");
    version_ = static_cast<PolicyVersion>(given.value_or(newest + 1));
  }

  void settle_publication() {
    const std::string* const text = fields_.string("published_at", Presence::optional);
    if (text == nullptr) return;
    const auto time = parse_rfc3339(*text);
    if (!time) {
      fields_.fail("published_at", "must be an RFC 3339 time, e.g. \"2026-04-01T00:00:00Z\"");
    } else if (earlier() == nullptr && std::chrono::abs(*time - now_) > kPublicationSkewMax) {
      fields_.fail("published_at",
                   "must be now, give or take five minutes; leave it out for the service's time");
    } else {
      published_at_ = *time;
    }
  }

  const SitePolicy& site_;
  const TimePoint now_;
  std::vector<JsonError> errors_;
  JsonFields fields_;
  JsonObject members_;
  PolicyVersion version_ = 0;
  TimePoint published_at_ = now_;
};

class Publication {
 public:
  Publication(const std::string& site_file, const std::string& data_dir)
      : data_dir_(data_dir),
        site_(site_file_text(site_file)),
        stored_(read_published_policies(data_dir)) {}

  PolicyPublication publish(const JsonValue& policy, TimePoint now,
                            const std::function<void()>& renew) const {
    for (const TextFile* const file : {&site_, &stored_}) {
      if (!file->failure.empty()) return failed(file->failure);
    }
    const SiteLoad before = load_site_policy(site_.text, stored_.text);
    if (!before.errors.empty() || !before.published_errors.empty()) {
      return failed("the site's files have errors: consentd check-config names them");
    }
    const Draft draft(before.policy, policy, now);
    if (!draft.errors().empty()) return invalid(draft.errors());
    if (!draft.is_new() && draft.earlier() == nullptr) return ended(Outcome::taken);

    JsonArray all = policies_in(stored_.text);
    all.push_back(draft.members());
    const std::size_t index = all.size() - 1;
    const std::string text =
        to_json(JsonObject{{"site", before.policy.site}, {"policies", std::move(all)}}) + '\n';
    SiteLoad after = load_site_policy(site_.text, text);
    std::vector<JsonError> errors = errors_of(after.published_errors, index);
    // One that is there already is the same, or differs in nothing but what it says.
    const bool taken =
        !draft.is_new() && errors.size() == 1 && errors.front().pointer == "/version";
    if (taken) return ended(Outcome::taken);
    if (!errors.empty()) return invalid(std::move(errors));
    return store(text, renew, draft, std::move(after.policy));
  }

 private:
  // Also of one that is there already: what was interrupted is ended.
  PolicyPublication store(const std::string& text, const std::function<void()>& renew,
                          const Draft& draft, SitePolicy site) const {
    try {
      if (draft.is_new()) replace_published_policies(data_dir_, text);
      renew();
    } catch (const std::exception& failure) {
      return failed(draft.is_new() ? undone(failure.what()) : failure.what());
    }
    PolicyPublication end = ended(draft.is_new() ? Outcome::published : Outcome::repeated);
    end.version = draft.version();
    end.site = std::move(site);
    return end;
  }

  std::string undone(std::string why) const {
    try {
      replace_published_policies(data_dir_, stored_.text);
    } catch (const std::exception& failure) {
      why += std::string("; and the version stays for the next start: ") + failure.what();
    }
    return why;
  }

  const std::string& data_dir_;
  const TextFile site_;
  const TextFile stored_;
};

}  // namespace

PolicyPublication publish_policy(const std::string& site_file, const std::string& data_dir,
                                 const JsonValue& policy, TimePoint now,
                                 const std::function<void()>& renew) {
  return Publication(site_file, data_dir).publish(policy, now, renew);
}

}  // namespace consent::server
