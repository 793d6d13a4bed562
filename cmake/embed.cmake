# Puts files into a library as bytes, so that the program needs none of them at run time.
#   heng_embed(<target> <name> <file>…)
# The files, joined in the order given, become `std::string_view heng::embedded::<name>()`, declared by whoever uses it.
# As a script (cmake -DNAME=… -DFILES=… -DOUT=… -P embed.cmake) this file writes the .cc.
if(CMAKE_SCRIPT_MODE_FILE)
  string(REPLACE "|" ";" files "${FILES}")
  set(bytes "")
  foreach(file ${files})
    file(READ "${file}" hex HEX)
    string(APPEND bytes "${hex}")
  endforeach()
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
  string(REGEX REPLACE "(0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,)" "\\1\n" bytes
    "${bytes}")
  file(WRITE "${OUT}" "// Written by cmake/embed.cmake.\n#include <string_view>\n\nnamespace heng::embedded {\n"
    "std::string_view ${NAME}();\n\nstd::string_view ${NAME}() {\n"
    "  static constexpr unsigned char kBytes[] = {\n${bytes}0};\n"
    "  return {reinterpret_cast<const char*>(kBytes), sizeof(kBytes) - 1};\n}\n}  // namespace heng::embedded\n")
  return()
endif()

set(HENG_EMBED_SCRIPT ${CMAKE_CURRENT_LIST_FILE})
function(heng_embed target name)
  set(out ${PROJECT_BINARY_DIR}/embedded/${name}.cc)
  set(files ${ARGN})
  list(TRANSFORM files PREPEND ${PROJECT_SOURCE_DIR}/)
  list(JOIN files "|" joined)
  add_custom_command(OUTPUT ${out}
    COMMAND ${CMAKE_COMMAND} -DNAME=${name} "-DFILES=${joined}" -DOUT=${out} -P ${HENG_EMBED_SCRIPT}
    DEPENDS ${files} ${HENG_EMBED_SCRIPT} VERBATIM)
  target_sources(${target} PRIVATE ${out})
endfunction()
