# Toolchain for the browser modules. Debian keeps Emscripten under /usr/share/emscripten; an SDK of
# another origin is found through em++ on the PATH or -DEMSCRIPTEN_ROOT_PATH=...
find_program(CONSENT_EMXX em++ REQUIRED)
get_filename_component(emxx_real "${CONSENT_EMXX}" REALPATH)
get_filename_component(emxx_directory "${emxx_real}" DIRECTORY)
find_path(CONSENT_EMSCRIPTEN_PLATFORM Emscripten.cmake REQUIRED
  NO_DEFAULT_PATH NO_CMAKE_FIND_ROOT_PATH
  PATHS "${EMSCRIPTEN_ROOT_PATH}" "${emxx_directory}" /usr/share/emscripten
  PATH_SUFFIXES cmake/Modules/Platform)
include("${CONSENT_EMSCRIPTEN_PLATFORM}/Emscripten.cmake")

# Measured: the smallest module of all flag sets tried. They are here because core is compiled with
# them, too, and set outright because CMake would put its own -Os behind an _INIT value.
set(CMAKE_CXX_FLAGS_MINSIZEREL
  "-Oz -DNDEBUG -flto -mbulk-memory -msign-ext -mnontrapping-fptoint -fno-exceptions -fno-rtti"
  CACHE STRING "Flags of the shipped modules")
