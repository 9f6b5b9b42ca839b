#include <array>
#include <optional>
#include <string>

#include "consent/event_reduction.h"
#include "consent/ip_address.h"
#include "consent/url_reduction.h"
#include "consent/user_agent.h"
#include "support/catch.h"
#include "vector_file.h"

namespace consent::vectors {
namespace {

Json reduced_url(const std::string& text) {
  std::array<char, kReducedUrlBytes> buffer{};
  const ExactText exact(text);
  const ReducedUrl url = reduce_url(exact.view(), buffer);
  std::array<char, kReducedUrlBytes> second{};
  const std::string path(url.path);
  if (!path.empty()) CHECK(std::string(reduce_url(ExactText(path).view(), second).path) == path);
  return {{"path", path},
          {"campaign",
           {{"source", std::string(url.campaign_source)},
            {"medium", std::string(url.campaign_medium)},
            {"name", std::string(url.campaign_name)}}}};
}

Json reduced_referrer(const Json& input) {
  std::array<char, kHostBytesMax> buffer{};
  const ExactText referrer(input.at("referrer").get<std::string>());
  const ExactText page(input.at("page_url").get<std::string>());
  return {{"referrer", std::string(reduce_referrer(referrer.view(), page.view(), buffer))}};
}

// Only the members a vector states: what a bot's system and version are is nobody's business.
Json reduced_user_agent(const std::string& text, const Json& expected) {
  const ExactText exact(text);
  const ReducedUserAgent agent = reduce_user_agent(exact.view());
  const Json all = {{"browser", std::string(agent.browser)},
                    {"browser_major", agent.browser_major},
                    {"os", std::string(agent.os)},
                    {"device", std::string(agent.device)}};
  Json stated = Json::object();
  for (const auto& [name, value] : expected.items()) stated[name] = all.at(name);
  return stated;
}

std::string hexadecimal(std::span<const std::uint8_t> bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const std::uint8_t byte : bytes) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

Json truncated_address(const std::string& text) {
  const ExactText exact(text);
  const std::optional<IpAddress> address = IpAddress::parse(exact.view());
  if (!address) return {{"truncated", nullptr}};
  return {{"truncated", hexadecimal(address->truncated().bytes())}};
}

Json answer(const Json& input, const Json& expected) {
  if (input.contains("url")) return reduced_url(input["url"].get<std::string>());
  if (input.contains("referrer")) return reduced_referrer(input);
  if (input.contains("user_agent"))
    return reduced_user_agent(input["user_agent"].get<std::string>(), expected);
  if (input.contains("address")) return truncated_address(input["address"].get<std::string>());
  if (input.contains("duration_ms")) {
    return {{"bucket", std::string(duration_bucket(input["duration_ms"].get<std::int64_t>()))}};
  }
  return {{"kept", is_event_name(ExactText(input.at("event_name").get<std::string>()).view())}};
}

}  // namespace

TEST_CASE("every reduction vector keeps what an event may keep and nothing else") {
  for_each_vector("reduction", [](const Json& vector, const Json&) {
    CHECK(answer(vector.at("input"), vector.at("expect")) == vector.at("expect"));
  });
}

}  // namespace consent::vectors
