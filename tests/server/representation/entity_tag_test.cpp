#include "representation/entity_tag.h"

#include "support/catch.h"

using namespace consent::server;

TEST_CASE("An entity tag follows the bytes") {
  CHECK(entity_tag("a") == entity_tag("a"));
  CHECK(entity_tag("a") != entity_tag("b"));
  CHECK(entity_tag("").front() == '"');
}

TEST_CASE("If-None-Match is a list of tags, weak or strong, or a star") {
  for (const char* field :
       {"\"x\"", "W/\"x\"", "\"y\", \"x\"", "*", " ,\"a,b\" ,\"x\"", "\t\"x\"\t"}) {
    CAPTURE(field);
    CHECK(names_entity_tag(field, "\"x\""));
  }
  for (const char* field : {"", "x", "\"y\"", "\"x", "\"y\" x \"x\"", "w/\"x\"", "\"xx\""}) {
    CAPTURE(field);
    CHECK_FALSE(names_entity_tag(field, "\"x\""));
  }
}
