#include "http/problem.h"

#include "support/catch.h"

using namespace consent::http;

TEST_CASE("A problem document names type, title, status and detail") {
  const Response response = problem(422, "The body does not fit.");
  CHECK(response.status == 422);
  CHECK(response.header("Content-Type") == "application/problem+json");
  CHECK(response.header("Cache-Control") == "no-store");
  CHECK(response.body == R"({"type":"about:blank","title":"Unprocessable Content","status":422,)"
                         R"("detail":"The body does not fit."})");
}

TEST_CASE("Pointers and details are escaped") {
  const Response response = problem(422, "", {{"/a\"b\\\x01\x7f", "is <unknown>"}, {"", "whole"}});
  CHECK(response.body ==
        R"({"type":"about:blank","title":"Unprocessable Content","status":422,"errors":[)"
        R"({"pointer":"/a\"b\\\u0001\u007f","detail":"is <unknown>"},)"
        R"({"pointer":"","detail":"whole"}]})");
}

TEST_CASE("A caller cannot make a problem document large or malformed") {
  const std::string long_name = "/" + std::string(254, 'a') + "\u20ac" + std::string(100'000, 'b');
  const Response cut = problem(422, "", {{long_name, "x"}});
  CHECK(cut.body.find("\"/" + std::string(254, 'a') + "\"") != std::string::npos);
  CHECK(cut.body.size() < 500);

  const Response many = problem(422, "", std::vector<PointedError>(1000, {"/a", "b"}));
  CHECK(many.body.size() < 2000);

  const Response bytes = problem(400, "\xff", {{"/\xff", "\xfe"}});
  CHECK(is_utf8(bytes.body));
}
