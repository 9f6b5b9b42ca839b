// Catch2 2 brings its runner as a header: compiled here once for every test executable.
#if !__has_include(<catch2/catch_all.hpp>)
#define CATCH_CONFIG_MAIN
#endif
#include "support/catch.h"
