#pragma once
// Prometheus text exposition format 0.0.4, line by line. Names and label values are all ours:
// quotes and backslashes cannot be in them.

#include <cstdint>
#include <string>
#include <string_view>

namespace consent::server {

void metric_family(std::string& out, std::string_view name, std::string_view help,
                   std::string_view type = "counter");
// `labels` without braces; empty for none.
void metric_sample(std::string& out, std::string_view name, std::string_view labels,
                   std::uint64_t value);
// name="value"
std::string metric_label(std::string_view name, std::string_view value);

}  // namespace consent::server
