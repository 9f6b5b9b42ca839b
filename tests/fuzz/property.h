#pragma once
// A property a fuzz target asserts: on in every build, so that a replayed corpus can fail too.

#include <cstdio>
#include <cstdlib>

#define PROPERTY(condition)                                                                   \
  do {                                                                                        \
    if (!(condition)) {                                                                       \
      std::fprintf(stderr, "%s:%d: property violated: %s\n", __FILE__, __LINE__, #condition); \
      std::abort();                                                                           \
    }                                                                                         \
  } while (false)
