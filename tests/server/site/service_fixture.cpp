#include "service_fixture.h"

#include <utility>

namespace consent::server::testing {
namespace {

std::string web_directory(const consent::testing::TemporaryDirectory& directory) {
  std::filesystem::create_directories(directory.path() / "web/v1");
  std::filesystem::create_directories(directory.path() / "web/demo");
  directory.write("web/v1/banner.js", "banner");
  directory.write("web/v1/banner.js.br", "BR");
  directory.write("web/v1/consent.3f9a01bc.wasm", "wasm");
  directory.write("web/demo/pricing.html", "pricing");
  directory.write("web/demo/404.html", "no such page");
  return (directory.path() / "web").string();
}

}  // namespace

ServiceFixture::ServiceFixture() { web_files_ = WebFiles(web_directory(directory_)); }

http::Request get(std::string path, http::Fields query, http::Fields headers) {
  http::Request request;
  request.method = "GET";
  request.path = std::move(path);
  request.query = std::move(query);
  request.headers = std::move(headers);
  request.peer = IpAddress::parse("88.198.1.1").value();
  return request;
}

}  // namespace consent::server::testing
