# cmake -DINPUT=text -DOUTPUT=x.cpp -DHEADER=a/b.h -DFUNCTION=name -P embed_text.cmake
# Writes a source file that defines `std::string_view FUNCTION()`, declared in HEADER, returning the text.
file(READ ${INPUT} text)
file(WRITE ${OUTPUT} "#include \"${HEADER}\"

namespace consent::server {

std::string_view ${FUNCTION}() {
  static constexpr std::string_view kText = R\"EMBEDDED(${text})EMBEDDED\";
  return kText;
}

}  // namespace consent::server
")
