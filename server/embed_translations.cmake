# cmake "-DINPUTS=a/de.json;a/en.json" -DOUTPUT=x.cpp -P embed_translations.cmake
# Writes a source file that defines embedded_translations(), declared in site/translations.h.
set(entries "")
foreach(input IN LISTS INPUTS)
  get_filename_component(language ${input} NAME_WE)
  file(READ ${input} text)
  string(APPEND entries "    {\"${language}\", R\"EMBEDDED(${text})EMBEDDED\"},\n")
endforeach()
file(WRITE ${OUTPUT} "#include \"site/translations.h\"

namespace consent::server {

std::span<const EmbeddedTranslation> embedded_translations() {
  static constexpr EmbeddedTranslation kTranslations[] = {
${entries}  };
  return kTranslations;
}

}  // namespace consent::server
")
