# cmake -DINPUT=dialphone.jsonc -DOUTPUT=bundled.cpp -P embed_text.cmake
# Writes a source file that holds the bundled site policy as a string.
file(READ ${INPUT} text)
file(WRITE ${OUTPUT} "#include \"site/site_policy.h\"

namespace consent::server {

std::string_view bundled_site_policy() {
  static constexpr std::string_view kText = R\"JSONC(${text})JSONC\";
  return kText;
}

}  // namespace consent::server
")
