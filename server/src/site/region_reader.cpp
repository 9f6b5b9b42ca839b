#include "site/region_reader.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

#include "site/site_text.h"

namespace consent::server {
namespace {

bool is_known(const Region& region) { return reach_of({.region = region}).has_row; }

std::string quoted(std::string_view text) { return '"' + std::string(text) + '"'; }

// What to write instead of a text that is no place of the ruleset.
std::string region_flaw(std::string_view text) {
  const Region region = parse_region(text);
  if (is_known(region)) {
    return "must be written " + quoted(to_text(region).view());
  }
  if (region.country.known()) {
    return "has no rule of its own in the ruleset; write " + quoted(region.country.text()) +
           ", or the part of it that has one";
  }
  for (const std::string_view country : {"US", "CA"}) {
    const Region part = parse_region(country, text);
    if (part.subdivision.known() && is_known(part)) {
      return "names a part without its country; did you mean " + quoted(to_text(part).view()) + "?";
    }
  }
  return R"(must be a country of ISO 3166-1 or a part of one, such as "US" or "US-CA")";
}

Region read_place(JsonFields& fields) {
  const std::string* text = fields.string("region");
  if (text == nullptr) return {};
  const Region region = parse_region(*text);
  if (is_known(region) && to_text(region).view() == *text) return region;
  fields.fail("region", region_flaw(*text));
  return {};
}

std::optional<Model> read_model(JsonFields& fields) {
  const std::string* text = fields.string("model");
  if (text == nullptr) return std::nullopt;
  for (const Model model : {Model::opt_in, Model::opt_out}) {
    if (*text == to_text(model)) return model;
  }
  fields.fail("model", R"(must be "opt_in" or "opt_out")");
  return std::nullopt;
}

std::string read_override(JsonFields& fields) {
  const std::string* text = fields.string("override", Presence::optional);
  if (text == nullptr) return "";
  const std::string_view flaw = text_flaw(*text);
  if (!flaw.empty()) fields.fail("override", std::string(flaw));
  return flaw.empty() ? *text : "";
}

// The owner's promise: consent first in the whole GDPR area.
void check_loosening(JsonFields& fields, const SiteRule& rule, bool is_named) {
  const RuleReach reach = reach_of(rule.rule);
  if (rule.rule.model == Model::opt_in) {
    if (is_named) fields.fail("override", "is only for a rule that says opt_out; remove it");
  } else if (reach.has_gdpr_scope) {
    fields.fail("model",
                "cannot be opt_out where the GDPR or a law that follows it applies; no override "
                "changes that; remove the rule");
  } else if (reach.loosens && !is_named) {
    fields.fail("model",
                "is looser than the ruleset, which says opt_in there; remove the rule, or add "
                "\"override\" with the name of the decision it rests on, e.g. \"counsel memo "
                "2026-07\"");
  }
}

SiteRule read_rule(const JsonValue& value, const std::string& pointer,
                   std::vector<JsonError>& errors) {
  SiteRule rule;
  JsonFields fields(value, pointer, errors);
  if (!fields.is_object()) return rule;
  rule.rule.region = read_place(fields);
  const std::optional<Model> model = read_model(fields);
  rule.override_name = read_override(fields);
  rule.rule.model = model.value_or(Model::opt_in);
  rule.rule.may_loosen = !rule.override_name.empty();
  const bool is_named = value.find("override") != nullptr;
  if (rule.rule.region.country.known() && model) check_loosening(fields, rule, is_named);
  fields.refuse_unknown();
  return rule;
}

void find_repeats(const std::vector<SiteRule>& rules, const JsonArray& list,
                  const std::string& pointer, std::vector<JsonError>& errors) {
  for (std::size_t i = 0; i < rules.size(); ++i) {
    const Region& region = rules[i].rule.region;
    const auto here = rules.begin() + static_cast<std::ptrdiff_t>(i);
    const bool repeated =
        region.country.known() && std::any_of(rules.begin(), here, [&](const SiteRule& earlier) {
          return earlier.rule.region == region;
        });
    if (!repeated) continue;
    errors.push_back({pointer + '/' + std::to_string(i) + "/region", "is listed twice",
                      list[i].find("region")->offset()});
  }
}

void find_useless(const std::vector<SiteRule>& rules, const JsonArray& list,
                  const std::string& pointer, std::vector<JsonError>& warnings) {
  std::vector<RegionRule> plain;
  for (const SiteRule& rule : rules) plain.push_back(rule.rule);
  for (std::size_t i = 0; i < rules.size(); ++i) {
    const std::string at = pointer + '/' + std::to_string(i);
    if (!has_effect(plain, i)) {
      warnings.push_back({at,
                          "changes nothing: the ruleset or another rule says so already; it can "
                          "be removed",
                          list[i].offset()});
    } else if (plain[i].may_loosen && !reach_of(plain[i]).loosens) {
      warnings.push_back({at + "/override", "is not needed: the ruleset says opt_out there too",
                          list[i].find("override")->offset()});
    }
  }
}

}  // namespace

std::vector<SiteRule> read_regions(JsonFields& root, std::vector<JsonError>& errors,
                                   std::vector<JsonError>& warnings) {
  std::vector<SiteRule> rules;
  const JsonArray* list = root.array("regions", Presence::optional);
  if (list == nullptr) return rules;
  const std::string pointer = root.pointer_to("regions");
  const std::size_t errors_before = errors.size();
  for (std::size_t i = 0; i < list->size(); ++i) {
    rules.push_back(read_rule((*list)[i], pointer_join(pointer, std::to_string(i)), errors));
  }
  find_repeats(rules, *list, pointer, errors);
  if (errors.size() == errors_before) find_useless(rules, *list, pointer, warnings);
  return rules;
}

}  // namespace consent::server
